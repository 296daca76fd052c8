import PatchbaySDK

/// A token (JWS) in its compact form, taken apart. Nothing in it is verified yet.
struct Token {
  let payload: JSON
  /// What the signature is of.
  let signed: [UInt8]
  /// As it was written, in base 64.
  let signature: String

  init?(_ text: String) {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    // A token has one form only: no padding.
    guard parts.count == 3, !text.utf8.contains(UInt8(ascii: "=")),
      let header = Self.object(parts[0]), let payload = Self.object(parts[1]),
      let signature = Base64URL.decode(parts[2]), !signature.isEmpty,
      header["alg"]?.string == "HS256",
      // What a sender calls critical and this plugin does not know, it must not pass over.
      header["crit"] == nil
    else { return nil }
    self.payload = payload
    signed = Array("\(parts[0]).\(parts[1])".utf8)
    self.signature = String(parts[2])
  }

  /// A claim that must be a short text.
  func name(_ claim: String) -> String? {
    guard let text = payload[claim]?.string, (1...200).contains(text.utf8.count) else { return nil }
    return text
  }

  /// Seconds since 1970, whole or not, within the years that a calendar has.
  func milliseconds(_ claim: String) -> Int64? {
    guard let seconds = payload[claim]?.double, (0...253_402_300_799).contains(seconds) else {
      return nil
    }
    return Int64(seconds * 1000)
  }

  var audiences: [String] {
    name("aud").map { [$0] } ?? payload["aud"]?.array?.compactMap(\.string) ?? []
  }

  private static func object(_ part: Substring) -> JSON? {
    guard let json = Base64URL.decode(part).flatMap({ JSON(reading: $0) }), json.object != nil
    else { return nil }
    return json
  }
}
