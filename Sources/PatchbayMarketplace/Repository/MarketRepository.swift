package import PatchbayCore
internal import PatchbayHost
internal import PatchbayJSON
internal import PatchbayStore
internal import PatchbayTUF

/// A marketplace's repository in a folder, for those who write it.
///
///     metadata/       signed, in the format of The Update Framework
///     targets/        what it signs: packs, releases, lists; and below log/ the log of releases
///     root.json       what clients trust from the beginning
///     repository.json how long signatures hold; for this tool alone
///
/// Keys lie elsewhere. `root` and `targets` sign seldom, and offline; `registry` countersigns what
/// publishers signed and writes the catalogue; `snapshot` and `timestamp` sign with every change.
package struct MarketRepository: Sendable {
  /// The role that countersigns publishers, and writes the catalogue and the revocations.
  static let registry = "registry"
  /// What the registry alone signs.
  static let registryPaths = Delegation.Paths.patterns([
    Catalogue.path, "\(Catalogue.folder)/*", Revocations.path, LogHead.path,
  ])
  static let reserved = ["root", "timestamp", "snapshot", "targets", registry]

  package let folder: String
  var root: RootMetadata
  var targets: TargetsMetadata
  var snapshot: SnapshotMetadata
  var timestamp: TimestampMetadata
  /// What others sign, by role, as it was signed.
  var signed: [String: SignedMetadata]
  let lifetimes: Lifetimes
  /// Some of it is signed by keys of before; the next change signs it anew.
  private(set) var isHalfRotated: Bool

  /// Days for which signatures hold.
  package struct Lifetimes: Sendable {
    package var root: Int64 = 365
    package var targets: Int64 = 365
    package var publishers: Int64 = 365
    package var registry: Int64 = 90
    package var snapshot: Int64 = 30
    package var timestamp: Int64 = 7

    package init() {}

    /// Sets what a text such as timestamp=7 says.
    package mutating func set(_ text: String) throws(Failure) {
      let parts = text.split(separator: "=", maxSplits: 1).map(String.init)
      guard parts.count == 2, let days = Int64(parts[1]), (1...3650).contains(days),
        let path = Self.names.first(where: { $0.0 == parts[0] })?.1
      else {
        throw Failure(
          .config, "usage.days", "“\(text)” says no days for a role",
          mend: "write ROLE=N with 1 to 3650 days; roles: "
            + Self.names.map(\.0).joined(separator: ", "))
      }
      self[keyPath: path] = days
    }

    static let names: [(String, any WritableKeyPath<Lifetimes, Int64> & Sendable)] = [
      ("root", \.root), ("targets", \.targets), ("publishers", \.publishers),
      ("registry", \.registry), ("snapshot", \.snapshot), ("timestamp", \.timestamp),
    ]

    static let shape = Shape.object([
      .required("repository", .integer(1...1)),
      .required(
        "days", .object(names.map { .required($0.0, .integer(1...3650)) }),
        "for which signatures hold"),
    ])
  }

  var metadataFolder: String { "\(folder)/metadata" }

  static func path(_ folder: String, _ role: String, _ version: Int) -> String {
    "\(folder)/metadata/\(version).\(role).json"
  }

  /// Opens a repository, and checks what it signs. Dates are not looked at: they can be renewed.
  package init(_ folder: String) throws(Failure) {
    self.folder = folder
    func read(_ name: String) throws(Failure) -> SignedMetadata {
      let path = "\(folder)/metadata/\(name).json"
      return try SignedMetadata(
        reading: FileBytes.read(path, limit: 64 << 20), limit: 64 << 20, name: path)
    }
    let versions = FileBytes.names(in: "\(folder)/metadata").compactMap { name -> Int? in
      name.hasSuffix(".root.json") ? Int(name.dropLast(".root.json".count)) : nil
    }
    guard let newest = versions.max() else {
      throw Failure(
        .config, "market.repository", "\(folder) is no repository of a marketplace",
        mend: "make one: patchbay market init \(folder) --keys DIR")
    }
    let signedRoot = try read("\(newest).root")
    root = try RootMetadata(signedRoot.signed)
    try signedRoot.check(root[.root], name: "root")
    // Who was killed while keys were changed left a new root, and the rest signed by the old keys.
    var roots = [root]
    if newest > 1, let before = try? RootMetadata(read("\(newest - 1).root").signed) {
      roots.append(before)
    }
    let signedTimestamp = try read("timestamp")
    var isOld = try Self.isOld(signedTimestamp, .timestamp, roots)
    timestamp = try TimestampMetadata(signedTimestamp.signed)
    let signedSnapshot = try read("\(timestamp.snapshot.version).snapshot")
    isOld = try Self.isOld(signedSnapshot, .snapshot, roots) || isOld
    snapshot = try SnapshotMetadata(signedSnapshot.signed)
    let signedTargets = try read("\(snapshot.file(of: "targets")?.version ?? 0).targets")
    isHalfRotated = try Self.isOld(signedTargets, .targets, roots) || isOld
    targets = try TargetsMetadata(signedTargets.signed)
    signed = [:]
    for role in targets.delegations?.roles ?? [] {
      guard let version = snapshot.file(of: role.name)?.version else { continue }
      let metadata = try read("\(version).\(role.name)")
      if let keys = targets.delegations?.keys(of: role) {
        try metadata.check(keys, name: role.name)
      }
      signed[role.name] = metadata
      let delegations = try TargetsMetadata(metadata.signed).delegations
      for bin in delegations?.roles ?? [] {
        guard let version = snapshot.file(of: bin.name)?.version, let delegations else { continue }
        let metadata = try read("\(version).\(bin.name)")
        try metadata.check(delegations.keys(of: bin), name: bin.name)
        signed[bin.name] = metadata
      }
    }
    lifetimes = try Self.readLifetimes("\(folder)/repository.json")
  }

  /// Whether metadata is signed by the keys of the root before the newest; throws where by neither.
  private static func isOld(
    _ metadata: SignedMetadata, _ role: TopLevelRole, _ roots: [RootMetadata]
  ) throws(Failure) -> Bool {
    do throws(Failure) {
      try metadata.check(roots[0][role], name: role.rawValue)
      return false
    } catch {
      guard roots.count == 2 else { throw error }
      try metadata.check(roots[1][role], name: role.rawValue)
      return true
    }
  }

  init(_ folder: String, root: RootMetadata, lifetimes: Lifetimes) {
    self.folder = folder
    self.root = root
    self.lifetimes = lifetimes
    isHalfRotated = false
    targets = TargetsMetadata(version: 0, expiresMS: 0)
    snapshot = SnapshotMetadata(version: 0, expiresMS: 0, files: [:])
    timestamp = TimestampMetadata(version: 0, expiresMS: 0, snapshot: MetadataFile(version: 0))
    signed = [:]
  }

  private static func readLifetimes(_ path: String) throws(Failure) -> Lifetimes {
    let json: JSON
    do {
      json = try JSON(reading: FileBytes.read(path))
    } catch {
      throw Failure(.config, "market.repository", "\(path) cannot be read: \(error)")
    }
    if let problem = Lifetimes.shape.problems(in: json).first {
      throw Failure(.config, "market.repository", "\(path) does not fit: \(problem)")
    }
    var lifetimes = Lifetimes()
    for (name, path) in Lifetimes.names {
      lifetimes[keyPath: path] = json["days"]?[name]?.integer ?? lifetimes[keyPath: path]
    }
    return lifetimes
  }

  static func write(_ lifetimes: Lifetimes, _ folder: String) throws(Failure) {
    var days = JSONObject()
    for (name, path) in Lifetimes.names { days[name] = .integer(lifetimes[keyPath: path]) }
    let json: JSON = ["repository": 1, "days": .object(days)]
    try FileBytes.replace(
      "\(folder)/repository.json", with: Array(json.prettyText.utf8), mode: 0o644)
  }

  // MARK: Reading

  /// What a role says of targets; empty where it said nothing yet.
  func metadata(of role: String) throws(Failure) -> TargetsMetadata {
    guard let signed = signed[role] else { return TargetsMetadata(version: 0, expiresMS: 0) }
    return try TargetsMetadata(signed.signed)
  }

  func delegation(_ role: String) throws(Failure) -> Delegation {
    if let found = targets.delegations?.roles.first(where: { $0.name == role }) { return found }
    let known = (targets.delegations?.roles ?? []).map(\.name).filter { $0 != Self.registry }
    throw Failure(
      .config, "market.publisher", "the marketplace does not know the publisher “\(role)”",
      mend: known.isEmpty
        ? "admit it: patchbay market admit" : "known publishers: \(known.joined(separator: ", "))")
  }

  /// The keys of a role as they are now, also of a publisher's bin.
  func keys(of role: String) throws(Failure) -> RoleKeys {
    let delegation = try delegation(PublisherRoles.namespace(of: role))
    return targets.delegations?.keys(of: delegation) ?? RoleKeys(keys: [], threshold: 1)
  }

  /// All publishers that may sign something.
  var namespaces: [String] {
    (targets.delegations?.roles ?? []).map(\.name).filter { $0 != Self.registry }
  }

  /// What a publisher signed so far.
  func published(by namespace: String) throws(Failure) -> PublisherRoles {
    var documents: [String: TargetsMetadata] = [:]
    for role in signed.keys where PublisherRoles.isRole(role, of: namespace) {
      documents[role] = try metadata(of: role)
    }
    return PublisherRoles(namespace: namespace, documents: documents).with([:])
  }

  /// The bytes of a target, as they were signed.
  func read(_ target: TargetFile) throws(Failure) -> [UInt8] {
    let path = "\(folder)/targets/\(target.path(isConsistent: true))"
    let bytes = try FileBytes.read(path, limit: target.length)
    try target.check(bytes)
    return bytes
  }

  func list(_ path: String, of role: TargetsMetadata) throws(Failure) -> JSON {
    guard let target = role.target(path) else {
      throw Failure(.config, "market.repository", "\(folder) has no \(path)")
    }
    do {
      return try JSON(reading: read(target))
    } catch {
      throw Failure(.config, "market.repository", "\(path) of \(folder): \(error)")
    }
  }

  package func policy() throws(Failure) -> Policy { try Policy(list(Policy.path, of: targets)) }

  package func catalogue() throws(Failure) -> Catalogue {
    var entries: [Catalogue.Entry] = []
    for file in try catalogueFiles() { entries += try Catalogue(file).entries }
    return Catalogue(entries)
  }

  /// The files that hold plugins.
  func catalogueFiles() throws(Failure) -> [JSON] {
    let registry = try metadata(of: Self.registry)
    let head = try list(Catalogue.path, of: registry)
    if try Catalogue.digits(in: head) == 0 { return [head] }
    return try registry.targets.keys.filter(Catalogue.isBin).sorted().map { path throws(Failure) in
      try list(path, of: registry)
    }
  }

  /// The log of releases; `nil` where the repository was made before there was one.
  package func log() throws(Failure) -> LogHead? {
    guard let target = try metadata(of: Self.registry).target(LogHead.path) else { return nil }
    return try LogHead(reading: read(target), from: "\(LogHead.path) of \(folder)")
  }

  func revocations() throws(Failure) -> Revocations {
    try Revocations(list(Revocations.path, of: metadata(of: Self.registry)))
  }

  /// Releases of a publisher, of some of its plugins or of all, with the times at which they were
  /// published.
  func releases(
    of namespace: String, only names: Set<String>? = nil,
    _ read: (TargetFile) throws(Failure) -> [UInt8]
  ) throws(Failure) -> [(release: Release, bytes: [UInt8], publishedMS: Int64)] {
    var found: [(release: Release, bytes: [UInt8], publishedMS: Int64)] = []
    for (path, target) in try published(by: namespace).targets
    where path.hasSuffix("/release.json") {
      if let names, !names.contains(Release.name(of: path)) { continue }
      let bytes = try read(target)
      let release = try Release(reading: bytes, from: path)
      guard release.namespace == namespace else { continue }
      found.append((release, bytes, max(0, target.custom?["published_ms"]?.integer ?? 0)))
    }
    return found
  }
}
