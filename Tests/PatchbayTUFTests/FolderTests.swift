import Foundation
import PatchbayCore
import PatchbayTUF
import Testing

@Suite("The folder of trusted metadata") struct FolderTests {
  private let folder: TrustFolder
  private var repo: Repo

  init() throws {
    folder = try TrustFolder()
    repo = try Repo()
  }

  /// A repository that has moved on in everything, from what the folder has.
  private mutating func moveOn() async throws {
    try repo.delegate(to: "a")
    try repo.add([1], at: "x", to: "a")
    try repo.publishAll()
    #expect(try await repo.find("x", folder).role == "a")
    try repo.rotate(.timestamp)
    try repo.rotate(.snapshot)
    try repo.publish("root")
    try repo.publish("root")
    repo.timestamp.version = 0
    repo.snapshot.version = 0
    try repo.publishAll()
  }

  /// Every answer is followed by at most one write: what the folder has after each is what a client
  /// leaves that ends there.
  @Test mutating func `Wherever an update ends, the next one goes on`() async throws {
    try await moveOn()
    let whole = try folder.copy()
    #expect(try await repo.find("x", whole).role == "a")
    let requests = repo.log.names.count
    #expect(requests == 7)
    for answers in 0..<requests {
      let cut = try folder.copy()
      var source = repo.source
      source.answers = answers
      repo.log.clear()
      var client = try TUFClient(cut.path, source: source, nowMS: Repo.nowMS)
      let failure = await #expect(throws: Failure.self) { try await client.find("x") }
      #expect(failure?.code == "test.broken")
      #expect(try await repo.find("x", cut).role == "a", "after \(answers) answers")
      #expect(try cut.versions == whole.versions)
    }
  }

  /// Before a root that takes a key away is written, timestamp and snapshot go, one after the
  /// other. What they say verifies with the key that stays, so nothing else would make room.
  @Test mutating func `Wherever forgetting ends, the next update goes on`() async throws {
    let kept = try PrivateKey.make()
    for role in [TopLevelRole.timestamp, .snapshot] {
      repo.root[role].keys.append(kept.publicKey)
      repo.signers[role.rawValue]?.append(kept)
    }
    for _ in 0..<9 { try repo.publish("snapshot", "timestamp") }
    try repo.publish("root")
    #expect(try await repo.refresh(folder) == nil)
    for role in [TopLevelRole.timestamp, .snapshot] {
      repo.root[role] = RoleKeys(keys: [kept.publicKey], threshold: 1)
      repo.signers[role.rawValue] = [kept]
    }
    repo.timestamp.version = 0
    repo.snapshot.version = 0
    try repo.publish("root", "snapshot", "timestamp")
    for names in [[], ["timestamp.json"], ["timestamp.json", "snapshot.json"]] {
      let cut = try folder.copy()
      for name in names { try cut.remove(name) }
      #expect(try await repo.refresh(cut) == nil)
      #expect(try cut.versions == "root 3, snapshot 1, targets 1, timestamp 1")
    }
    // Were the root written first, it would end here.
    let wrong = try folder.copy()
    try wrong.write("root.json", repo.newest("root"))
    #expect(try await repo.refresh(wrong)?.code == "tuf.rollback")
  }

  @Test mutating func `Files that hold no longer are fetched again`() async throws {
    try repo.delegate(to: "a")
    try repo.add([1], at: "x", to: "a")
    try repo.publishAll()
    #expect(try await repo.find("x", folder).role == "a")
    let before = try folder.versions
    for name in ["timestamp.json", "snapshot.json", "targets.json", "a.json"] {
      let bytes = try folder.read(name)
      let text = String(decoding: bytes, as: UTF8.self)
      let changed = Array(text.replacing("2030-07", with: "2039-07").utf8)
      for damage in [changed, Array(bytes.dropLast(9)), [], [0xFF, 0]] {
        try #require(damage != bytes)
        try folder.write(name, damage)
        #expect(try await repo.find("x", folder).role == "a", "\(name)")
        #expect(try folder.read(name) == bytes && folder.versions == before)
      }
    }
  }

  /// A folder is in the way of the file.
  @Test(arguments: ["root", "timestamp", "snapshot", "targets"])
  mutating func `What cannot be written is said, and leaves what was there`(_ role: String)
    async throws
  {
    #expect(try await repo.refresh(folder) == nil)
    let before = try folder.read("\(role).json")
    try repo.publish("root", "targets", "snapshot", "timestamp")
    let draft = "\(folder.path)/\(role).json.\(getpid()).next"
    try FileManager.default.createDirectory(atPath: draft, withIntermediateDirectories: false)
    let failure = try await repo.refresh(folder)
    try FileManager.default.removeItem(atPath: draft)
    #expect(failure?.code == "file.write")
    #expect(failure?.message.contains("\(role).json") == true)
    #expect(try folder.read("\(role).json") == before)
    #expect(try await repo.refresh(folder) == nil)
    #expect(try folder.versions == "root 2, snapshot 2, targets 2, timestamp 2")
  }

  @Test mutating func `A folder that cannot be written to is said`() async throws {
    #expect(try await repo.refresh(folder) == nil)
    try folder.remove("timestamp.json")
    try FileManager.default.createDirectory(
      atPath: "\(folder.path)/timestamp.json/x", withIntermediateDirectories: true)
    #expect(try await repo.refresh(folder)?.code == "file.write")
    try repo.rotate(.timestamp)
    try repo.publish("root")
    #expect(try await repo.refresh(folder)?.code == "file.write")
    // What must be forgotten cannot be, so the root that asks for it is not taken.
    let root = try SignedMetadata(reading: folder.read("root.json"), limit: 1 << 20)
    #expect(try RootMetadata(root.signed).version == 1)
  }

  @Test mutating func `Answers that are too long or cut short are refused, and tried again`()
    async throws
  {
    for name in ["timestamp.json", "1.snapshot.json", "1.targets.json"] {
      let good = try repo.files[name].orThrow()
      repo.files[name] = good + [UInt8](repeating: 0x20, count: 6_000_000)
      #expect(try await repo.refresh(TrustFolder())?.code == "tuf.length")
      for end in [0, 1, good.count / 2, good.count - 2] {
        repo.files[name] = Array(good.prefix(end))
        #expect(try await repo.refresh(folder)?.code == "tuf.json")
      }
      repo.files[name] = good
    }
    #expect(try await repo.refresh(folder) == nil)
    repo.files["2.root.json"] = try repo.newest("root") + [UInt8](repeating: 0x20, count: 600_000)
    #expect(try await repo.refresh(folder)?.code == "tuf.length")
  }
}
