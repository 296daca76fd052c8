package import PatchbayCore
internal import PatchbayCrypto
package import PatchbayJSON

/// A file of the repository, as its metadata describes it.
package struct TargetFile: Sendable, Equatable {
  /// Where it is, from the base of all targets on.
  package let path: String
  /// Bytes.
  package let length: Int
  /// Hexadecimal digits by the name of the algorithm.
  package let hashes: [String: String]
  /// What the repository adds for its applications.
  package let custom: JSON?

  /// Describes contents by their SHA-256.
  package init(path: String, contents: [UInt8], custom: JSON? = nil) {
    self.path = path
    length = contents.count
    hashes = ["sha256": Hex.encode(Digest.sha256(contents))]
    self.custom = custom
  }

  static let shape = Shape.object(
    [
      .required("length", .integer(0...Int64.max)), .required("hashes", .hashes),
      .optional("custom", .object([], isOpen: true)),
    ], isOpen: true)

  init(path: String, _ json: JSON) {
    self.path = path
    length = Int(json["length"]?.integer ?? 0)
    hashes = FileHashes.read(json["hashes"]) ?? [:]
    custom = json["custom"]
  }

  var json: JSON {
    var object = JSONObject([
      .init("length", .integer(Int64(length))), .init("hashes", FileHashes.json(hashes)),
    ])
    if let custom { object["custom"] = custom }
    return .object(object)
  }

  /// Throws `tuf.length` or `tuf.hash` unless these are its contents. SHA-256 and SHA-512 are
  /// known, at least one must be there, and what is there of them must be right.
  package func check(_ bytes: [UInt8]) throws(Failure) {
    try FileHashes.check(bytes, length: length, hashes: hashes, name: "the target \(path)")
  }

  /// Where the file lies in the repository: with consistent snapshots, its name has its hash.
  package func path(isConsistent: Bool) -> String {
    let known = hashes["sha256"] ?? hashes["sha512"]
    guard isConsistent, let hash = known ?? hashes.sortedByName.first?.value else { return path }
    guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return "\(hash).\(path)" }
    let name = path.utf8.index(after: slash)
    return "\(path[..<name])\(hash).\(path[name...])"
  }
}

/// Files of the repository, and whom it trusts with the description of others.
package struct TargetsMetadata: Sendable, Equatable {
  package var version: Int
  package var expiresMS: Int64
  /// By path.
  package var targets: [String: TargetFile]
  package var delegations: Delegations?

  package init(
    version: Int, expiresMS: Int64, targets: [TargetFile] = [], delegations: Delegations? = nil
  ) {
    self.version = version
    self.expiresMS = expiresMS
    self.targets = [:]
    self.delegations = delegations
    for target in targets { self.targets[target.path] = target }
  }

  /// Reads what is signed. Throws `tuf.type`, `tuf.shape`, `tuf.keys` or `tuf.delegations`.
  package init(_ signed: JSON) throws(Failure) {
    let head = try MetadataHead(
      signed, type: "targets",
      [
        .required("targets", .map(of: TargetFile.shape)),
        .optional("delegations", Delegations.shape),
      ])
    version = head.version
    expiresMS = head.expiresMS
    targets = [:]
    for member in signed["targets"]?.object?.members ?? [] {
      targets[member.name] = TargetFile(path: member.name, member.value)
    }
    if let json = signed["delegations"] { delegations = try Delegations(json) }
  }

  /// The file with exactly this path.
  package func target(_ path: String) -> TargetFile? { targets.exact(path) }

  /// The metadata as it is signed.
  package var json: JSON {
    let list = targets.sortedByName.map { JSONObject.Member($0.key, $0.value.json) }
    var members: [JSONObject.Member] = [.init("targets", .object(JSONObject(list)))]
    if let delegations { members.append(.init("delegations", delegations.json)) }
    return MetadataHead(version: version, expiresMS: expiresMS).json(type: "targets", members)
  }
}
