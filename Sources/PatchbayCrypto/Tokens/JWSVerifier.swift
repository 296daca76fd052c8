/// A key, and the algorithms that tokens may be signed by with it.
package struct JWSVerifier: Sendable {
  private enum Key: Sendable {
    case secret(HMAC)
    case key(VerifyingKey)
  }

  package let algorithms: [JWSAlgorithm]
  private let key: Key

  /// HS256 with a shared secret, which has at least 32 bytes.
  package init(secret: [UInt8]) throws(CryptoFault) {
    key = .secret(try JWSSigner.hmac(secret))
    algorithms = [.hs256]
  }

  /// Throws `algorithmNotAllowed` where there is no algorithm, or one that needs another kind of
  /// key: a public key is never the secret of HS256.
  package init(_ key: VerifyingKey, _ algorithms: [JWSAlgorithm]) throws(CryptoFault) {
    guard !algorithms.isEmpty, algorithms.allSatisfy({ $0.signature?.kind == key.kind }) else {
      throw .algorithmNotAllowed
    }
    self.key = .key(key)
    self.algorithms = algorithms
  }

  func verifies(_ signature: [UInt8], of bytes: [UInt8], _ algorithm: JWSAlgorithm) -> Bool {
    switch (key, algorithm.signature) {
    case (.secret(let hmac), nil): hmac.verifies(signature, of: bytes)
    case (.key(let key), let way?): key.verifies(signature, of: bytes, way)
    default: false
    }
  }
}
