import PatchbayCore
import PatchbayJSON
import PatchbayTUF

@testable import PatchbayMarketplace

/// What somebody can publish who has some of the keys, and no scruples.
struct Forgery {
  private let bazaar: Bazaar
  private(set) var repository: MarketRepository
  private var documents: [String: [UInt8]] = [:]
  private let endMS: Int64

  init(_ bazaar: Bazaar) throws {
    self.bazaar = bazaar
    repository = try bazaar.repository
    endMS = bazaar.nowMS + 6 * Bazaar.dayMS
  }

  /// The next version of what a role says, changed, and signed with some keys.
  mutating func put(
    _ role: String, keys: [String], _ change: (inout TargetsMetadata) throws -> Void = { _ in }
  ) throws {
    var metadata = role == "targets" ? repository.targets : try repository.metadata(of: role)
    metadata.version += 1
    metadata.expiresMS = endMS
    try change(&metadata)
    var signed = SignedMetadata(signed: metadata.json)
    for key in keys { try signed.sign(with: KeyRing.read(bazaar.key(key))) }
    put(role, metadata.version, signed.bytes)
  }

  /// Metadata of a role as it is: the snapshot names it.
  mutating func put(_ role: String, _ version: Int, _ bytes: [UInt8]) {
    documents["\(version).\(role).json"] = bytes
    repository.snapshot.files["\(role).json"] = MetadataFile(version, contents: bytes)
  }

  /// The next root, signed with some keys.
  mutating func root(keys: String...) throws {
    var root = repository.root
    root.version += 1
    var signed = SignedMetadata(signed: root.json)
    for key in keys { try signed.sign(with: KeyRing.read(bazaar.key(key))) }
    documents["\(root.version).root.json"] = signed.bytes
  }

  /// A target, which lies where it belongs.
  @discardableResult
  func target(_ path: String, _ bytes: [UInt8], custom: JSON? = nil) throws -> TargetFile {
    let target = TargetFile(path: path, contents: bytes, custom: custom)
    let place = "\(bazaar.path)/targets/\(target.path(isConsistent: true))"
    try FileBytes.makeFolders(String(place[..<(place.lastIndex(of: "/") ?? place.endIndex)]))
    try FileBytes.replace(place, with: bytes)
    return target
  }

  /// Writes it all, with a snapshot and a timestamp that are signed with these keys.
  mutating func publish(
    snapshot: String = "snapshot", timestamp: String = "timestamp", by step: Int = 1
  ) throws {
    repository.snapshot.version += step
    repository.snapshot.expiresMS = endMS
    let bytes = try signed(repository.snapshot.json, snapshot)
    documents["\(repository.snapshot.version).snapshot.json"] = bytes
    let end = TimestampMetadata(
      version: repository.timestamp.version + step, expiresMS: endMS,
      snapshot: MetadataFile(repository.snapshot.version, contents: bytes))
    documents["timestamp.json"] = try signed(end.json, timestamp)
    for (name, bytes) in documents {
      try FileBytes.replace("\(bazaar.path)/metadata/\(name)", with: bytes)
    }
  }

  private func signed(_ json: JSON, _ key: String) throws -> [UInt8] {
    var signed = SignedMetadata(signed: json)
    try signed.sign(with: KeyRing.read(bazaar.key(key)))
    return signed.bytes
  }
}

extension Submission {
  /// Changed, and signed again.
  func forged(
    _ bazaar: Bazaar, key: String = "acme",
    _ change: (inout TargetsMetadata, inout [String: [UInt8]]) throws -> Void
  ) throws -> Submission {
    try forged(bazaar, role: namespace, key: key, change)
  }

  /// One of its roles changed, and signed again.
  func forged(
    _ bazaar: Bazaar, role: String, key: String = "acme",
    _ change: (inout TargetsMetadata, inout [String: [UInt8]]) throws -> Void
  ) throws -> Submission {
    var (documents, files) = (documents, files)
    var next =
      try documents[role].map { try TargetsMetadata($0.signed) }
      ?? TargetsMetadata(version: 1, expiresMS: bazaar.nowMS + Bazaar.dayMS)
    try change(&next, &files)
    var signed = SignedMetadata(signed: next.json)
    try signed.sign(with: KeyRing.read(bazaar.key(key)))
    documents[role] = signed
    return Submission(namespace, documents, files: files)
  }
}
