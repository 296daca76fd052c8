extension Request {
  /// Puts a value where the vendor looks for it; one that stands there already gives way. A path
  /// with the parameter's name in braces takes it there.
  mutating func set(_ parameter: String, _ value: JSON, inBody: Bool) {
    if let text = value.plainText, url.contains("{\(parameter)}") {
      fill([(parameter, text)])
    } else if inBody {
      body = (body ?? .object(JSONObject())).setting(value, at: parameter)
    } else if let text = value.plainText {
      query.removeAll { $0.name == parameter }
      query.append((parameter, text))
    }
  }

  /// Puts values in place of their names in braces: in paths percent-encoded, in values of the
  /// query as they are.
  mutating func fill(_ values: [(name: String, value: String)]) {
    url = Self.filled(url, values, Self.percentEncoded)
    relativeTo = relativeTo.map { Self.filled($0, values, Self.percentEncoded) }
    query = query.map { ($0.name, Self.filled($0.value, values) { $0 }) }
  }

  private static func filled(
    _ template: String, _ values: [(name: String, value: String)], _ form: (String) -> String
  ) -> String {
    var (text, rest) = ("", template[...])
    while let open = rest.firstIndex(of: "{"), let close = rest[open...].firstIndex(of: "}") {
      let name = rest[rest.index(after: open)..<close]
      text += rest[..<open]
      if let value = values.first(where: { $0.name == name })?.value {
        text += form(value)
        rest = rest[rest.index(after: close)...]
      } else {
        text += "{"
        rest = rest[rest.index(after: open)...]
      }
    }
    return text + rest
  }

  /// A text as it may stand in a path (RFC 3986, unreserved characters as they are).
  public static func percentEncoded(_ text: String) -> String {
    let digits = Array("0123456789ABCDEF")
    return text.utf8.reduce(into: "") { result, byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."),
        UInt8(ascii: "_"), UInt8(ascii: "~"):
        result.unicodeScalars.append(Unicode.Scalar(byte))
      default: result += "%\(digits[Int(byte >> 4)])\(digits[Int(byte & 15)])"
      }
    }
  }
}

extension JSON {
  /// A copy with a value at a JSON Pointer, or under a name; objects on the way are made.
  fileprivate func setting(_ value: JSON, at place: String) -> JSON {
    guard place.utf8.first == UInt8(ascii: "/") else { return setting(value, under: [place]) }
    let parts = place.dropFirst().split(separator: "/", omittingEmptySubsequences: false)
    return setting(
      value,
      under: parts.map { String($0).replacing("~1", with: "/").replacing("~0", with: "~") })
  }

  private func setting(_ value: JSON, under names: [String]) -> JSON {
    guard let name = names.first else { return value }
    let rest = Array(names.dropFirst())
    if case .array(var elements) = self, let index = Int(name), elements.indices.contains(index) {
      elements[index] = elements[index].setting(value, under: rest)
      return .array(elements)
    }
    var object = object ?? JSONObject()
    object[name] = (object[name] ?? .null).setting(value, under: rest)
    return .object(object)
  }
}
