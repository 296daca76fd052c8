import Built
import Foundation
import Loopback
import PatchbayCore
import PatchbayHost
import PatchbayJSON
import PatchbayMessages
import PatchbayStore
import PatchbaySync
import Synchronization
import Testing

/// A hub with the shop, whose plugin does what it should, and an animal beside it.
struct Zoo {
  let folder: URL
  let hub: Hub
  let server: LoopbackServer
  static let pages = 20

  /// Answers to /hold wait for the latch, which the last of so many requests opens.
  init(
    tier: Tier, stepMS: Int64 = 600_000, stagedBytes: Int = 512 << 20,
    hold: (latch: Latch, count: Int)? = nil
  ) async throws {
    folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    var limits = PluginSession.Limits()
    limits.stepMS = stepMS
    limits.stagedBytes = stagedBytes
    limits.answerMessages = 5_000
    limits.answerBytes = 32 << 20
    hub = try Hub(
      folder: folder.path, pluginFolders: [Built.folder, Built.folder + "/zoo"], limits: limits,
      environment: [:])
    Built.nameWorker()
    let held = Mutex(0)
    server = try LoopbackServer { request in
      if request.target == "/hold", let hold {
        let count = held.withLock {
          $0 += 1
          return $0
        }
        if count == hold.count { hold.latch.open() }
        return [.wait(hold.latch)] + .answer()
      }
      let page = Int(request.target.split(separator: "after=").dropFirst().first ?? "0") ?? 0
      let next = page + 1 < Self.pages ? "\"\(page + 1)\"" : "null"
      let book = #"{"id":"\#(page)","title":"t","updated_at":"2026-01-01T00:00:00Z"}"#
      return .answer(200, #"{"data":[\#(book)],"next":\#(next)}"#)
    }
    try await hub.trust("bookshop", as: tier, actor: "tests")
    var shop = ConnectionDraft(name: "shop", plugin: "bookshop")
    shop.settings["base_url"] = .string(server.url)
    shop.settings["rate_limit"] = "off"
    shop.secrets["token"] = "s3cret-t0ken"
    try await hub.save([hub.plan(shop, resets: false)], resets: false)
  }

  func close() {
    server.stop()
    try? FileManager.default.removeItem(at: folder)
  }

  func run(_ name: String) async throws -> SyncRun.Summary {
    try await SyncRun(hub: hub, connection: hub.open(name), options: .init()) { _ in }.execute()
  }

  /// Connects an animal.
  func add(_ animal: String, tier: Tier, _ settings: [(String, JSON)] = []) async throws {
    try await hub.trust(animal, as: tier, actor: "tests")
    var draft = ConnectionDraft(name: "animal", plugin: animal)
    draft.settings["base_url"] = .string(server.url)
    draft.settings["rate_limit"] = "off"
    for (name, value) in settings { draft.settings[name] = value }
    try await hub.save([hub.plan(draft, resets: false)], resets: false)
  }

  /// Syncs the animal and the shop at the same time. Returns the animal's report.
  func visit(_ animal: String, tier: Tier, _ settings: [(String, JSON)] = []) async throws
    -> StreamReport
  {
    try await add(animal, tier: tier, settings)
    async let shop = run("shop")
    let visited = try await run("animal")
    let summary = try await shop
    #expect(summary.status == "done" && summary.counters.read == Self.pages)
    return try #require(visited.streams.first)
  }
}

/// Each animal does what no plugin should. Its own sync ends with the right error; the host lives,
/// and the sync beside it is complete.
@Suite(.serialized) struct ZooTests {
  /// What the host can promise wherever the plugin runs.
  static let everywhere: [(animal: String, code: String, words: String)] = [
    ("hangs", "plugin.hung", "in time|within"),
    ("floods", "plugin.contract", "answers one message with|comes to rest"),
    ("floods-bytes", "plugin.contract", "answers one message with"),
    ("gibberish", "plugin.contract", "head of note is not usable"),
    ("unknown-kind", "plugin.contract", "kind 4711"),
    ("unknown-member", "plugin.contract", "colour"),
    ("foreign-correlation", "plugin.covers", "covers 7"),
    ("same-correlation", "plugin.correlation", "twice"),
    ("reuses-correlation", "plugin.correlation", "2 twice"),
    ("describes-others", "plugin.catalogs", "another stream"),
    ("early-records", "plugin.correlation", "not answered"),
    ("bad-records", "plugin.records", "not JSON"),
    ("silent", "plugin.stuck", "waits for nothing"),
    ("ends-in-silence", "plugin.contract", "neither done nor error"),
    ("waits", "plugin.requests", "more than 64"),
    ("asks-for-ever", "sync.requests", "max_requests"),
  ]

  @Test(arguments: everywhere, [Tier.core, .community])
  func `Its sync alone fails, in both modes`(
    expected: (animal: String, code: String, words: String), tier: Tier
  ) async throws {
    // Only who hangs is to be ended by the clock: the others take what a busy machine takes.
    let zoo = try await Zoo(tier: tier, stepMS: expected.animal == "hangs" ? 3_000 : 600_000)
    defer { zoo.close() }
    let report = try await zoo.visit(
      "zoo-\(expected.animal)", tier: tier, [("max_requests", 50)])
    let failure = try #require(report.failure)
    #expect(report.status == .failed && failure.code == expected.code, "\(failure)")
    let text = failure.message + failure.mend
    #expect(expected.words.split(separator: "|").contains { text.contains($0) }, "\(text)")
  }

  @Test(
    arguments: [
      ("crashes", "plugin.crashed"), ("aborts", "plugin.crashed"), ("exits", "plugin.crashed"),
      ("recurses", "plugin.crashed"), ("eats-memory", "plugin.crashed"),
      ("crashes-at-load", "plugin.crashed"), ("hangs-at-load", "plugin.hung"),
      ("babbles", "plugin.contract"), ("hangs-up", "plugin.crashed"),
      ("floods-its-line", "plugin.contract"), ("long-winded", "plugin.contract"),
    ])
  func `Its sync alone fails, in a worker`(animal: String, code: String) async throws {
    let zoo = try await Zoo(tier: .community, stepMS: code == "plugin.hung" ? 3_000 : 600_000)
    defer { zoo.close() }
    let failure = try await zoo.visit("zoo-\(animal)", tier: .community).failure
    #expect(failure?.code == code, "\(failure?.description ?? "no failure")")
  }

  @Test(
    arguments: ["probes", "acts-at-load", "signals-the-hub", "fork-bomb", "restless", "good"])
  func `In a worker it does not come to it`(animal: String) async throws {
    let zoo = try await Zoo(tier: .community)
    defer { zoo.close() }
    let report = try await zoo.visit("zoo-\(animal)", tier: .community)
    #expect(report.status == .done && !report.notes.contains { $0.contains("ALLOWED") })
  }

  @Test(arguments: [Tier.core, .community])
  func `No header of a plugin frames a request, leads it elsewhere or carries a credential`(
    tier: Tier
  ) async throws {
    let zoo = try await Zoo(tier: tier)
    defer { zoo.close() }
    let report = try await zoo.visit("zoo-smuggles", tier: tier)
    #expect(report.status == .done && report.notes == (1...11).map { "\($0) refused" })
    #expect(!zoo.server.requests.contains { $0.target == "/smuggled" })
  }

  @Test(arguments: [Tier.core, .community])
  func `A record that is no JSON is set aside, and the others are kept`(tier: Tier) async throws {
    let zoo = try await Zoo(tier: tier)
    defer { zoo.close() }
    let report = try await zoo.visit("zoo-bad-record", tier: tier)
    #expect(report.status == .done)
    #expect(report.counters.inserted == 1 && report.counters.dead == 1)
  }

  @Test func `One that hung in the hub's process is in quarantine at once`() async throws {
    let zoo = try await Zoo(tier: .core, stepMS: 3_000)
    defer { zoo.close() }
    #expect(try await zoo.visit("zoo-hangs", tier: .core).failure?.code == "plugin.hung")
    let refused = await #expect(throws: Failure.self) { try await zoo.run("animal") }
    #expect(refused?.code == "plugin.quarantined")
    #expect(refused?.mend.contains("patchbay plugin trust zoo-hangs core") == true)
  }

  @Test func `Many that hang as they look for streams hold up nobody, and are in quarantine`()
    async throws
  {
    let zoo = try await Zoo(tier: .core, stepMS: 2_000)
    defer { zoo.close() }
    let animal = "zoo-hangs-in-discover"
    try await zoo.hub.trust(animal, as: .core, actor: "tests")
    var draft = ConnectionDraft(name: "animal", plugin: animal)
    draft.settings["base_url"] = .string(zoo.server.url)
    // More than there are threads in the shared pool of a small machine.
    let codes = await withTaskGroup(of: String?.self) { [draft] group in
      for _ in 0..<8 {
        group.addTask {
          do throws(Failure) { _ = try await zoo.hub.plan(draft, resets: false) } catch {
            return error.code
          }
          return nil
        }
      }
      return await group.reduce(into: Set()) { $0.insert($1) }
    }
    #expect(codes == ["plugin.hung"])
    let refused = await #expect(throws: Failure.self) {
      try await zoo.hub.plan(draft, resets: false)
    }
    #expect(refused?.code == "plugin.quarantined")
  }

  @Test func `A last checkpoint is kept together with the records that it covers`() async throws {
    let zoo = try await Zoo(tier: .core)
    defer { zoo.close() }
    try await zoo.hub.trust("zoo-saves-late", as: .core, actor: "tests")
    let draft = ConnectionDraft(name: "animal", plugin: "zoo-saves-late")
    try await zoo.hub.save([zoo.hub.plan(draft, resets: false)], resets: false)
    let (waits, noted) = AsyncStream.makeStream(of: Void.self)
    let run = try await SyncRun(
      hub: zoo.hub, connection: zoo.hub.open("animal"), options: .init()
    ) { event in
      if case .note = event { noted.yield() }
    }
    let task = Task { try await run.execute() }
    for await _ in waits { break }
    task.cancel()
    let report = try #require(try await task.value.streams.first)
    #expect(report.status == .cancelled && report.counters.inserted == 2)
  }

  @Test func `Pages that no checkpoint covers have a ceiling`() async throws {
    let zoo = try await Zoo(tier: .core, stagedBytes: 400)
    defer { zoo.close() }
    let report = try await zoo.visit("zoo-hoards", tier: .core, [("max_requests", 50)])
    #expect(report.failure?.code == "plugin.uncovered", "\(report)")
    #expect(report.failure?.message.contains("400 are allowed") == true)
  }

  @Test func `What is covered is not counted, whatever else was answered`() async throws {
    let zoo = try await Zoo(tier: .core, stagedBytes: 4000)
    defer { zoo.close() }
    let report = try await zoo.visit("zoo-covers-all", tier: .core)
    #expect(report.status == .done && report.counters.inserted == 19, "\(report)")
  }

  @Test func `One that hangs when the connection is checked is so, too`() async throws {
    let zoo = try await Zoo(tier: .core, stepMS: 3_000)
    defer { zoo.close() }
    try await zoo.add("zoo-hangs", tier: .core)
    let connection = try await zoo.hub.open("animal")
    let hung = await #expect(throws: Failure.self) {
      try await ConnectionCheck(connection, in: zoo.hub).run()
    }
    #expect(hung?.code == "plugin.hung")
    let refused = await #expect(throws: Failure.self) { try await zoo.run("animal") }
    #expect(refused?.code == "plugin.quarantined")
  }

  @Test func `In safe mode no plugin is started`() async throws {
    let zoo = try await Zoo(tier: .core)
    defer { zoo.close() }
    let safe = try Hub(
      folder: zoo.folder.path, pluginFolders: [Built.folder], isSafeMode: true, environment: [:])
    let refused = await #expect(throws: Failure.self) { try await safe.open("shop") }
    #expect(refused?.code == "plugin.safe_mode" && refused?.kind == .permission)
  }
}
