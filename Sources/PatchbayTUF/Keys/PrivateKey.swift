internal import COpenSSL
public import PatchbayCore

/// A key that signs. What describes or prints it never shows it.
public struct PrivateKey: Sendable {
  /// What others check its signatures with.
  public let publicKey: PublicKey
  private let der: [UInt8]
  private let handle: KeyHandle
  private let scheme: SignatureScheme

  /// A new Ed25519 key.
  public static func make() throws(Failure) -> PrivateKey {
    // PKCS#8 up to the 32 bytes of the seed.
    let prefix: [UInt8] = [
      0x30, 0x2E, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2B, 0x65, 0x70, 0x04, 0x22, 0x04,
      0x20,
    ]
    var seed = [UInt8](repeating: 0, count: 32)
    // Unsafe: the array is lent for the call.
    guard unsafe RAND_priv_bytes(&seed, Int32(seed.count)) == 1 else {
      throw Failure(.bug, "tuf.random", "the system gave no random bytes")
    }
    return try PrivateKey(pem: PEM.encode(prefix + seed, label: "PRIVATE KEY"))
  }

  /// Reads PKCS#8 (`BEGIN PRIVATE KEY`) that is not encrypted. Throws `tuf.key` for anything else.
  public init(pem: [UInt8]) throws(Failure) {
    guard let der = PEM.decode(pem, label: "PRIVATE KEY"),
      let handle = KeyHandle(privateDER: der), let scheme = handle.schemes.first,
      let publicKey = try PublicKey(handle)
    else {
      throw Failure(
        .config, "tuf.key", "this is no private key in PEM form that can be used",
        mend: "give an Ed25519 key, ECDSA on P-256, or RSA of at least 2048 bits, not encrypted, "
          + "that begins with “-----BEGIN PRIVATE KEY-----”")
    }
    self.der = der
    self.handle = handle
    self.scheme = scheme
    self.publicKey = publicKey
  }

  /// PKCS#8 between its lines: the secret itself.
  public var pem: [UInt8] { PEM.encode(der, label: "PRIVATE KEY") }

  /// Signs the bytes themselves, not a hash of them.
  public func sign(_ bytes: [UInt8]) throws(Failure) -> [UInt8] {
    guard let signature = handle.sign(bytes, scheme) else {
      throw Failure(.bug, "tuf.sign", "OpenSSL does not sign with the key \(publicKey.id)")
    }
    return signature
  }
}

extension PrivateKey: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  public var description: String { "private key of \(publicKey.id)" }
  public var debugDescription: String { description }
  public var customMirror: Mirror { Mirror(self, children: []) }
}
