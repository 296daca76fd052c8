/// A request as the API sees it.
struct Request: Sendable {
  var method: String
  var path: String
  var query: [(name: String, value: String)] = []
  var authorization: String?
  var host = "127.0.0.1"
  var acceptsGzip = false
  var body: [UInt8] = []

  /// The first value of a query parameter.
  subscript(name: String) -> String? { query.first { $0.name == name }?.value }

  /// A parameter that holds a list: given once with commas, or several times.
  func list(_ name: String) -> [String] {
    query.filter { $0.name == name }.flatMap { $0.value.split(separator: ",") }
      .map { Percent.trimmed(String($0)) }
  }
}

/// Percent encoding, for queries and forms.
enum Percent {
  static func encoded(_ text: String) -> String {
    let digits = Array("0123456789ABCDEF".utf8)
    var output: [UInt8] = []
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"),
        UInt8(ascii: "."), UInt8(ascii: "~"):
        output.append(byte)
      default:
        output += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
      }
    }
    return String(decoding: output, as: UTF8.self)
  }

  static func decoded(_ text: Substring) -> String {
    var output: [UInt8] = []
    var rest = Array(text.utf8)[...]
    while let byte = rest.popFirst() {
      if byte == UInt8(ascii: "%"), rest.count >= 2,
        let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16)
      {
        output.append(value)
        rest = rest.dropFirst(2)
      } else {
        output.append(byte == UInt8(ascii: "+") ? UInt8(ascii: " ") : byte)
      }
    }
    return String(decoding: output, as: UTF8.self)
  }

  /// The members of a form or a query; of several with one name the last one counts.
  static func form(_ text: String) -> [String: String] {
    var members: [String: String] = [:]
    for part in text.split(separator: "&") {
      let pair = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      members[decoded(pair[0])] = pair.count > 1 ? decoded(pair[1]) : ""
    }
    return members
  }

  static func trimmed(_ text: String) -> String {
    String(text.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
  }
}
