import PatchbayCore
import PatchbayTUF
import Testing

@Suite("Rolling back") struct RollbackTests {
  private let folder: TrustFolder
  private var repo: Repo

  init() throws {
    folder = try TrustFolder()
    repo = try Repo()
  }

  @Test mutating func `A timestamp with a lower version is refused`() async throws {
    try repo.publish("timestamp")
    #expect(try await repo.refresh(folder) == nil)
    repo.timestamp.version = 0
    try repo.publish("timestamp")
    let failure = try await repo.refresh(folder)
    #expect(failure?.code == "tuf.rollback")
    #expect(failure?.message == "the timestamp has version 1, and was at version 2 before")
    #expect(try folder.versions.hasSuffix("timestamp 2"))
    #expect(repo.log.names.last == "timestamp.json")
  }

  @Test(arguments: [false, true]) mutating func `A snapshot with a lower version is refused`(
    _ hasHashes: Bool
  ) async throws {
    repo.hasHashes = hasHashes
    try repo.publish("snapshot", "timestamp")
    #expect(try await repo.refresh(folder) == nil)
    repo.snapshot.version = 0
    try repo.publish("snapshot", "timestamp")
    #expect(try await repo.refresh(folder)?.code == "tuf.rollback")
    #expect(try folder.versions == "root 1, snapshot 2, targets 1, timestamp 2")
    #expect(repo.log.names.last == "timestamp.json")
  }

  @Test(arguments: [false, true]) mutating func `Targets with a lower version are refused`(
    _ hasHashes: Bool
  ) async throws {
    repo.hasHashes = hasHashes
    try repo.publish("targets", "snapshot", "timestamp")
    #expect(try await repo.refresh(folder) == nil)
    repo.targets["targets"]?.version = 0
    try repo.publish("targets", "snapshot", "timestamp")
    #expect(try await repo.refresh(folder)?.code == "tuf.rollback")
    #expect(try folder.versions == "root 1, snapshot 2, targets 2, timestamp 3")
  }

  @Test mutating func `No role vanishes from the snapshot`() async throws {
    try repo.delegate(to: "a")
    try repo.publishAll()
    #expect(try await repo.refresh(folder) == nil)
    repo.snapshot.files["a.json"] = nil
    try repo.publish("snapshot", "timestamp")
    let failure = try await repo.refresh(folder)
    #expect(failure?.code == "tuf.rollback")
    #expect(failure?.message.contains("a.json") == true)
    #expect(try folder.versions.contains("snapshot 2"))
  }

  // MARK: Versions that an attacker has run up

  @Test mutating func `New snapshot keys forgive high versions of targets`() async throws {
    try repo.delegate(to: "a")
    for _ in 0..<99 { try repo.publish("targets") }
    try repo.publishAll()
    #expect(try await repo.refresh(folder) == nil)
    #expect(try folder.versions.contains("targets 101"))
    try repo.rotate(.snapshot)
    repo.targets["targets"]?.version = 0
    repo.snapshot.files["a.json"] = nil
    try repo.publish("root", "targets", "snapshot", "timestamp")
    #expect(try await repo.refresh(folder) == nil)
    #expect(try folder.versions.contains("targets 1,"))
  }

  @Test mutating func `New keys of snapshot and timestamp forgive high versions of snapshots`()
    async throws
  {
    for _ in 0..<99 { try repo.publish("snapshot") }
    try repo.publish("timestamp")
    #expect(try await repo.refresh(folder) == nil)
    #expect(try folder.versions.contains("snapshot 100"))
    try repo.rotate(.snapshot)
    try repo.rotate(.timestamp)
    repo.snapshot.version = 0
    try repo.publish("root", "targets", "snapshot", "timestamp")
    #expect(try await repo.refresh(folder) == nil)
    #expect(try folder.versions.contains("snapshot 1,"))
  }

  @Test mutating func `New timestamp keys forgive high versions of timestamps`() async throws {
    for _ in 0..<99 { try repo.publish("timestamp") }
    #expect(try await repo.refresh(folder) == nil)
    #expect(try folder.versions.hasSuffix("timestamp 100"))
    try repo.rotate(.timestamp)
    repo.timestamp.version = 0
    try repo.publish("root", "timestamp")
    #expect(try await repo.refresh(folder) == nil)
    #expect(try folder.versions.hasSuffix("timestamp 1"))
  }

  /// One key of two is taken away, and the files verify with the one that stays.
  @Test mutating func `What a withdrawn key may have signed is forgotten`() async throws {
    let kept = try PrivateKey.make()
    let stolen = try repo.signers["timestamp"].orThrow()[0]
    repo.root[.timestamp] = RoleKeys(keys: [stolen.publicKey, kept.publicKey], threshold: 1)
    repo.signers["timestamp"] = [stolen, kept]
    for _ in 0..<9 { try repo.publish("timestamp") }
    try repo.publish("root", "timestamp")
    #expect(try await repo.refresh(folder) == nil)
    repo.root[.timestamp] = RoleKeys(keys: [kept.publicKey], threshold: 1)
    repo.signers["timestamp"] = [kept]
    repo.timestamp.version = 0
    try repo.publish("root", "timestamp")
    #expect(try await repo.refresh(folder) == nil)
    #expect(try folder.versions.hasSuffix("timestamp 1"))
  }

  @Test mutating func `A key that is added forgives nothing`() async throws {
    try repo.publish("timestamp")
    #expect(try await repo.refresh(folder) == nil)
    let more = try PrivateKey.make()
    repo.root[.timestamp].keys.append(more.publicKey)
    repo.signers["timestamp"]?.append(more)
    repo.timestamp.version = 0
    try repo.publish("root", "timestamp")
    #expect(try await repo.refresh(folder)?.code == "tuf.rollback")
  }
}
