internal import PatchbayCore
internal import PatchbayCrypto
internal import PatchbayHost
internal import PatchbayJSON
internal import PatchbayTUF

/// A change of a repository: collected first, then signed, then written. What clients see changes
/// with the last file that is written, so that who is killed in between changes nothing.
struct RepositoryChange {
  private(set) var repository: MarketRepository
  private let ring: KeyRing
  let nowMS: Int64
  /// Targets to write, by path.
  private var files: [String: [UInt8]] = [:]
  /// Files of the log, which lie beside the targets under names of their own.
  private var logFiles: [String: [UInt8]] = [:]
  /// The log, once something may be new in it.
  private var log: RepositoryLog?
  /// Metadata to write, by the name of its file.
  private var documents: [(name: String, bytes: [UInt8])] = []

  init(_ repository: MarketRepository, _ ring: KeyRing, nowMS: Int64) {
    (self.repository, self.ring, self.nowMS) = (repository, ring, nowMS)
  }

  /// Whether a role can be signed with the keys that are here.
  func isAtHand(_ role: RoleKeys) -> Bool { ring.keys(of: role).count >= role.threshold }

  private func end(_ days: Int64) -> Int64 {
    // Whole seconds: metadata has no others.
    (nowMS / 1000 + days * 86_400) * 1000
  }

  private mutating func add(_ role: String, _ version: Int, _ metadata: SignedMetadata) {
    documents.append(("\(version).\(role).json", metadata.bytes))
    if role != "root" && role != "snapshot" {
      // Publishers are many. Without hashes a snapshot of thousands is small; what they sign is
      // signed twice, of the version that stands here, and each release is in the log.
      let isOwn = role == "targets" || role == MarketRepository.registry
      repository.snapshot.files["\(role).json"] =
        isOwn ? MetadataFile(version, contents: metadata.bytes) : MetadataFile(version: version)
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

  /// Which plugins the catalogue says something new of.
  enum Scope {
    case none, all
    case plugins(Set<String>)
  }

  /// New metadata of the registry, with its lists. Where the repository has no log yet it begins
  /// with one, if it may.
  mutating func setRegistry(_ scope: Scope = .none, revocations: Revocations? = nil)
    throws(Failure)
  {
    let role = MarketRepository.registry
    try upgrade()
    var metadata = try repository.metadata(of: role)
    metadata.version += 1
    metadata.expiresMS = end(repository.lifetimes.registry)
    func put(_ path: String, _ bytes: [UInt8]) {
      let target = TargetFile(path: path, contents: bytes)
      if metadata.targets[path] == target { return }
      files[path] = bytes
      metadata.targets[path] = target
    }
    if let revocations { put(Revocations.path, revocations.json.bytes) }
    let isNew = try needsLog || metadata.target(Catalogue.path) == nil
    if let plugins = try catalogue(isNew ? .all : scope) {
      let mayCut = try repository.delegation(role).covers("\(Catalogue.folder)/0.json")
      let lists = Catalogue.files(plugins, isCut: mayCut)
      metadata.targets = metadata.targets.filter {
        lists[$0.key] != nil || !Catalogue.isBin($0.key)
      }
      for (path, json) in lists { put(path, json.bytes) }
    }
    if let log {
      put(LogHead.path, Array(log.head.text.utf8))
      logFiles = log.newFiles()
    }
    var signed = SignedMetadata(signed: metadata.json)
    try ring.sign(&signed, as: try repository.keys(of: role), role)
    repository.signed[role] = signed
    add(role, metadata.version, signed)
  }

  /// The registry may sign a log, and has none.
  private var needsLog: Bool {
    get throws(Failure) {
      if try repository.log() != nil { return false }
      return try repository.delegation(MarketRepository.registry).covers(LogHead.path)
    }
  }

  /// A repository from before there was a log lets the registry sign one, with the keys of
  /// `targets`; where these are not at hand it stays as it is.
  private mutating func upgrade() throws(Failure) {
    let role = MarketRepository.registry
    let targets = repository.root[.targets]
    if try repository.delegation(role).paths == MarketRepository.registryPaths
      || ring.keys(of: targets).count < targets.threshold
    {
      return
    }
    try setTargets { metadata in
      for index in metadata.delegations?.roles.indices ?? 0..<0
      where metadata.delegations?.roles[index].name == role {
        metadata.delegations?.roles[index].paths = MarketRepository.registryPaths
      }
    }
  }

  /// What a publisher handed in is public from here on.
  mutating func accept(_ submission: Submission, changing names: Set<String>) throws(Failure) {
    files.merge(submission.files) { $1 }
    for (role, metadata) in submission.documents.sorted(by: { $0.key < $1.key }) {
      try countersign(role, metadata, files: [:])
    }
    try setRegistry(.plugins(names))
  }

  /// What a publisher signs whose keys are at hand, and the registry with it.
  mutating func sign(_ documents: [String: TargetsMetadata]) throws(Failure) {
    for (role, metadata) in documents.sorted(by: { $0.key < $1.key }) {
      try countersign(role, SignedMetadata(signed: metadata.json), files: [:])
    }
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

  /// The plugins of the catalogue after this change, whose releases are in the log from here on;
  /// `nil` where nothing of it changes.
  private mutating func catalogue(_ scope: Scope) throws(Failure) -> [JSON]? {
    var names: Set<String>?
    switch scope {
    case .none: return nil
    case .all: names = nil
    case .plugins(let some): names = some
    }
    var found: [(release: Release, bytes: [UInt8], publishedMS: Int64)] = []
    for namespace in repository.namespaces {
      if let names, !names.contains(where: { $0.hasPrefix("\(namespace)/") }) { continue }
      found += try repository.releases(of: namespace, only: names) { target throws(Failure) in
        if let bytes = files[target.path] { return bytes }
        return try repository.read(target)
      }
    }
    // The oldest first, and in one order whoever makes it.
    found.sort {
      ($0.publishedMS, $0.release.name) != ($1.publishedMS, $1.release.name)
        ? ($0.publishedMS, $0.release.name) < ($1.publishedMS, $1.release.name)
        : $0.release.version < $1.release.version
    }
    try openLog()
    var byName: [String: [PublishedRelease]] = [:]
    for one in found {
      let entry = LogEntry(
        one.release.name, one.release.version.description,
        sha256: Hex.encode(Digest.sha256(one.bytes)))
      log?.append(entry)
      byName[one.release.name, default: []].append(
        PublishedRelease(
          release: one.release, publishedMS: one.publishedMS, logIndex: log?.index(of: entry)))
    }
    var plugins: [JSON] = []
    if let names {
      for file in try repository.catalogueFiles() {
        plugins += (file["plugins"]?.array ?? []).filter {
          !names.contains($0["name"]?.string ?? "")
        }
      }
    }
    return plugins + byName.values.compactMap { Catalogue.plugin($0, nowMS: nowMS) }
  }

  private mutating func openLog() throws(Failure) {
    if log != nil { return }
    if let head = try repository.log() {
      log = try RepositoryLog(head, in: "\(repository.folder)/targets")
    } else if try needsLog {
      log = try RepositoryLog()
    }
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
    for (path, bytes) in files {
      guard let list = MarketList(path) else { continue }
      try list.check(bytes)
      if bytes.count > list.sizeLimit {
        throw Failure(
          .config, "market.list", "\(path) would be larger than \(list.sizeLimit) bytes")
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
      let parent = Self.parent(of: place)
      try FileBytes.makeFolders(parent, mode: 0o755)
      FileBytes.removeDrafts(in: parent)
      try FileBytes.replace(place, with: bytes, mode: 0o644)
      FileBytes.syncFolder(parent)
    }
    FileBytes.removeDrafts(below: "\(folder)/targets/log")
    for (path, bytes) in logFiles {
      let place = "\(folder)/targets/\(path)"
      try FileBytes.makeFolders(Self.parent(of: place), mode: 0o755)
      try FileBytes.replace(place, with: bytes, mode: 0o644)
    }
    for parent in Set(logFiles.keys.map { Self.parent(of: "\(folder)/targets/\($0)") }) {
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
    // A full tile has what its parts had; clients look there once a part is gone.
    for path in logFiles.keys where !path.contains(".p/") {
      FileBytes.removeTree("\(folder)/targets/\(path).p")
    }
    return repository
  }

  private static func parent(of path: String) -> String {
    String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)])
  }
}
