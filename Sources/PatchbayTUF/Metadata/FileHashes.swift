internal import PatchbayCore
internal import PatchbayCrypto
internal import PatchbayJSON

/// The hashes that are known here, and how a file is held against them.
enum FileHashes {
  /// Throws `tuf.length` or `tuf.hash`. At least one hash must be of a kind that is known, and all
  /// of a known kind must be right; `hashes` of `nil` and `length` of `nil` ask for nothing.
  static func check(_ bytes: [UInt8], length: Int?, hashes: [String: String]?, name: String)
    throws(Failure)
  {
    if let length, bytes.count != length {
      throw Failure(
        .data, "tuf.length", "\(name) should have \(length) bytes, and has \(bytes.count)",
        mend: "run it again; if it stays so, the repository or a mirror is damaged")
    }
    guard let hashes else { return }
    var isKnown = false
    for (algorithm, wanted) in hashes.sortedByName {
      guard let found = digest(bytes, algorithm) else { continue }
      isKnown = true
      guard Hex.decode(wanted) == found else {
        throw Failure(
          .data, "tuf.hash",
          "\(name) should have the \(algorithm) \(wanted.prefix(128)), "
            + "and has \(Hex.encode(found))",
          mend: "do not use it; run it again, and if it stays so, the repository or a mirror is "
            + "damaged")
      }
    }
    if !isKnown {
      let names = hashes.keys.sorted().joined(separator: ", ").prefix(200)
      throw Failure(
        .unsupported, "tuf.hash", "\(name) has no hash that can be checked (\(names))",
        mend: "tell the owner of the repository to add sha256 or sha512")
    }
  }

  private static func digest(_ bytes: [UInt8], _ algorithm: String) -> [UInt8]? {
    switch algorithm {
    case "sha256": Digest.sha256(bytes)
    case "sha512": Digest.sha512(bytes)
    default: nil
    }
  }

  static func read(_ json: JSON?) -> [String: String]? {
    guard let object = json?.object else { return nil }
    var hashes: [String: String] = [:]
    for member in object.members { hashes[member.name] = member.value.string }
    return hashes
  }

  static func json(_ hashes: [String: String]) -> JSON {
    .object(JSONObject(hashes.sortedByName.map { .init($0.key, .string($0.value)) }))
  }
}
