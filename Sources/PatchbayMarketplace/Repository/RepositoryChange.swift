internal import PatchbayCore
internal import PatchbayHost
internal import PatchbayJSON
internal import PatchbayTUF

/// A change of a repository: collected first, then signed, then written. What clients see changes
/// with the last file that is written, so that who is killed in between changes nothing.
struct RepositoryChange {
  private var repository: MarketRepository
  private let ring: KeyRing
  private let nowMS: Int64
  /// Targets to write, by path.
  private var files: [String: [UInt8]] = [:]
  /// Metadata to write, by the name of its file.
  private var documents: [(name: String, bytes: [UInt8])] = []

  init(_ repository: MarketRepository, _ ring: KeyRing, nowMS: Int64) {
    (self.repository, self.ring, self.nowMS) = (repository, ring, nowMS)
  }

  private func end(_ days: Int64) -> Int64 {
    // Whole seconds: metadata has no others.
    (nowMS / 1000 + days * 86_400) * 1000
  }

  private mutating func add(_ role: String, _ version: Int, _ metadata: SignedMetadata) {
    documents.append(("\(version).\(role).json", metadata.bytes))
    if role != "root" && role != "snapshot" {
      repository.snapshot.files["\(role).json"] = MetadataFile(version, contents: metadata.bytes)
    }
  }

  /// A new root, which the keys of the old one and its own must sign.
  mutating func setRoot(_ change: (inout RootMetadata) -> Void) throws(Failure) {
    var root = repository.root
    change(&root)
    root.version = repository.root.version + 1
    root.expiresMS = end(repository.lifetimes.root)
    var signed = SignedMetadata(signed: root.json)
    if repository.root.version > 0 {
      try ring.sign(&signed, as: repository.root[.root], "root (the keys of before)")
    }
    try ring.sign(&signed, as: root[.root], "root")
    repository.root = root
    add("root", root.version, signed)
  }

  /// New metadata of the role `targets`, with files of its own.
  mutating func setTargets(
    files new: [String: [UInt8]] = [:], _ change: (inout TargetsMetadata) -> Void
  ) throws(Failure) {
    change(&repository.targets)
    repository.targets.version += 1
    repository.targets.expiresMS = end(repository.lifetimes.targets)
    for (path, bytes) in new {
      repository.targets.targets[path] = TargetFile(path: path, contents: bytes)
      files[path] = bytes
    }
    var signed = SignedMetadata(signed: repository.targets.json)
    try ring.sign(&signed, as: repository.root[.targets], "targets")
    add("targets", repository.targets.version, signed)
  }

  /// New metadata of the registry, with its lists.
  mutating func setRegistry(_ lists: [String: JSON] = [:]) throws(Failure) {
    let role = MarketRepository.registry
    var metadata = try repository.metadata(of: role)
    metadata.version += 1
    metadata.expiresMS = end(repository.lifetimes.registry)
    for (path, json) in lists {
      files[path] = json.bytes
      metadata.targets[path] = TargetFile(path: path, contents: json.bytes)
    }
    var signed = SignedMetadata(signed: metadata.json)
    try ring.sign(&signed, as: try repository.keys(of: role), role)
    repository.signed[role] = signed
    add(role, metadata.version, signed)
  }

  /// A publisher's metadata, which the registry countersigns.
  mutating func countersign(
    _ role: String, _ metadata: SignedMetadata, files new: [String: [UInt8]]
  )
    throws(Failure)
  {
    var signed = metadata
    try ring.sign(&signed, as: try repository.keys(of: role), role)
    repository.signed[role] = signed
    files.merge(new) { $1 }
    add(role, try TargetsMetadata(signed.signed).version, signed)
  }

  /// The catalogue of what is published after this change.
  func catalogue() throws(Failure) -> JSON {
    Catalogue.json(
      try repository.releases { target throws(Failure) in
        if let bytes = files[target.path] { return bytes }
        return try repository.read(target)
      }, nowMS: nowMS)
  }

  /// What clients could not read must not be made public: nobody could follow any more.
  private static func check(
    _ documents: [(name: String, bytes: [UInt8])], _ files: [String: [UInt8]]
  ) throws(Failure) {
    for (name, bytes) in documents {
      let signed = try SignedMetadata(reading: bytes, limit: 5_000_000, name: name).signed
      switch signed["_type"]?.string {
      case "root": _ = try RootMetadata(signed)
      case "snapshot": _ = try SnapshotMetadata(signed)
      default: _ = try TargetsMetadata(signed)
      }
    }
    for (path, limit) in TrustFolder.lists {
      guard let bytes = files[path] else { continue }
      let json: JSON
      do {
        json = try JSON(reading: bytes)
      } catch {
        throw Failure(.bug, "market.list", "\(path) cannot be read: \(error)")
      }
      switch path {
      case Policy.path: _ = try Policy(json)
      case Catalogue.path: _ = try Catalogue(json)
      default: _ = try Revocations(json)
      }
      if bytes.count > limit {
        throw Failure(.config, "market.list", "\(path) would be larger than \(limit) bytes")
      }
    }
  }

  /// Signs what every change needs, and writes all of it.
  mutating func publish() throws(Failure) -> MarketRepository {
    let folder = repository.folder
    repository.snapshot.version += 1
    repository.snapshot.expiresMS = end(repository.lifetimes.snapshot)
    var snapshot = SignedMetadata(signed: repository.snapshot.json)
    try ring.sign(&snapshot, as: repository.root[.snapshot], "snapshot")
    add("snapshot", repository.snapshot.version, snapshot)
    repository.timestamp = TimestampMetadata(
      version: repository.timestamp.version + 1, expiresMS: end(repository.lifetimes.timestamp),
      snapshot: MetadataFile(repository.snapshot.version, contents: snapshot.bytes))
    var timestamp = SignedMetadata(signed: repository.timestamp.json)
    try ring.sign(&timestamp, as: repository.root[.timestamp], "timestamp")
    try Self.check(documents, files)
    for (path, bytes) in files {
      let target = TargetFile(path: path, contents: bytes)
      let place = "\(folder)/targets/\(target.path(isConsistent: true))"
      let parent = String(place[..<(place.lastIndex(of: "/") ?? place.startIndex)])
      try FileBytes.makeFolders(parent, mode: 0o755)
      FileBytes.removeDrafts(in: parent)
      try FileBytes.replace(place, with: bytes, mode: 0o644)
      FileBytes.syncFolder(parent)
    }
    try FileBytes.makeFolders(repository.metadataFolder, mode: 0o755)
    FileBytes.removeDrafts(in: repository.metadataFolder)
    for (name, bytes) in documents {
      try FileBytes.replace("\(repository.metadataFolder)/\(name)", with: bytes, mode: 0o644)
    }
    FileBytes.syncFolder(repository.metadataFolder)
    try FileBytes.replace(
      "\(repository.metadataFolder)/timestamp.json", with: timestamp.bytes, mode: 0o644)
    FileBytes.syncFolder(repository.metadataFolder)
    return repository
  }
}
