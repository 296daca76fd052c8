/// A public key as a JSON Web Key (RFC 7517, RFC 8037): RSA, EC on P-256, or OKP with Ed25519.
///
/// Its members are read and written as text, so that the JSON around them stays with the caller, as
/// do `use`, `alg`, `key_ops` and `kid`.
package struct JWK: Sendable, Equatable {
  package let key: VerifyingKey
  private let numbers: PublicNumbers

  package init(_ key: VerifyingKey) throws(CryptoFault) {
    guard let numbers = key.handle.publicNumbers else { throw .failed }
    self.key = key
    self.numbers = numbers
  }

  /// Reads the members that `member` gives by name, `nil` for one that is absent or is not text.
  ///
  /// Refuses other types of key, weak ones, points that are not on their curve, and numbers that
  /// have another length than RFC 7518 asks for or are not canonical base64url without padding.
  package init(_ member: (String) -> String?) throws(CryptoFault) {
    func bytes(_ name: String) throws(CryptoFault) -> [UInt8] {
      guard let text = member(name), !text.utf8.contains(UInt8(ascii: "=")),
        let bytes = Base64.decode(text.utf8, url: true), !bytes.isEmpty
      else { throw .unusableKey }
      return bytes
    }
    switch (member("kty"), member("crv")) {
    case ("RSA", _):
      let (modulus, exponent) = (try bytes("n"), try bytes("e"))
      guard modulus[0] != 0, exponent[0] != 0 else { throw .unusableKey }
      try self.init(VerifyingKey(rsaModulus: modulus, exponent: exponent))
    case ("EC", "P-256"):
      let (x, y) = (try bytes("x"), try bytes("y"))
      guard x.count == 32, y.count == 32 else { throw .unusableKey }
      try self.init(VerifyingKey(p256Point: [4] + x + y))
    case ("OKP", "Ed25519"):
      try self.init(VerifyingKey(ed25519: try bytes("x")))
    default: throw .unusableKey
    }
  }

  /// The members that the key is made of, by code point: what RFC 7638 hashes.
  package var members: [(name: String, value: String)] {
    func text(_ bytes: [UInt8]) -> String { Base64.encode(bytes, url: true) }
    return switch numbers {
    case .rsa(let modulus, let exponent):
      [("e", text(exponent)), ("kty", "RSA"), ("n", text(modulus))]
    case .p256(let x, let y):
      [("crv", "P-256"), ("kty", "EC"), ("x", text(x)), ("y", text(y))]
    case .ed25519(let x): [("crv", "Ed25519"), ("kty", "OKP"), ("x", text(x))]
    }
  }

  /// The SHA-256 thumbprint (RFC 7638) in base64url: a `kid` that is the same wherever it is made.
  package var thumbprint: String {
    // The members hold nothing that JSON escapes.
    let text = members.map { "\"\($0.name)\":\"\($0.value)\"" }.joined(separator: ",")
    return Base64.encode(Digest.sha256("{\(text)}"), url: true)
  }
}
