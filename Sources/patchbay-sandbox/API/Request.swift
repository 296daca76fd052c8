internal import PatchbayCore

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

/// Queries and forms.
enum Percent {
  static func decoded(_ text: Substring) -> String {
    String(
      decoding: percentDecoded(text, isForm: true, keepsBroken: true) ?? [], as: UTF8.self)
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
