import Built
import PatchbayCore
import PatchbayCrypto
import PatchbayHost
import PatchbayJSON
import PatchbayMessages
import PatchbayTUF
import Testing

@testable import PatchbayMarketplace

@Suite("What is installed, and changed") struct InstalledThreatTests {
  static func begin(_ draft: PluginDraft = PluginDraft()) async throws -> Bazaar {
    let bazaar = try await Bazaar()
    try await bazaar.publish(draft)
    try await bazaar.install("books")
    return bazaar
  }

  @Test func `a changed byte of any file is found, and named`() async throws {
    let bazaar = try await Self.begin()
    let folder = try bazaar.stored()
    for name in FileBytes.tree(of: folder) {
      let good = try FileBytes.read("\(folder)/\(name)")
      var bytes = good
      bytes[bytes.count / 2] ^= 1
      try FileBytes.replace("\(folder)/\(name)", with: bytes)
      let problems = try bazaar.market().verify().flatMap(\.problems)
      let found = name == "release.json" ? "another one in" : "\(name) was changed"
      #expect(problems.count == 1 && problems[0].contains(found), "\(problems)")
      if [Release.libraryName, "release.json"].contains(name) {
        let refusal = #expect(throws: Failure.self) { try bazaar.load("books") }
        let code = name == "release.json" ? "market.unsigned" : "plugin.refused"
        #expect(
          refusal?.code == code && refusal?.mend.isEmpty == false, "\(refusal?.message ?? "")")
      }
      FileBytes.removeTree("\(folder)/\(name)")
      let gone = try bazaar.market().verify().flatMap(\.problems)
      #expect(gone.count == 1 && gone[0].contains(name), "\(gone)")
      try FileBytes.replace("\(folder)/\(name)", with: good)
    }
    #expect(try bazaar.market().verify().flatMap(\.problems) == [])
    try bazaar.load("books").probe()
  }

  @Test func `a file that was added, or became a link, is found`() async throws {
    let bazaar = try await Self.begin()
    let folder = try bazaar.stored()
    try FileBytes.replace("\(folder)/extra.so", with: [1])
    #expect(try bazaar.market().verify().flatMap(\.problems) == ["extra.so was added"])
    FileBytes.removeTree("\(folder)/extra.so")
    #expect(FileBytes.move("\(folder)/README.md", to: bazaar.folder.file("moved")))
    try run(["/bin/ln", "-s", bazaar.folder.file("moved"), "\(folder)/README.md"])
    #expect(try bazaar.market().verify().flatMap(\.problems) == ["README.md is no file any more"])
    // Installed again, it is put right.
    let market = try bazaar.market()
    try await market.install(market.prepare(InstallRequest("books")))
    #expect(try market.verify().flatMap(\.problems) == [])
  }

  /// What lies there is looked at when it is loaded, and the bytes that are looked at are those
  /// that run.
  @Test func `a library that is swapped after it was checked is not loaded`() async throws {
    let bazaar = try await Self.begin()
    let store = try MarketStore(bazaar.folder.file("data"))
    let file = try #require(store.active.first)
    try store.admit(file)
    let other = try PluginDraft("6.6.6").pack(in: bazaar.folder)
    try FileBytes.replace(file.path, with: #require(other[Release.libraryName]).bytes)
    let refusal = #expect(throws: Failure.self) {
      try LoadedPlugin.load(file, in: .worker, installed: store)
    }
    #expect(
      refusal?.code == "plugin.refused" && refusal?.message.contains("another one at") == true)
  }

  static let edits: [(String, @Sendable (String) -> String)] = [
    ("the tier community", { $0.replacing("\"tier\": \"community\"", with: "\"tier\": \"core\"") }),
    ("permissions", { $0.replacing("\"memory_mb\": 512", with: "\"memory_mb\": 4096") }),
    ("permissions", { $0.replacing("\"step_ms\": 10000", with: "\"step_ms\": 60000") }),
    ("manifest", { $0.replacing("Does what no plugin should", with: "Does what it should") }),
    ("terms", { $0.replacing("\"currency\": \"EUR\"", with: "\"currency\": \"USD\"") }),
    (
      "not signed any more",
      { $0.replacing("\"version\": \"1.0.0\"", with: "\"version\": \"1.0.1\"") }
    ),
  ]

  @Test(arguments: edits.indices)
  func `a lock that says more than was signed is refused`(index: Int) async throws {
    let bazaar = try await Self.begin()
    let (why, edit) = Self.edits[index]
    try bazaar.editLock { text in
      let edited = edit(text)
      #expect(edited != text, "\(why)")
      return edited
    }
    let refusal = #expect(throws: Failure.self) { try bazaar.load("books") }
    #expect(
      refusal?.kind == .permission && refusal?.message.contains(why) == true,
      "\(refusal?.message ?? "")")
    #expect(try bazaar.market().verify().flatMap(\.problems).count == 1)
  }

  @Test(arguments: ["library", "pack", "release"])
  func `a lock with other hashes is refused`(member: String) async throws {
    let bazaar = try await Self.begin()
    let active = try MarketStore(bazaar.folder.file("data")).lock.installed("books").active
    let hash = ["library": active.library, "pack": active.pack, "release": active.release][member]
    let other = Hex.encode(Digest.sha256("something else"))
    try bazaar.editLock {
      $0.replacing("\"\(member)\": \"\(hash ?? "")\"", with: "\"\(member)\": \"\(other)\"")
    }
    let refusal = #expect(throws: Failure.self) { try bazaar.load("books") }
    #expect(
      refusal?.mend.isEmpty == false || refusal?.code == "file.read",
      "\(refusal?.message ?? "it was loaded")")
  }

  @Test func `a plugin under another publisher's name is refused`() async throws {
    let bazaar = try await Self.begin()
    try await bazaar.publish(
      PluginDraft { ($0.publisher, $0.id, $0.title) = ("core-team", "hub", "Hub") })
    try await bazaar.install("hub")
    try bazaar.editLock {
      $0.replacing("\"name\": \"acme/books\"", with: "\"name\": \"core-team/books\"")
    }
    let refusal = #expect(throws: Failure.self) { try bazaar.load("books") }
    #expect(refusal?.code == "market.withdrawn")
  }

  @Test func `without what was signed, nothing is loaded`() async throws {
    let bazaar = try await Self.begin()
    let trust = bazaar.folder.file("data/market/trust")
    for name in ["timestamp", "snapshot", "targets", "acme", "root"] {
      let path = "\(trust)/current/metadata/\(name).json"
      let good = try FileBytes.read(path)
      try FileBytes.replace(
        path,
        with: Array(
          String(decoding: good, as: UTF8.self).replacing("\"version\"", with: "\"vers\"").utf8))
      #expect(throws: Failure.self, "\(name)") { try bazaar.load("books") }
      FileBytes.removeTree(path)
      #expect(throws: Failure.self, "\(name)") { try bazaar.load("books") }
      try FileBytes.replace(path, with: good)
    }
    try bazaar.load("books").probe()
    FileBytes.removeTree(trust)
    let refusal = #expect(throws: Failure.self) { try bazaar.load("books") }
    #expect(refusal?.code == "market.none" && refusal?.mend.contains("market use") == true)
  }

  // MARK: Taken back

  @Test(arguments: ["1.0.0", nil])
  func `what is revoked is neither installed nor loaded, and stops`(version: String?) async throws {
    let bazaar = try await Self.begin(PluginDraft { $0.code = "zoo/waits.so" })
    let session = try PluginSession(bazaar.load("books"))
    let head: JSON = [
      "op": "read", "config": [:], "kinds": [], "features": [],
      "limits": ["head_bytes": 1_048_576, "body_bytes": 1_048_576, "requests_in_flight": 16],
    ]
    let waits = try session.step(Message(.open, head: head), .now())
    #expect(!waits.isEmpty && waits.allSatisfy { $0.kind == .wait })
    try await bazaar.revoke("acme/books", version)
    // Nobody has looked yet.
    _ = try session.step(Message(.waited, correlation: 1), .now())
    _ = try await bazaar.market().refresh()
    let stopped = #expect(throws: Failure.self) {
      try session.step(Message(.waited, correlation: 2), .now())
    }
    #expect(
      stopped?.code == "plugin.revoked"
        && stopped?.message.contains("sends records elsewhere") == true)
    #expect(#expect(throws: Failure.self) { try bazaar.load("books") }?.code == "plugin.revoked")
    #expect(
      try await failure { try await bazaar.install("books", in: "other") }?.code == "plugin.revoked"
    )
    #expect(
      try bazaar.market().verify().allSatisfy { $0.problems.first?.contains("revoked") == true })
    // A later version is free of it, unless all are.
    try await bazaar.publish(PluginDraft("1.0.1"))
    let upgrade = try await failure { try await bazaar.install("books") }
    #expect(upgrade?.code == (version == nil ? "plugin.revoked" : nil))
  }

  @Test func `what is revoked while it is looked at is not installed`() async throws {
    let bazaar = try await Bazaar()
    try await bazaar.publish(PluginDraft())
    let market = try bazaar.market()
    let candidate = try await market.prepare(InstallRequest("books"))
    try await bazaar.revoke("acme/books")
    #expect(try await failure { try await market.install(candidate) }?.code == "plugin.revoked")
    #expect(try market.store().lock.plugins.isEmpty)
  }

  @Test func `a version that its publisher withdrew is not loaded any more`() async throws {
    let bazaar = try await Self.begin()
    var forgery = try Forgery(bazaar)
    try forgery.put("acme", keys: ["acme", "registry"]) { $0.targets = [:] }
    try forgery.publish()
    try bazaar.load("books").probe()
    _ = try await bazaar.market().refresh()
    let refusal = #expect(throws: Failure.self) { try bazaar.load("books") }
    #expect(refusal?.code == "market.withdrawn" && refusal?.mend.contains("market remove") == true)
    #expect(try await bazaar.market().remove("books").name == "acme/books")
  }

  /// One publisher that does not sign anew must not keep news from all hubs that have its plugin.
  @Test func `a publisher whose metadata has ended stops nobody else`() async throws {
    var lifetimes = MarketRepository.Lifetimes()
    (lifetimes.publishers, lifetimes.timestamp) = (2, 30)
    var bazaar = try await Bazaar(lifetimes: lifetimes)
    try await bazaar.publish(PluginDraft())
    try await bazaar.install("books")
    bazaar.nowMS += 3 * Bazaar.dayMS
    try await bazaar.publish(
      PluginDraft { ($0.publisher, $0.id, $0.title) = ("core-team", "hub", "Hub") })
    try await bazaar.install("hub")
    try bazaar.load("books").probe()
    try await bazaar.revoke("acme/books")
    _ = try await bazaar.market().refresh()
    #expect(#expect(throws: Failure.self) { try bazaar.load("books") }?.code == "plugin.revoked")
    #expect(
      try await failure { try await bazaar.install("books", in: "other") }?.code == "plugin.revoked"
    )
  }
}
