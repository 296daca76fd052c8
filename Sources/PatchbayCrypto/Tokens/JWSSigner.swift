/// Makes signed tokens in their compact form (JWS, RFC 7515) with one key and one algorithm.
package struct JWSSigner: Sendable {
  private enum Key: Sendable {
    case secret(HMAC)
    case key(SigningKey, SignatureAlgorithm)
  }

  package let algorithm: JWSAlgorithm
  private let key: Key

  /// HS256 with a shared secret, which has at least 32 bytes.
  package init(secret: [UInt8]) throws(CryptoFault) {
    key = .secret(try Self.hmac(secret))
    algorithm = .hs256
  }

  /// Throws `algorithmNotAllowed` for an algorithm that needs another kind of key.
  package init(_ key: SigningKey, _ algorithm: JWSAlgorithm) throws(CryptoFault) {
    guard let way = algorithm.signature, way.kind == key.kind else { throw .algorithmNotAllowed }
    self.key = .key(key, way)
    self.algorithm = algorithm
  }

  /// RFC 7518, 3.2: a secret has at least the size of the hash.
  static func hmac(_ secret: [UInt8]) throws(CryptoFault) -> HMAC {
    guard secret.count >= 32 else { throw .unusableKey }
    return HMAC(key: secret)
  }

  /// A token with `alg`, `typ` and the key's id in its header.
  ///
  /// - Parameters:
  ///   - payload: any bytes, for a JWT the claims as a JSON object.
  ///   - keyID: letters, digits and `-._~`, such as a thumbprint.
  package func sign(
    _ payload: [UInt8], keyID: String? = nil, type: String = "JWT"
  ) throws(CryptoFault) -> String {
    var header = "{\"alg\":\"\(algorithm.rawValue)\",\"typ\":\"\(try Self.plain(type))\""
    if let keyID { header += ",\"kid\":\"\(try Self.plain(keyID))\"" }
    return try sign(payload, header: Array("\(header)}".utf8))
  }

  /// A token with a header that says the algorithm.
  package func sign(_ payload: [UInt8], header: [UInt8]) throws(CryptoFault) -> String {
    let text = "\(Base64.encode(header, url: true)).\(Base64.encode(payload, url: true))"
    let bytes = Array(text.utf8)
    let signature =
      switch key {
      case .secret(let hmac): hmac.code(of: bytes)
      case .key(let key, let way): try key.sign(bytes, way)
      }
    return "\(text).\(Base64.encode(signature, url: true))"
  }

  /// A text that JSON writes as it is.
  private static func plain(_ text: String) throws(CryptoFault) -> String {
    let isPlain = text.utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"):
        true
      default: "-._~+/".utf8.contains(byte)
      }
    }
    guard isPlain else { throw .malformedToken }
    return text
  }
}
