package import PatchbayCore
internal import PatchbayCrypto
package import PatchbayJSON

/// A key that signatures are checked with: Ed25519, ECDSA on P-256, or RSA from 2048 bits on.
package struct PublicKey: Sendable, Equatable {
  /// The key as metadata has it, unknown members included: its id is made of them.
  package let json: JSON
  /// Hexadecimal SHA-256 of the canonical JSON, or what the metadata calls it.
  package let id: String
  /// What makes two keys the same one, whatever they are called.
  let material: [UInt8]
  private let scheme: SignatureScheme?
  private let key: VerifyingKey?

  /// Reads a key object. Throws `tuf.shape` where it is none, `tuf.key` where it cannot be used.
  package init(_ json: JSON) throws(Failure) {
    let id = Hex.encode(Digest.sha256(try CanonicalJSON.bytes(of: json)))
    try self.init(json, id: id)
    if key == nil {
      let type = json["keytype"]?.string ?? ""
      let scheme = json["scheme"]?.string ?? ""
      throw Failure(
        .unsupported, "tuf.key",
        "a key of type “\(type.prefix(60))” with the scheme “\(scheme.prefix(60))” cannot be used",
        mend: "use an Ed25519 key, ECDSA on P-256, or RSA of at least 2048 bits")
    }
  }

  /// Reads a public key (`BEGIN PUBLIC KEY`). Throws `tuf.key` where it cannot be used.
  package init(pem: [UInt8]) throws(Failure) {
    guard let key = try? VerifyingKey(pem: pem) else {
      throw Failure(
        .unsupported, "tuf.key", "this is no public key in PEM form that can be used",
        mend: "give an Ed25519 key, ECDSA on P-256, or RSA of at least 2048 bits, that begins "
          + "with “-----BEGIN PUBLIC KEY-----”")
    }
    try self.init(key)
  }

  /// The key as it is usually written.
  init(_ key: VerifyingKey) throws(Failure) {
    let scheme = SignatureScheme(key.kind)
    let text = key.ed25519Bytes.map { Hex.encode($0) } ?? String(decoding: key.pem, as: UTF8.self)
    try self.init([
      "keytype": .string(scheme.keyTypes[0]), "scheme": .string(scheme.rawValue),
      "keyval": ["public": .string(text)],
    ])
  }

  /// Reads a key of some metadata, under the id that it has there. One that this program has no
  /// use for stays in place, and verifies nothing: a repository may be ahead of its clients.
  init(_ json: JSON, id: String) throws(Failure) {
    try Self.shape.check(json, "a key")
    self.json = json
    self.id = id
    let scheme = SignatureScheme(rawValue: json["scheme"]?.string ?? "")
    let keyType = json["keytype"]?.string ?? ""
    if let scheme, scheme.keyTypes.contains(keyType),
      let key = Self.key(json.at("/keyval/public")?.string ?? "", scheme)
    {
      self.scheme = scheme
      self.key = key
      material = key.der
    } else {
      self.scheme = nil
      key = nil
      material = try CanonicalJSON.bytes(of: json)
    }
  }

  private static let shape = Shape.object(
    [
      .required("keytype", .text()), .required("scheme", .text()),
      .required("keyval", .object([.required("public", .text())], isOpen: true)),
    ], isOpen: true)

  private static func key(_ text: String, _ scheme: SignatureScheme) -> VerifyingKey? {
    let key: VerifyingKey?
    if scheme == .ed25519 {
      key = Hex.decode(text).flatMap { try? VerifyingKey(ed25519: $0) }
    } else if scheme == .ecdsaP256, let point = Hex.decode(text) {
      // The older form of these keys.
      key = try? VerifyingKey(p256Point: point)
    } else {
      key = try? VerifyingKey(pem: text.utf8)
    }
    return key?.kind == scheme.algorithm.kind ? key : nil
  }

  /// SubjectPublicKeyInfo between its lines; empty for a key that cannot be used.
  package var pem: [UInt8] { key?.pem ?? [] }

  /// Whether the owner of this key made the signature. Any bytes may be tried.
  package func verifies(_ signature: [UInt8], of bytes: [UInt8]) -> Bool {
    guard let key, let scheme else { return false }
    return key.verifies(signature, of: bytes, scheme.algorithm)
  }

  package static func == (one: PublicKey, other: PublicKey) -> Bool {
    one.id == other.id && one.json == other.json
  }
}
