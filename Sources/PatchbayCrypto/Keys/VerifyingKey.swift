/// A public key that signatures are checked with: RSA from 2048 bits on, P-256 or Ed25519.
package struct VerifyingKey: Sendable {
  let handle: KeyHandle
  /// SubjectPublicKeyInfo.
  package let der: [UInt8]

  package var kind: KeyKind { handle.kind }
  package var pem: [UInt8] { PEM.encode(der, label: "PUBLIC KEY") }

  init(_ handle: KeyHandle) {
    self.handle = handle
    // A point can be written in three ways: here the same key always has the same bytes.
    if case .p256(let x, let y)? = handle.publicNumbers {
      der = Self.p256Prefix + [4] + x + y
    } else {
      der = handle.publicDER
    }
  }

  /// Reads a SubjectPublicKeyInfo, from its first byte to its last.
  package init(der: [UInt8]) throws(CryptoFault) {
    guard let handle = KeyHandle(publicDER: der) else { throw .unusableKey }
    self.init(handle)
  }

  /// Reads the first `BEGIN PUBLIC KEY`.
  package init(pem: some Collection<UInt8>) throws(CryptoFault) {
    guard let der = PEM.decode(pem, label: "PUBLIC KEY") else { throw .unusableKey }
    try self.init(der: der)
  }

  /// The 32 bytes of an Ed25519 key.
  package init(ed25519 bytes: [UInt8]) throws(CryptoFault) {
    guard bytes.count == 32 else { throw .unusableKey }
    try self.init(der: Self.ed25519Prefix + bytes)
  }

  /// A point on P-256 that is not compressed: 4, and 32 bytes each of x and y.
  package init(p256Point point: [UInt8]) throws(CryptoFault) {
    guard point.count == 65, point[0] == 4 else { throw .unusableKey }
    try self.init(der: Self.p256Prefix + point)
  }

  /// Modulus and public exponent, their greatest byte first.
  package init(rsaModulus modulus: [UInt8], exponent: [UInt8]) throws(CryptoFault) {
    // What OpenSSL computes with at most; DER of more would only cost time.
    guard modulus.count <= 16_384 / 8, exponent.count <= modulus.count else { throw .unusableKey }
    let numbers = DER.sequence([DER.integer(modulus), DER.integer(exponent)])
    try self.init(der: DER.sequence([Self.rsaIdentifier, DER.bits(numbers)]))
  }

  /// The 32 bytes of an Ed25519 key; `nil` for another kind.
  package var ed25519Bytes: [UInt8]? { kind == .ed25519 ? Array(der.suffix(32)) : nil }

  /// Whether the owner of this key made the signature. Any bytes may be tried.
  package func verifies(
    _ signature: [UInt8], of bytes: [UInt8], _ algorithm: SignatureAlgorithm
  ) -> Bool {
    handle.verifies(signature, of: bytes, algorithm)
  }

  /// The algorithm identifier `rsaEncryption`, in DER.
  private static let rsaIdentifier: [UInt8] = [
    0x30, 0x0D, 0x06, 0x09, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x01, 0x05, 0x00,
  ]
  /// A SubjectPublicKeyInfo up to the 32 bytes of an Ed25519 key.
  private static let ed25519Prefix: [UInt8] = [
    0x30, 0x2A, 0x30, 0x05, 0x06, 0x03, 0x2B, 0x65, 0x70, 0x03, 0x21, 0x00,
  ]
  /// A SubjectPublicKeyInfo up to the 65 bytes of a point on P-256.
  private static let p256Prefix: [UInt8] = [
    0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x02, 0x01, 0x06, 0x08, 0x2A,
    0x86, 0x48, 0xCE, 0x3D, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00,
  ]
}

extension VerifyingKey: Equatable {
  package static func == (one: VerifyingKey, other: VerifyingKey) -> Bool { one.der == other.der }
}
