/// A private key that signs. What describes or prints it never shows it.
package struct SigningKey: Sendable {
  /// What others check its signatures with.
  package let verifyingKey: VerifyingKey
  private let der: [UInt8]
  private let handle: KeyHandle

  package var kind: KeyKind { handle.kind }
  /// PKCS#8 between its lines: the secret itself.
  package var pem: [UInt8] { PEM.encode(der, label: "PRIVATE KEY") }

  /// Reads PKCS#8 that is not encrypted, from its first byte to its last.
  package init(der: [UInt8]) throws(CryptoFault) {
    guard let handle = KeyHandle(privateDER: der) else { throw .unusableKey }
    self.der = der
    self.handle = handle
    verifyingKey = VerifyingKey(handle)
  }

  /// Reads the first `BEGIN PRIVATE KEY` (PKCS#8), which must not be encrypted.
  package init(pem: some Collection<UInt8>) throws(CryptoFault) {
    guard let der = PEM.decode(pem, label: "PRIVATE KEY") else { throw .unusableKey }
    try self.init(der: der)
  }

  /// The 32 bytes that an Ed25519 key is made of.
  package init(ed25519Seed seed: [UInt8]) throws(CryptoFault) {
    guard seed.count == 32 else { throw .unusableKey }
    try self.init(der: Self.ed25519Prefix + seed)
  }

  /// Generates a key. RSA keys get `rsaBits`.
  package static func generate(
    _ kind: KeyKind, rsaBits: Int32 = 3072
  ) throws(CryptoFault) -> SigningKey {
    switch kind {
    case .ed25519: try SigningKey(ed25519Seed: try RandomBytes.make(32))
    case .p256: try SigningKey(der: try KeyGeneration.pkcs8("EC", group: "P-256"))
    case .rsa: try SigningKey(der: try KeyGeneration.pkcs8("RSA", bits: rsaBits))
    }
  }

  /// Signs the bytes themselves, not a hash of them. Throws where the algorithm needs another kind
  /// of key.
  package func sign(
    _ bytes: [UInt8], _ algorithm: SignatureAlgorithm
  ) throws(CryptoFault) -> [UInt8] {
    guard algorithm.kind == kind else { throw .algorithmNotAllowed }
    guard let signature = handle.sign(bytes, algorithm) else { throw .failed }
    return signature
  }

  /// PKCS#8 up to the 32 bytes of the seed.
  private static let ed25519Prefix: [UInt8] = [
    0x30, 0x2E, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2B, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20,
  ]
}

extension SigningKey: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  package var description: String { "signing key (\(kind))" }
  package var debugDescription: String { description }
  package var customMirror: Mirror { Mirror(self, children: []) }
}
