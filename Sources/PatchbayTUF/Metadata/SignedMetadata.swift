package import PatchbayCore
internal import PatchbayCrypto
package import PatchbayJSON

/// The keys of a role, and how many of them must sign.
package struct RoleKeys: Sendable, Equatable {
  package var keys: [PublicKey]
  /// At least 1.
  package var threshold: Int

  package init(keys: [PublicKey], threshold: Int) {
    self.keys = keys
    self.threshold = threshold
  }
}

/// A metadata file: what is signed, and who signed it.
///
/// A file that was read keeps the very bytes of it, and every member, known or not.
package struct SignedMetadata: Sendable {
  /// A signature in hexadecimal digits; whether it is one shows when it is checked.
  package struct Signature: Sendable, Equatable {
    package var keyID: String
    package var hex: String
  }

  package let signed: JSON
  package private(set) var signatures: [Signature]
  /// `nil` once something was signed.
  private var received: [UInt8]?

  /// Reads a file of at most `limit` bytes. Nothing in it is to be trusted before it is checked.
  /// Throws `tuf.length`, `tuf.json`, `tuf.shape` or `tuf.signatures`; `name` is for the message.
  package init(reading bytes: [UInt8], limit: Int, name: String = "the metadata") throws(Failure) {
    guard bytes.count <= limit else {
      throw Failure(
        .data, "tuf.length", "\(name) has \(bytes.count) bytes: no more than \(limit) are read")
    }
    let json: JSON
    do { json = try JSON(reading: bytes) } catch {
      throw Failure(
        .data, "tuf.json", "\(name) is no JSON that can be used: \(error)",
        mend: "check that the URL of the repository leads to its metadata")
    }
    try Self.shape.check(json, name)
    signed = json["signed"] ?? .null
    signatures = (json["signatures"]?.array ?? []).map {
      Signature(keyID: $0["keyid"]?.string ?? "", hex: $0["sig"]?.string ?? "")
    }
    received = bytes
    guard Set(signatures.map(\.keyID)).count == signatures.count else {
      throw Failure(
        .data, "tuf.signatures", "\(name) has two signatures of one key",
        mend: "tell the owner of the repository: each key may sign once")
    }
  }

  private static let shape = Shape.object(
    [
      .required("signed", .object([], isOpen: true)),
      .required(
        "signatures",
        .list(
          of: .object([.required("keyid", .text()), .required("sig", .text())], isOpen: true),
          count: 0...1024)),
    ], isOpen: true)

  /// Something to be signed.
  package init(signed: JSON) {
    self.signed = signed
    signatures = []
  }

  /// The file: as it was received, or as it is written.
  package var bytes: [UInt8] {
    if let received { return received }
    let list = signatures.map { ["keyid": .string($0.keyID), "sig": .string($0.hex)] as JSON }
    let file: JSON = ["signatures": .array(list), "signed": signed]
    return file.bytes + [UInt8(ascii: "\n")]
  }

  /// Signs; an earlier signature of the same key makes place.
  package mutating func sign(with key: PrivateKey) throws(Failure) {
    let made = try key.sign(CanonicalJSON.bytes(of: signed))
    let signature = Signature(keyID: key.publicKey.id, hex: Hex.encode(made))
    signatures.removeAll { $0.keyID == signature.keyID }
    signatures.append(signature)
    received = nil
  }

  /// Throws `tuf.signatures` unless enough of the role's keys have signed. A key counts once,
  /// whatever ids it has; signatures that are wrong, or of keys unknown here, count for nothing.
  package func check(_ role: RoleKeys, name: String) throws(Failure) {
    let canonical = try CanonicalJSON.bytes(of: signed)
    var counted: Set<[UInt8]> = []
    for signature in signatures {
      guard let key = role.keys.first(where: { $0.id == signature.keyID }),
        !counted.contains(key.material), let bytes = Hex.decode(signature.hex),
        key.verifies(bytes, of: canonical)
      else { continue }
      counted.insert(key.material)
      if counted.count >= role.threshold { return }
    }
    throw Failure(
      .data, "tuf.signatures",
      "\(name) has valid signatures of \(counted.count) of its keys, and needs \(role.threshold)",
      mend: "do not use it: it was changed on its way, or signed with other keys than those that "
        + "are trusted; ask the owner of the repository which keys sign")
  }
}
