import PatchbayCore
import PatchbayTUF
import Testing

@Suite("Trust without network") struct TrustTests {
  private let folder: TrustFolder
  private var repo: Repo

  init() throws {
    folder = try TrustFolder()
    repo = try Repo()
  }

  private mutating func fill() async throws {
    try repo.delegate(to: "a", .patterns(["a/*"]))
    try repo.delegate(to: "b", .patterns(["b/*"]))
    try repo.add([1], at: "a/x", to: "a")
    try repo.add([2], at: "b/x", to: "b")
    try repo.add([3], at: "x")
    try repo.publishAll()
    #expect(try await repo.find("a/x", folder).role == "a")
  }

  @Test mutating func `What the folder has is found again, whatever the date`() async throws {
    repo.timestamp.expiresMS = Repo.nowMS + 60_000
    try await fill()
    let trust = try TUFTrust(folder.path)
    #expect(trust.expiresMS == Repo.nowMS + 60_000)
    let found = try trust.find("a/x").orThrow()
    #expect(found.role == "a")
    try found.target.check([1])
    #expect(try trust.find("x")?.role == "targets")
    #expect(try trust.find("y") == nil)
    // Nobody has asked for it yet.
    let failure = #expect(throws: Failure.self) { try trust.find("b/x") }
    #expect(failure?.code == "file.read")
  }

  @Test mutating func `What has expired long ago is still what was trusted`() async throws {
    let then = Time.parse("2001-01-01T00:00:00Z") ?? 0
    repo.root.expiresMS = then
    repo.timestamp.expiresMS = then
    repo.snapshot.expiresMS = then
    repo.targets["targets"]?.expiresMS = then - 1000
    try repo.add([3], at: "x")
    try repo.publish("root", "targets", "snapshot", "timestamp")
    #expect(try await repo.refresh(folder, atMS: then - 2000) == nil)
    let trust = try TUFTrust(folder.path)
    #expect(trust.expiresMS == then - 1000)
    #expect(try trust.find("x")?.role == "targets")
  }

  @Test(arguments: ["root", "timestamp", "snapshot", "targets", "a"])
  mutating func `A file that was changed or is missing is not believed`(_ role: String) async throws
  {
    try await fill()
    let bytes = try folder.read("\(role).json")
    let text = String(decoding: bytes, as: UTF8.self)
    try folder.write("\(role).json", Array(text.replacing("2030-07", with: "2039-07").utf8))
    let folder = folder
    func look() throws { _ = try TUFTrust(folder.path).find("a/x") }
    let changed = #expect(throws: Failure.self) { try look() }
    #expect(changed?.code == "tuf.signatures")
    try folder.remove("\(role).json")
    #expect(throws: Failure.self) { try look() }
    try folder.write("\(role).json", bytes)
    try look()
  }

  /// Each file is genuine, and they do not belong together.
  @Test(arguments: ["timestamp", "snapshot", "targets", "a"])
  mutating func `A file of another version is not believed`(_ role: String) async throws {
    try await fill()
    let old = try folder.read("\(role).json")
    try repo.publishAll()
    #expect(try await repo.find("a/x", folder).role == "a")
    _ = try TUFTrust(folder.path).find("a/x")
    try folder.write("\(role).json", old)
    let folder = folder
    let failure = #expect(throws: Failure.self) { try TUFTrust(folder.path).find("a/x") }
    #expect(failure?.code == "tuf.version")
  }
}
