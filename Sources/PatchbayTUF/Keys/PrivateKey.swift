package import PatchbayCore
internal import PatchbayCrypto

/// A key that signs. What describes or prints it never shows it.
package struct PrivateKey: Sendable {
  /// What others check its signatures with.
  package let publicKey: PublicKey
  private let key: SigningKey
  private let scheme: SignatureScheme

  /// A new Ed25519 key.
  package static func make() throws(Failure) -> PrivateKey {
    let key: SigningKey
    do throws(CryptoFault) {
      key = try SigningKey.generate(.ed25519)
    } catch {
      throw Failure(error)
    }
    return try PrivateKey(key)
  }

  /// Reads PKCS#8 (`BEGIN PRIVATE KEY`) that is not encrypted. Throws `tuf.key` for anything else.
  package init(pem: [UInt8]) throws(Failure) {
    guard let key = try? SigningKey(pem: pem) else {
      throw Failure(
        .config, "tuf.key", "this is no private key in PEM form that can be used",
        mend: "give an Ed25519 key, ECDSA on P-256, or RSA of at least 2048 bits, not encrypted, "
          + "that begins with “-----BEGIN PRIVATE KEY-----”")
    }
    try self.init(key)
  }

  private init(_ key: SigningKey) throws(Failure) {
    self.key = key
    scheme = SignatureScheme(key.kind)
    publicKey = try PublicKey(key.verifyingKey)
  }

  /// PKCS#8 between its lines: the secret itself.
  package var pem: [UInt8] { key.pem }

  /// Signs the bytes themselves, not a hash of them.
  package func sign(_ bytes: [UInt8]) throws(Failure) -> [UInt8] {
    guard let signature = try? key.sign(bytes, scheme.algorithm) else {
      throw Failure(.bug, "tuf.sign", "OpenSSL does not sign with the key \(publicKey.id)")
    }
    return signature
  }
}

extension PrivateKey: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  package var description: String { "private key of \(publicKey.id)" }
  package var debugDescription: String { description }
  package var customMirror: Mirror { Mirror(self, children: []) }
}
