/// The `Link` header (RFC 8288).
enum LinkHeader {
  /// The target of `rel="next"` among the links of a header: `<URL>; rel="next", <URL>; rel=last`.
  /// Reads bytes: a mark in a foreign text may melt into one character with the quote before it.
  static func next(_ header: String) -> String? {
    links(header).first { $0.relations.contains("next") }?.target
  }

  /// Whether a header places its page among others, so that it would name a next one.
  static func namesPages(_ header: String) -> Bool {
    let pages: Set<String> = ["first", "prev", "previous", "self", "current", "last"]
    return links(header).contains { !pages.isDisjoint(with: $0.relations) }
  }

  private static func links(_ header: String) -> [(target: String, relations: Set<String>)] {
    var links: [(target: String, relations: Set<String>)] = []
    var rest = header.utf8[...]
    while let open = rest.firstIndex(of: UInt8(ascii: "<")),
      let close = rest[open...].firstIndex(of: UInt8(ascii: ">"))
    {
      let parts = split(rest[rest.index(after: close)...], at: ",", most: 1)
      links.append((String(Substring(rest[open..<close].dropFirst())), relations(parts[0])))
      rest = parts.count > 1 ? parts[1] : Substring().utf8
    }
    return links
  }

  /// The relations that a link's parameters name.
  private static func relations(_ parameters: Substring.UTF8View) -> Set<String> {
    for parameter in split(parameters, at: ";") {
      let parts = String(Substring(parameter)).lowercased().utf8
        .split(separator: UInt8(ascii: "="), maxSplits: 1)
      guard parts.count == 2, parts[0].filter({ $0 != 0x20 }).elementsEqual("rel".utf8) else {
        continue
      }
      let names = parts[1].split { $0 == 0x20 || $0 == UInt8(ascii: "\"") }
      return Set(names.map { String(Substring($0)) })
    }
    return []
  }

  /// Splits where the mark does not stand in quotes.
  private static func split(
    _ text: Substring.UTF8View, at mark: Unicode.Scalar, most count: Int = .max
  ) -> [Substring.UTF8View] {
    var isQuoted = false
    var isEscaped = false
    return text.split(maxSplits: count, omittingEmptySubsequences: false) { byte in
      if isEscaped || (isQuoted && byte == UInt8(ascii: "\\")) {
        isEscaped.toggle()
        return false
      }
      if byte == UInt8(ascii: "\"") { isQuoted.toggle() }
      return !isQuoted && byte == UInt8(ascii: mark)
    }
  }
}
