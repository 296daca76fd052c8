package import PatchbayCore
internal import PatchbayCrypto
internal import PatchbayHost
internal import PatchbayJSON

/// A webhook's request as it arrived.
package struct Delivery: Sendable, Equatable {
  package let method: String
  /// The whole URL, with its query.
  package let url: String
  /// Names in lower case, values as they were sent.
  package let headers: [String: String]
  package let body: [UInt8]

  /// Bytes of a body at most.
  package static let bodyLimit = 8 << 20

  package static let shape = Shape.object([
    .required("method", .choice("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")),
    .required("url", .text(.init(length: 1...16384)), "with its query, as it was asked for"),
    .optional("headers", .map(of: .text(.init(length: 0...8192))), "as they were sent"),
    .optional("body", .text(), "as text; every byte counts for a signature"),
    .optional("body_base64", .text(), "or in base 64, for what is no text"),
  ])

  /// Reads a delivery that was stored as JSON of ``shape``. `source` is named in errors.
  package init(reading bytes: [UInt8], from source: String) throws(Failure) {
    func refuse(_ text: String) -> Failure {
      Failure(
        .data, "delivery.shape", "\(source) is no stored delivery: \(text)",
        mend: "see what it looks like: patchbay webhook replay --help")
    }
    let json: JSON
    do { json = try JSON(reading: bytes) } catch { throw refuse("\(error)") }
    let problems = Self.shape.problems(in: json)
    if !problems.isEmpty { throw refuse(problems.map(\.description).joined(separator: "; ")) }
    method = json["method"]?.string ?? ""
    url = json["url"]?.string ?? ""
    var headers: [String: String] = [:]
    for member in json["headers"]?.object?.members ?? [] {
      let name = member.name.lowercased()
      guard headers[name] == nil else { throw refuse("the header “\(name)” is there twice") }
      headers[name] = member.value.string ?? ""
    }
    self.headers = headers
    switch (json["body"]?.string, json["body_base64"]?.string) {
    case (nil, nil): body = []
    case (let text?, nil): body = Array(text.utf8)
    case (nil, let text?):
      guard let bytes = Base64.decode(text.utf8) else {
        throw refuse("/body_base64 is not base 64")
      }
      body = bytes
    default: throw refuse("it has both body and body_base64")
    }
    guard body.count <= Self.bodyLimit else {
      throw refuse("its body has more than \(Self.bodyLimit) bytes")
    }
  }

  /// What `open` gives the plugin beside the body.
  var input: JSON {
    [
      "method": .string(method), "url": .string(url),
      "headers": .object(JSONObject(texts: headers)),
    ]
  }
}
