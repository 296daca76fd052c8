import PatchbayCore
import PatchbayTUF
import Testing

@Suite("Freezing") struct ExpiryTests {
  private let folder: TrustFolder
  private var repo: Repo
  private let past = Repo.nowMS - Repo.dayMS

  init() throws {
    folder = try TrustFolder()
    repo = try Repo()
  }

  @Test mutating func `A root that expired is kept, and nothing after it is taken`() async throws {
    #expect(try await repo.refresh(folder) == nil)
    repo.root.expiresMS = past
    try repo.publish("root", "targets", "snapshot", "timestamp")
    let failure = try await repo.refresh(folder)
    #expect(failure?.code == "tuf.freeze")
    #expect(
      failure?.message
        == "root version 2 expired at 2030-05-31T12:00:00Z, and now is 2030-06-01T12:00:00Z")
    #expect(try folder.versions == "root 2, snapshot 1, targets 1, timestamp 1")
    #expect(repo.log.names == ["2.root.json", "3.root.json"])
  }

  @Test(arguments: [
    ("timestamp", "root 1, snapshot 1, targets 1, timestamp 1"),
    ("snapshot", "root 1, snapshot 1, targets 1, timestamp 2"),
    ("targets", "root 1, snapshot 2, targets 1, timestamp 2"),
  ]) mutating func `Metadata that expired is refused`(_ role: String, _ kept: String) async throws {
    #expect(try await repo.refresh(folder) == nil)
    switch role {
    case "timestamp": repo.timestamp.expiresMS = past
    case "snapshot": repo.snapshot.expiresMS = past
    default: repo.targets[role]?.expiresMS = past
    }
    try repo.publish("targets", "snapshot", "timestamp")
    #expect(try await repo.refresh(folder)?.code == "tuf.freeze")
    #expect(try folder.versions == kept)
  }

  @Test mutating func `A role that is delegated to expires, too`() async throws {
    try repo.delegate(to: "a")
    repo.targets["a"]?.expiresMS = past
    try repo.publishAll()
    #expect(try await repo.find("x", folder).1?.code == "tuf.freeze")
    #expect(!folder.has("a.json"))
  }

  @Test mutating func `What expired here is followed to what did not`() async throws {
    repo.root.expiresMS = Repo.nowMS + 7 * Repo.dayMS
    repo.timestamp.expiresMS = Repo.nowMS + 7 * Repo.dayMS
    try repo.publish("root", "timestamp")
    #expect(try await repo.refresh(folder) == nil)
    let then = Repo.nowMS + 18 * Repo.dayMS
    #expect(try await repo.refresh(folder, atMS: then)?.code == "tuf.freeze")
    repo.root.expiresMS = Repo.nowMS + 21 * Repo.dayMS
    try repo.publish("root")
    // The timestamp is the same, and so nothing new.
    #expect(try await repo.refresh(folder, atMS: then)?.code == "tuf.freeze")
    repo.timestamp.expiresMS = Repo.nowMS + 21 * Repo.dayMS
    try repo.publish("targets", "snapshot", "timestamp")
    #expect(try await repo.refresh(folder, atMS: then) == nil)
    #expect(try folder.versions == "root 3, snapshot 2, targets 2, timestamp 3")
  }

  /// An old timestamp that expired still tells which versions there were.
  @Test mutating func `What expired here is still held against what comes`() async throws {
    repo.timestamp.expiresMS = Repo.nowMS + 7 * Repo.dayMS
    try repo.publish("timestamp", "timestamp", "timestamp")
    #expect(try await repo.refresh(folder) == nil)
    repo.timestamp.version = 1
    repo.timestamp.expiresMS = Repo.nowMS + 30 * Repo.dayMS
    try repo.publish("timestamp")
    let then = Repo.nowMS + 18 * Repo.dayMS
    #expect(try await repo.refresh(folder, atMS: then)?.code == "tuf.rollback")
  }

  @Test mutating func `The moment of expiry itself is too late`() async throws {
    let expiry = repo.timestamp.expiresMS
    #expect(try await repo.refresh(folder, atMS: expiry)?.code == "tuf.freeze")
    #expect(try await repo.refresh(folder, atMS: expiry - 1) == nil)
  }
}
