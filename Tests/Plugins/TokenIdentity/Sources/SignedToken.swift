import PatchbaySDK

/// A JWS in its compact form, taken apart. Nothing in it is verified yet.
struct SignedToken {
  let algorithm: String
  let payload: JSON
  /// What the signature is of.
  let signed: [UInt8]
  /// As it was written, in base 64.
  let signature: String

  init?(_ text: String) {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 3, let header = Self.object(parts[0]), let payload = Self.object(parts[1]),
      let signature = Base64URL.decode(parts[2]), !signature.isEmpty,
      // A token has one form only: no padding.
      !text.utf8.contains(UInt8(ascii: "=")),
      let algorithm = header["alg"]?.string, algorithm == "HS256" || algorithm == "EdDSA",
      // What a sender calls critical and this plugin does not know, it must not pass over.
      header["crit"] == nil
    else { return nil }
    self.algorithm = algorithm
    self.payload = payload
    signed = Array("\(parts[0]).\(parts[1])".utf8)
    self.signature = String(parts[2])
  }

  private static func object(_ part: Substring) -> JSON? {
    guard let json = Base64URL.decode(part).flatMap({ JSON(reading: $0) }), json.object != nil
    else { return nil }
    return json
  }
}

/// What a verified token says.
struct Claims {
  let id: String
  let subject: String
  let issuer: String
  let audiences: [String]
  let notBeforeMS: Int64
  let expiresMS: Int64
  private let json: JSON

  init?(_ json: JSON) {
    guard let id = Self.name(json["jti"]), let subject = Self.name(json["sub"]),
      let issuer = Self.name(json["iss"]), let expires = Self.milliseconds(json["exp"])
    else { return nil }
    self.id = id
    self.subject = subject
    self.issuer = issuer
    expiresMS = expires
    notBeforeMS = Self.milliseconds(json["nbf"]) ?? 0
    audiences = json["aud"]?.string.map { [$0] } ?? json["aud"]?.array?.compactMap(\.string) ?? []
    self.json = json
  }

  var principal: JSON {
    var head = JSONObject([
      .init("subject", .string(subject)), .init("issuer", .string(issuer)),
      .init("expires_ms", .integer(expiresMS)),
    ])
    var attributes = JSONObject()
    for name in ["email", "name", "groups"] {
      if let text = json[name]?.string { attributes[name] = [.string(text)] }
      if let list = json[name]?.array {
        attributes[name] = .array(list.filter { $0.string != nil })
      }
    }
    if !attributes.isEmpty { head["attributes"] = .object(attributes) }
    return .object(head)
  }

  private static func name(_ json: JSON?) -> String? {
    guard let text = json?.string, (1...200).contains(text.utf8.count) else { return nil }
    return text
  }

  /// Seconds since 1970, whole or not, within the years that a calendar has.
  private static func milliseconds(_ json: JSON?) -> Int64? {
    guard let seconds = json?.double, (0...253_402_300_799).contains(seconds) else { return nil }
    return Int64(seconds * 1000)
  }
}
