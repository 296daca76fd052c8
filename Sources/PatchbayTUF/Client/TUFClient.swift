package import PatchbayCore

/// One update of trusted metadata from a repository, and the targets that it finds there.
///
/// The time is fixed when it is made, so that nothing expires on the way. After a failure the next
/// client goes on from what the folder has. A folder is for one client at a time: whoever may run
/// several holds a lock.
package struct TUFClient: Sendable {
  /// Root versions that one update follows.
  static let rootLimit = 1024
  private static let downloadsAtOnce = 8

  private var folder: MetadataFolder
  private let source: any TUFSource
  private var trusted: TrustedMetadata
  private var isFresh = false

  /// Makes a folder that trusts a root, whose bytes came by a way of their own. The folder is made
  /// if it is not there. One that has this very root already is left as it is; one that has another
  /// is refused (`tuf.exists`), since only the newest root is kept, and whether it came of this one
  /// cannot be told any more.
  package static func initialize(_ folder: String, root: [UInt8]) throws(Failure) {
    _ = try TrustedMetadata(root: root, nowMS: 0)
    let folder = MetadataFolder(folder)
    try folder.make()
    if folder.has("root") {
      if folder.readIfAny("root", limit: TrustedMetadata.Limit.root) == root { return }
      throw Failure(
        .conflict, "tuf.exists", "\(folder.path) trusts a root already, and it is not this one",
        mend: "use it as it is: it follows its repository; to begin anew, remove the folder")
    }
    try folder.write("root", root)
  }

  /// The folder was renamed: what comes from here on goes to its new place.
  package mutating func follow(to folder: String) { self.folder = MetadataFolder(folder) }

  /// Throws where the folder has no root that can be trusted.
  package init(_ folder: String, source: any TUFSource, nowMS: Int64 = Time.nowMS()) throws(Failure)
  {
    self.folder = MetadataFolder(folder)
    self.source = source
    trusted = try TrustedMetadata(root: self.folder.trustedRoot(), nowMS: nowMS)
  }

  // MARK: Metadata

  /// Brings root, timestamp, snapshot and targets up to date. A second call does nothing.
  package mutating func refresh() async throws(Failure) {
    if isFresh { return }
    try await refreshRoot()
    try await refreshTimestamp()
    try await refreshSnapshot()
    _ = try await load("targets", trusted.root[.targets])
    isFresh = true
  }

  private mutating func refreshRoot() async throws(Failure) {
    for _ in 0..<Self.rootLimit {
      let name = "\(trusted.root.version + 1).root.json"
      guard let bytes = try await source.metadata(name, limit: TrustedMetadata.Limit.root) else {
        break
      }
      if try trusted.update(root: bytes) {
        // Before the root is written: if it ends between the two, the next update comes here again.
        try folder.remove("timestamp")
        try folder.remove("snapshot")
      }
      try folder.write("root", bytes)
    }
    try trusted.checkRoot()
  }

  private mutating func refreshTimestamp() async throws(Failure) {
    if let bytes = folder.readIfAny("timestamp", limit: TrustedMetadata.Limit.timestamp) {
      // One that the root does not vouch for (any more) is as good as none.
      do throws(Failure) { try trusted.remember(timestamp: bytes) } catch {}
    }
    let bytes = try await fetch("timestamp.json", limit: TrustedMetadata.Limit.timestamp)
    if try trusted.update(timestamp: bytes) { try folder.write("timestamp", bytes) }
  }

  private mutating func refreshSnapshot() async throws(Failure) {
    let wanted = try trusted.checkedTimestamp().snapshot
    if let bytes = folder.readIfAny("snapshot", limit: TrustedMetadata.Limit.greatest) {
      do throws(Failure) { try trusted.remember(snapshot: bytes) } catch {}
    }
    if trusted.confirmSnapshot() { return }
    let limit = TrustedMetadata.limit(wanted, TrustedMetadata.Limit.snapshot)
    let bytes = try await fetch(name("snapshot", wanted), limit: limit)
    try trusted.update(snapshot: bytes)
    try folder.write("snapshot", bytes)
  }

  /// The metadata of a role that is reached with these keys: what is known, what the folder has, or
  /// what the repository has, in this order.
  private mutating func load(_ role: String, _ keys: RoleKeys) async throws(Failure)
    -> TargetsMetadata
  {
    if let known = try trusted.targets(of: role, keys) { return known }
    let wanted = try trusted.file(of: role)
    let limit = TrustedMetadata.limit(wanted, TrustedMetadata.Limit.targets)
    if let bytes = folder.readIfAny(role, limit: limit) {
      do throws(Failure) { return try trusted.update(targets: bytes, of: role, keys) } catch {}
    }
    let bytes = try await fetch(name(role, wanted), limit: limit)
    let metadata = try trusted.update(targets: bytes, of: role, keys)
    try folder.write(role, bytes)
    return metadata
  }

  private func name(_ role: String, _ file: MetadataFile) -> String {
    let name = MetadataFolder.fileName(role)
    return trusted.root.hasConsistentSnapshots ? "\(file.version).\(name)" : name
  }

  private func fetch(_ name: String, limit: Int) async throws(Failure) -> [UInt8] {
    if let bytes = try await source.metadata(name, limit: limit) { return bytes }
    throw Failure(
      .data, "tuf.missing", "the repository has no \(name)",
      mend: "check the URL of its metadata; if it is right, run it again later: it may be about to "
        + "be published")
  }

  // MARK: Targets

  /// What a role says that was asked for a target before, by name; for a list of its targets, each
  /// of which is still to be looked for: ``find(_:)`` knows whether the role may speak of it.
  package func known(_ role: String) -> TargetsMetadata? { trusted.known(role) }

  /// Who describes a target, and how; `nil` if nobody does who may. Refreshes first if need be.
  package mutating func find(_ path: String) async throws(Failure) -> (
    target: TargetFile, role: String
  )? {
    try await refresh()
    var search = DelegationSearch(path, root: trusted.root)
    while let visit = try search.next() {
      let metadata = try await load(visit.role, visit.keys)
      if let target = search.look(into: metadata) { return (target, visit.role) }
    }
    return nil
  }

  /// Brings here what all roles say that are delegated to, so that whoever has the folder needs no
  /// repository.
  package mutating func loadAll() async throws(Failure) {
    try await refresh()
    var waiting = [(role: TopLevelRole.targets.rawValue, keys: trusted.root[.targets])]
    var seen: Set<String> = []
    while let (role, keys) = waiting.popLast() {
      if !seen.insert(role).inserted || trusted.snapshot?.file(of: role) == nil { continue }
      let delegations = try await load(role, keys).delegations
      waiting += (delegations?.roles ?? []).map { ($0.name, delegations?.keys(of: $0) ?? keys) }
    }
  }

  /// The contents of many targets, in their order, several at a time: see ``download(_:)``.
  package mutating func download(all targets: [TargetFile]) async throws(Failure) -> [[UInt8]] {
    try await refresh()
    let client = self
    let found = await withTaskGroup(of: (Int, Result<[UInt8], Failure>).self) { group in
      var found: [Int: Result<[UInt8], Failure>] = [:]
      var next = targets.indices.makeIterator()
      func begin() {
        guard let index = next.next() else { return }
        group.addTask {
          do throws(Failure) {
            return (index, .success(try await client.fetch(targets[index])))
          } catch {
            return (index, .failure(error))
          }
        }
      }
      for _ in 0..<Self.downloadsAtOnce { begin() }
      for await (index, result) in group {
        found[index] = result
        if case .success = result { begin() }
      }
      return found
    }
    // A failure keeps what would have come after it from being asked for.
    for index in targets.indices {
      if case .failure(let failure) = found[index] { throw failure }
    }
    var contents: [[UInt8]] = []
    for index in targets.indices { contents.append(try found[index]?.get() ?? []) }
    return contents
  }

  /// The contents of a target, checked against its length and hashes. It keeps nothing.
  package mutating func download(_ target: TargetFile) async throws(Failure) -> [UInt8] {
    try await refresh()
    return try await fetch(target)
  }

  private func fetch(_ target: TargetFile) async throws(Failure) -> [UInt8] {
    let place = target.path(isConsistent: trusted.root.hasConsistentSnapshots)
    guard let bytes = try await source.target(place, limit: target.length) else {
      throw Failure(
        .data, "tuf.missing", "the repository describes \(target.path), and does not have it",
        mend: "check the URL of its targets; if it is right, tell its owner")
    }
    try target.check(bytes)
    return bytes
  }
}

extension MetadataFolder {
  func trustedRoot() throws(Failure) -> [UInt8] {
    guard has("root") else {
      throw Failure(
        .config, "tuf.root", "\(path) trusts no root: there is no root.json in it",
        mend: "begin with a root of the repository that you can trust")
    }
    return try read("root", limit: TrustedMetadata.Limit.root)
  }
}
