/// The name before a `:` or `=`, in any usual language: `apiKey: `, `"api_key": `, `API-KEY=`.
struct AssignedName {
  let text: String

  private static let limit = 60
  /// Ends of names that hold secrets.
  private static let secret = [
    "password", "passwd", "passphrase", "secret", "token", "apikey", "privatekey", "accesskey",
    "secretkey", "signingkey", "credential", "credentials", "secretaccesskey", "clientsecret",
  ]
  /// Names of tokens that are places in a list, which are found in every conversation.
  private static let harmless = [
    "page", "next", "cursor", "continu", "sync", "delta", "start", "prev", "after", "csrf",
    "idempotency", "public",
  ]

  init?(before sign: Int, in bytes: [UInt8]) {
    var end = sign
    while end > 0, sign - end < 6, " \t\"'\\`".utf8.contains(bytes[end - 1]) { end -= 1 }
    var start = end
    while start > 0, end - start < Self.limit, ByteClass.isToken(bytes[start - 1]) { start -= 1 }
    if end - start < 5 { return nil }
    text = String(decoding: bytes[start..<end], as: UTF8.self)
  }

  var isOfSecret: Bool {
    let plain = text.lowercased().filter { $0 != "_" && $0 != "-" }
    return Self.secret.contains(where: plain.hasSuffix)
      && !Self.harmless.contains(where: plain.contains)
  }
}
