public import PatchbayCore
public import PatchbayJSON

/// A key that signatures are checked with: Ed25519, ECDSA on P-256, or RSA from 2048 bits on.
public struct PublicKey: Sendable, Equatable {
  /// The key as metadata has it, unknown members included: its id is made of them.
  public let json: JSON
  /// Hexadecimal SHA-256 of the canonical JSON, or what the metadata calls it.
  public let id: String
  /// What makes two keys the same one, whatever they are called.
  let material: [UInt8]
  private let scheme: SignatureScheme?
  private let handle: KeyHandle?

  /// Reads a key object. Throws `tuf.shape` where it is none, `tuf.key` where it cannot be used.
  public init(_ json: JSON) throws(Failure) {
    let id = Digest.hex(Digest.sha256(try CanonicalJSON.bytes(of: json)))
    try self.init(json, id: id)
    if handle == nil {
      let type = json["keytype"]?.string ?? ""
      let scheme = json["scheme"]?.string ?? ""
      throw Failure(
        .unsupported, "tuf.key",
        "a key of type “\(type.prefix(60))” with the scheme “\(scheme.prefix(60))” cannot be used",
        mend: "use an Ed25519 key, ECDSA on P-256, or RSA of at least 2048 bits")
    }
  }

  /// Reads a public key (`BEGIN PUBLIC KEY`). Throws `tuf.key` where it cannot be used.
  public init(pem: [UInt8]) throws(Failure) {
    guard let der = PEM.decode(pem, label: "PUBLIC KEY"),
      let handle = KeyHandle(publicDER: der), let key = try PublicKey(handle)
    else {
      throw Failure(
        .unsupported, "tuf.key", "this is no public key in PEM form that can be used",
        mend: "give an Ed25519 key, ECDSA on P-256, or RSA of at least 2048 bits, that begins "
          + "with “-----BEGIN PUBLIC KEY-----”")
    }
    self = key
  }

  /// The public half of a key as it is usually written; `nil` for a kind that is not taken.
  init?(_ handle: KeyHandle) throws(Failure) {
    guard let scheme = handle.schemes.first else { return nil }
    let der = handle.publicDER
    let text =
      scheme == .ed25519
      ? Digest.hex(der.suffix(32))
      : String(decoding: PEM.encode(der, label: "PUBLIC KEY"), as: UTF8.self)
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
      let handle = Self.handle(json.at("/keyval/public")?.string ?? "", scheme)
    {
      self.scheme = scheme
      self.handle = handle
      material = handle.publicDER
    } else {
      self.scheme = nil
      handle = nil
      material = try CanonicalJSON.bytes(of: json)
    }
  }

  private static let shape = Shape.object(
    [
      .required("keytype", .text()), .required("scheme", .text()),
      .required("keyval", .object([.required("public", .text())], isOpen: true)),
    ], isOpen: true)

  /// A SubjectPublicKeyInfo up to the 32 bytes of an Ed25519 key.
  private static let ed25519Prefix: [UInt8] = [
    0x30, 0x2A, 0x30, 0x05, 0x06, 0x03, 0x2B, 0x65, 0x70, 0x03, 0x21, 0x00,
  ]
  /// A SubjectPublicKeyInfo up to the 65 bytes of a point on P-256.
  private static let pointPrefix: [UInt8] = [
    0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x02, 0x01, 0x06, 0x08, 0x2A,
    0x86, 0x48, 0xCE, 0x3D, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00,
  ]

  private static func handle(_ text: String, _ scheme: SignatureScheme) -> KeyHandle? {
    let der: [UInt8]
    if scheme == .ed25519 {
      guard let raw = Digest.bytes(hex: text), raw.count == 32 else { return nil }
      der = ed25519Prefix + raw
    } else if scheme == .ecdsaP256, let point = Digest.bytes(hex: text), point.count == 65 {
      // The older form of these keys.
      der = pointPrefix + point
    } else {
      guard let read = PEM.decode(text.utf8, label: "PUBLIC KEY") else { return nil }
      der = read
    }
    guard let handle = KeyHandle(publicDER: der), handle.schemes.contains(scheme) else {
      return nil
    }
    return handle
  }

  /// SubjectPublicKeyInfo between its lines; empty for a key that cannot be used.
  public var pem: [UInt8] {
    handle.map { PEM.encode($0.publicDER, label: "PUBLIC KEY") } ?? []
  }

  /// Whether the owner of this key made the signature. Any bytes may be tried.
  public func verifies(_ signature: [UInt8], of bytes: [UInt8]) -> Bool {
    guard let handle, let scheme else { return false }
    return handle.verifies(signature, of: bytes, scheme)
  }

  public static func == (one: PublicKey, other: PublicKey) -> Bool {
    one.id == other.id && one.json == other.json
  }
}
