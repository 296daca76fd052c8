package import PatchbayCore

/// What a client trusts, and what another file must be like to take its place: the decisions of
/// the specification's workflow, without clock, network or folder. What is refused changes nothing.
package struct TrustedMetadata: Sendable {
  /// Bytes that a file may have where no other file states its length.
  package enum Limit {
    /// What a stated length may be at most.
    package static let greatest = 64 << 20
    package static let root = 512_000
    package static let timestamp = 16_384
    package static let snapshot = 2_000_000
    package static let targets = 5_000_000
  }

  /// Bytes that a file may have: what is stated, or what is usual.
  static func limit(_ file: MetadataFile, _ usual: Int) -> Int {
    min(file.length ?? usual, Limit.greatest)
  }

  package private(set) var root: RootMetadata
  package private(set) var timestamp: TimestampMetadata?
  package private(set) var snapshot: SnapshotMetadata?
  private var snapshotBytes: [UInt8] = []
  /// Whether the snapshot is known to be the one that the timestamp names.
  private var isSnapshotCurrent = false
  /// With the keys that were last found to have signed it.
  private var targets: [String: (file: SignedMetadata, metadata: TargetsMetadata, keys: RoleKeys)] =
    [:]
  /// What has expired by then is refused.
  private let nowMS: Int64

  /// Trusts a root because of where it comes from. It must still be signed with its own keys.
  package init(root bytes: [UInt8], nowMS: Int64) throws(Failure) {
    let file = try SignedMetadata(reading: bytes, limit: Limit.root, name: "the trusted root")
    let root = try RootMetadata(file.signed)
    try file.check(root[.root], name: "the trusted root")
    self.root = root
    self.nowMS = nowMS
  }

  // MARK: Root

  /// Takes the root that follows. Returns whether it takes a key from the timestamp or from the
  /// snapshot role: then what these signed is to be forgotten. Its date counts once it is the last:
  /// see ``checkRoot()``.
  package mutating func update(root bytes: [UInt8]) throws(Failure) -> Bool {
    let name = "root version \(root.version + 1)"
    let file = try SignedMetadata(reading: bytes, limit: Limit.root, name: name)
    try file.check(root[.root], name: "\(name), by the keys of version \(root.version),")
    let next = try RootMetadata(file.signed)
    guard next.version == root.version + 1 else {
      throw Self.otherVersion(name, found: next.version)
    }
    try file.check(next[.root], name: "\(name), by its own keys,")
    let before = root
    root = next
    return [TopLevelRole.timestamp, .snapshot].contains { role in
      let kept = Set(next[role].keys.map(\.material))
      return !before[role].keys.allSatisfy { kept.contains($0.material) }
    }
  }

  /// Throws `tuf.freeze` if the newest root has expired.
  package func checkRoot() throws(Failure) {
    try check(expiresMS: root.expiresMS, "root version \(root.version)")
  }

  // MARK: Timestamp

  /// Takes a timestamp of an earlier update, to hold a new one against: it may have expired.
  package mutating func remember(timestamp bytes: [UInt8]) throws(Failure) {
    timestamp = try verified(timestamp: bytes)
    isSnapshotCurrent = false
  }

  /// Returns false, and keeps the one it has, if the version is the same.
  package mutating func update(timestamp bytes: [UInt8]) throws(Failure) -> Bool {
    let next = try verified(timestamp: bytes)
    if let timestamp {
      if next.version == timestamp.version { return false }
      try Self.checkOrder("the timestamp", from: timestamp.version, to: next.version)
      try Self.checkOrder(
        "the snapshot that the timestamp names", from: timestamp.snapshot.version,
        to: next.snapshot.version)
    }
    try check(expiresMS: next.expiresMS, "timestamp version \(next.version)")
    timestamp = next
    isSnapshotCurrent = false
    return true
  }

  private func verified(timestamp bytes: [UInt8]) throws(Failure) -> TimestampMetadata {
    let file = try SignedMetadata(
      reading: bytes, limit: Limit.timestamp, name: "the timestamp")
    try file.check(root[.timestamp], name: "the timestamp")
    return try TimestampMetadata(file.signed)
  }

  /// The timestamp, which must be there and not have expired.
  package func checkedTimestamp() throws(Failure) -> TimestampMetadata {
    guard let timestamp else {
      throw Failure(.bug, "tuf.order", "a timestamp is needed before what it names")
    }
    try check(expiresMS: timestamp.expiresMS, "timestamp version \(timestamp.version)")
    return timestamp
  }

  // MARK: Snapshot

  /// Takes a snapshot of an earlier update, to hold a new one against: it may be outdated.
  package mutating func remember(snapshot bytes: [UInt8]) throws(Failure) {
    snapshot = try verified(snapshot: bytes, limit: Limit.greatest)
    snapshotBytes = bytes
    isSnapshotCurrent = false
  }

  /// Whether the snapshot that is remembered is the one that the timestamp names: then none need be
  /// fetched.
  package mutating func confirmSnapshot() -> Bool {
    guard let snapshot else { return false }
    do throws(Failure) {
      try checkCurrent(snapshot, snapshotBytes)
      isSnapshotCurrent = true
    } catch {
      isSnapshotCurrent = false
    }
    return isSnapshotCurrent
  }

  /// Takes the snapshot that the timestamp names.
  package mutating func update(snapshot bytes: [UInt8]) throws(Failure) {
    let wanted = try checkedTimestamp().snapshot
    // Before the signatures: it is a quick way to know what is wrong.
    try FileHashes.check(
      bytes, length: wanted.length, hashes: wanted.hashes,
      name: "snapshot version \(wanted.version)")
    let next = try verified(snapshot: bytes, limit: Self.limit(wanted, Limit.snapshot))
    for (name, file) in (snapshot?.files ?? [:]).sortedByName {
      guard let other = next.files.exact(name) else {
        throw Failure(
          .data, "tuf.rollback",
          "snapshot version \(next.version) has no \(name.prefix(200)), which an earlier one had",
          mend: Self.oldState)
      }
      try Self.checkOrder(
        "the \(name.prefix(200)) that the snapshot names", from: file.version, to: other.version)
    }
    try checkCurrent(next, bytes)
    snapshot = next
    snapshotBytes = bytes
    isSnapshotCurrent = true
  }

  private func verified(snapshot bytes: [UInt8], limit: Int) throws(Failure) -> SnapshotMetadata {
    let file = try SignedMetadata(reading: bytes, limit: limit, name: "the snapshot")
    try file.check(root[.snapshot], name: "the snapshot")
    return try SnapshotMetadata(file.signed)
  }

  private func checkCurrent(_ snapshot: SnapshotMetadata, _ bytes: [UInt8]) throws(Failure) {
    let wanted = try checkedTimestamp().snapshot
    let name = "snapshot version \(wanted.version)"
    guard snapshot.version == wanted.version else {
      throw Self.otherVersion(name, found: snapshot.version)
    }
    try FileHashes.check(bytes, length: wanted.length, hashes: wanted.hashes, name: name)
    try check(expiresMS: snapshot.expiresMS, name)
  }

  // MARK: Targets

  /// What the snapshot says of a role. Throws `tuf.missing` for one that it does not have.
  package func file(of role: String) throws(Failure) -> MetadataFile {
    guard isSnapshotCurrent, let snapshot else {
      throw Failure(.bug, "tuf.order", "a current snapshot is needed before what it names")
    }
    guard let file = snapshot.file(of: role) else {
      throw Failure(
        .data, "tuf.missing",
        "snapshot version \(snapshot.version) does not have the role “\(role.prefix(200))”",
        mend: "tell the owner of the repository: what is delegated to must be in the snapshot")
    }
    return file
  }

  /// The metadata of a role if it is here already; it must be signed with the keys of the delegator
  /// through which it is reached this time.
  package func targets(of role: String, _ keys: RoleKeys) throws(Failure) -> TargetsMetadata? {
    guard let known = targets.exact(role) else { return nil }
    if known.keys != keys {
      try known.file.check(keys, name: "the role “\(role.prefix(200))”")
    }
    return known.metadata
  }

  /// The metadata of a role that is here already, whoever delegates to it.
  package func known(_ role: String) -> TargetsMetadata? { targets.exact(role)?.metadata }

  /// Takes the metadata of `targets`, or of a role that is delegated to, as the snapshot names it.
  package mutating func update(targets bytes: [UInt8], of role: String, _ keys: RoleKeys)
    throws(Failure) -> TargetsMetadata
  {
    let wanted = try file(of: role)
    let name = "version \(wanted.version) of the role “\(role.prefix(200))”"
    try FileHashes.check(bytes, length: wanted.length, hashes: wanted.hashes, name: name)
    let file = try SignedMetadata(
      reading: bytes, limit: Self.limit(wanted, Limit.targets), name: name)
    try file.check(keys, name: name)
    let next = try TargetsMetadata(file.signed)
    guard next.version == wanted.version else {
      throw Self.otherVersion(name, found: next.version)
    }
    try check(expiresMS: next.expiresMS, name)
    targets[role] = (file, next, keys)
    return next
  }

  // MARK: What is wrong

  private static let oldState =
    "do not use it: somebody may be showing an old state of the repository; use another mirror, or "
    + "ask its owner"

  private static func otherVersion(_ name: String, found: Int) -> Failure {
    Failure(
      .data, "tuf.version", "\(name) is wanted, but the file says that it is version \(found)",
      mend: "run it again; if it stays so, tell the owner of the repository, or use another mirror")
  }

  private static func checkOrder(_ name: String, from old: Int, to new: Int) throws(Failure) {
    if new >= old { return }
    throw Failure(
      .data, "tuf.rollback", "\(name) has version \(new), and was at version \(old) before",
      mend: oldState)
  }

  private func check(expiresMS: Int64, _ name: String) throws(Failure) {
    if expiresMS > nowMS { return }
    throw Failure(
      .data, "tuf.freeze",
      "\(name) expired at \(Time.format(expiresMS).prefix(19))Z, and now is "
        + "\(Time.format(nowMS).prefix(19))Z",
      mend: "check the clock of this computer; if it is right, the repository is not kept up to "
        + "date, or somebody keeps its updates from you: use another mirror, or ask its owner")
  }
}
