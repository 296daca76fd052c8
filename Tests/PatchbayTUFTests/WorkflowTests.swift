import PatchbayCore
import PatchbayJSON
import Testing

@testable import PatchbayTUF

@Suite("An update") struct WorkflowTests {
  private let folder: TrustFolder
  private var repo: Repo

  init() throws {
    folder = try TrustFolder()
    repo = try Repo()
  }

  @Test func `A refresh asks for each role once, within its limit, and keeps the bytes`()
    async throws
  {
    #expect(try await repo.refresh(folder) == nil)
    #expect(
      repo.log.names == ["2.root.json", "timestamp.json", "1.snapshot.json", "1.targets.json"])
    let limits = ["2.root.json": 512_000, "timestamp.json": 16_384, "1.snapshot.json": 2_000_000]
    for (name, limit) in limits { #expect(repo.log.limit(of: name) == limit) }
    #expect(repo.log.limit(of: "1.targets.json") == 5_000_000)
    for role in ["root", "timestamp", "snapshot", "targets"] {
      #expect(try folder.read("\(role).json") == repo.newest(role))
    }
    #expect(try await repo.refresh(folder) == nil)
    #expect(repo.log.names == ["2.root.json", "timestamp.json"])
  }

  @Test mutating func `The bytes that were received are kept, not others that mean the same`()
    async throws
  {
    repo.files["timestamp.json"]? += Array(" \n ".utf8)
    #expect(try await repo.refresh(folder) == nil)
    #expect(try folder.read("timestamp.json") == repo.files["timestamp.json"])
  }

  @Test func `Looking for a target refreshes first`() async throws {
    let (role, failure) = try await repo.find("nothing", folder)
    #expect(role == nil && failure == nil)
    #expect(try folder.versions == "root 1, snapshot 1, targets 1, timestamp 1")
  }

  @Test(arguments: [
    ("root", "root 1"), ("timestamp", "root 2"), ("snapshot", "root 2, timestamp 2"),
    ("targets", "root 2, snapshot 2, timestamp 2"),
  ]) mutating func `A role that is not signed is refused, and what came before is kept`(
    _ role: String, _ kept: String
  ) async throws {
    repo.signers[role] = []
    try repo.publish("root", "targets", "snapshot", "timestamp")
    let failure = try await repo.refresh(folder)
    #expect(failure?.code == "tuf.signatures")
    #expect(failure?.message.contains(role) == true || role == "root")
    #expect(try folder.versions == kept)
  }

  @Test(arguments: [
    ("root", "root 1"), ("snapshot", "root 2, timestamp 2"),
    ("targets", "root 2, snapshot 2, timestamp 2"),
  ]) mutating func `A file of another version than its name says is refused`(
    _ role: String, _ kept: String
  ) async throws {
    try repo.publish("root", "targets", "snapshot", "timestamp")
    switch role {
    case "root":
      var other = repo.root
      other.version = 3
      repo.files["2.root.json"] = try repo.signed(other.json, role)
    case "snapshot":
      var other = repo.snapshot
      other.version = 3
      repo.files["2.snapshot.json"] = try repo.signed(other.json, role)
    default:
      var other = try repo.targets[role].orThrow()
      other.version = 3
      repo.files["2.targets.json"] = try repo.signed(other.json, role)
    }
    #expect(try await repo.refresh(folder)?.code == "tuf.version")
    #expect(try folder.versions == kept)
  }

  @Test mutating func `A timestamp of the same version changes nothing, and is no failure`()
    async throws
  {
    #expect(try await repo.refresh(folder) == nil)
    let before = try folder.read("timestamp.json")
    var other = repo.timestamp
    other.snapshot.version = 100
    repo.files["timestamp.json"] = try repo.signed(other.json, "timestamp")
    #expect(try await repo.refresh(folder) == nil)
    #expect(try folder.read("timestamp.json") == before)
    #expect(repo.log.names == ["2.root.json", "timestamp.json"])
  }

  @Test mutating func `Stated lengths and hashes hold, and a length bounds what is fetched`()
    async throws
  {
    repo.hasHashes = true
    try repo.publish("targets", "snapshot", "timestamp")
    #expect(try await repo.refresh(folder) == nil)
    #expect(repo.log.limit(of: "2.snapshot.json") == repo.files["2.snapshot.json"]?.count)
    #expect(repo.log.limit(of: "2.targets.json") == repo.files["2.targets.json"]?.count)

    try repo.publish("targets")
    repo.snapshot.files["targets.json"]?.hashes = ["sha256": String(repeating: "0", count: 64)]
    try repo.publish("snapshot", "timestamp")
    #expect(try await repo.refresh(folder)?.code == "tuf.hash")
    #expect(try folder.versions == "root 1, snapshot 3, targets 2, timestamp 3")

    try repo.publish("snapshot")
    repo.timestamp.snapshot.hashes = ["sha512": String(repeating: "0", count: 128)]
    try repo.publish("timestamp")
    #expect(try await repo.refresh(folder)?.code == "tuf.hash")
    #expect(try folder.versions == "root 1, snapshot 3, targets 2, timestamp 4")

    repo.timestamp.snapshot.hashes = nil
    repo.timestamp.snapshot.length = 7
    try repo.publish("timestamp")
    #expect(try await repo.refresh(folder)?.code == "tuf.length")
  }

  /// The old snapshot is what a new one is held against, even if the new one is much shorter.
  @Test mutating func `A short new snapshot does not make the client forget the old one`()
    async throws
  {
    repo.hasHashes = true
    for number in 0..<20 { repo.snapshot.files["r\(number).json"] = MetadataFile(version: 1) }
    try repo.publish("snapshot", "timestamp")
    #expect(try await repo.refresh(folder) == nil)
    repo.snapshot.files = repo.snapshot.files.filter { $0.key == "targets.json" }
    try repo.publish("snapshot", "timestamp")
    #expect(try await repo.refresh(folder)?.code == "tuf.rollback")
  }

  @Test(arguments: ["timestamp.json", "2.snapshot.json", "2.targets.json"])
  mutating func `A file that is not there is missed, and comes with the next refresh`(
    _ name: String
  ) async throws {
    #expect(try await repo.refresh(folder) == nil)
    try repo.publish("targets", "snapshot", "timestamp")
    let bytes = repo.files.removeValue(forKey: name)
    let failure = try await repo.refresh(folder)
    #expect(failure?.code == "tuf.missing")
    #expect(failure?.message.contains(name) == true)
    repo.files[name] = bytes
    #expect(try await repo.refresh(folder) == nil)
    #expect(try folder.versions == "root 1, snapshot 2, targets 2, timestamp 2")
  }

  @Test mutating func `A snapshot cannot pass for a timestamp`() async throws {
    let key = try repo.signers["timestamp"].orThrow()[0]
    repo.signers["snapshot"] = [key]
    repo.files["timestamp.json"] = try repo.signed(
      SnapshotMetadata(
        version: 2, expiresMS: repo.snapshot.expiresMS,
        files: ["snapshot.json": MetadataFile(version: 1)]
      ).json, "snapshot")
    #expect(try await repo.refresh(folder)?.code == "tuf.type")
    #expect(try folder.versions == "root 1")
  }

  @Test mutating func `Members that nobody knows are signed with the rest`() async throws {
    var object = try repo.root.json.object.orThrow()
    object["version"] = 2
    object["x-more"] = ["b": [1, "\u{1}"], "a": nil]
    repo.files["2.root.json"] = try repo.signed(.object(object), "root")
    #expect(try await repo.refresh(folder) == nil)
    #expect(try folder.versions.hasPrefix("root 2"))
    object["version"] = 3
    var file = SignedMetadata(signed: .object(object))
    try file.sign(with: try repo.signers["root"].orThrow()[0])
    let text = String(decoding: file.bytes, as: UTF8.self).replacing("x-more", with: "x-less")
    repo.files["3.root.json"] = Array(text.utf8)
    #expect(try await repo.refresh(folder)?.code == "tuf.signatures")
  }

  @Test mutating func `A repository without consistent snapshots has names without versions`()
    async throws
  {
    repo.root.hasConsistentSnapshots = false
    try repo.publish("root")
    try repo.add([1, 2], at: "a/b")
    try repo.publish("targets", "snapshot", "timestamp")
    repo.files["snapshot.json"] = repo.files["2.snapshot.json"]
    repo.files["targets.json"] = repo.files["2.targets.json"]
    repo.contents = ["a/b": [1, 2]]
    var client = try repo.client(folder)
    let target = try await client.find("a/b").orThrow().target
    #expect(try await client.download(target) == [1, 2])
    #expect(
      repo.log.names == [
        "2.root.json", "3.root.json", "timestamp.json", "snapshot.json", "targets.json",
        "targets/a/b",
      ])
  }

  @Test mutating func `No more roots are followed than there may be`() async throws {
    for _ in 0..<TUFClient.rootLimit + 5 { try repo.publish("root") }
    #expect(try await repo.refresh(folder) == nil)
    #expect(repo.log.names.count { $0.hasSuffix(".root.json") } == TUFClient.rootLimit)
    #expect(try await repo.refresh(folder) == nil)
    #expect(try folder.read("root.json") == repo.newest("root"))
  }

  // MARK: The first root

  @Test mutating func `A first root that is not whole or not signed is refused`() async throws {
    let good = try repo.newest("root")
    let text = String(decoding: good, as: UTF8.self)
    let other = try TrustFolder()
    for (bytes, code) in [
      (Array(text.replacing("\"version\"", with: "\"aversion\"").utf8), "tuf.shape"),
      (Array(text.replacing("\"version\":1", with: "\"version\":2").utf8), "tuf.signatures"),
      (Array(good.dropLast(10)), "tuf.json"), ([], "tuf.json"),
      (try repo.newest("targets"), "tuf.type"),
    ] {
      let failure = #expect(throws: Failure.self) {
        try TUFClient.initialize(other.path, root: bytes)
      }
      #expect(failure?.code == code)
      #expect(other.names == [])
      // Nor where it lies in the folder already.
      try folder.write("root.json", bytes)
      #expect(throws: Failure.self) { try repo.client(folder) }
    }
    let failure = #expect(throws: Failure.self) {
      try TUFClient(other.path, source: repo.source, nowMS: 0)
    }
    #expect(failure?.code == "tuf.root")
  }

  @Test mutating func `A folder keeps to the repository that it began with`() async throws {
    try repo.publish("root")
    #expect(try await repo.refresh(folder) == nil)
    let first = try repo.files["1.root.json"].orThrow()
    let failure = #expect(throws: Failure.self) {
      try TUFClient.initialize(folder.path, root: first)
    }
    #expect(failure?.code == "tuf.exists")
    try TUFClient.initialize(folder.path, root: repo.newest("root"))
    #expect(try folder.versions.hasPrefix("root 2"))
    let deeper = "\(folder.path)/new"
    try TUFClient.initialize(deeper, root: first)
    #expect(try FileBytes.read("\(deeper)/root.json") == first)
    #expect(throws: Failure.self) {
      try TUFClient.initialize("\(folder.path)/a/b", root: first)
    }
  }
}
