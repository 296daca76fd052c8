import Built
import Foundation
import Loopback
import PatchbayCore
import PatchbayHost
import PatchbayJSON
import PatchbayStore
import PatchbaySync
import Synchronization
import Testing

/// A vendor of books that can be changed, and that fails as it is told to.
final class WritableShop: Sendable {
  enum Fault: Sendable {
    /// The change is made, and the answer is an error.
    case after(Int)
    /// Nothing is done.
    case refuse(Int, String)
    /// The change is made, and no answer comes.
    case hangUp
  }

  struct State {
    var books: [String: JSON] = [:]
    var clock = 0
    var created = 0
    var faults: [Fault] = []
    var changes: [String] = []
  }

  let state = Mutex(State())
  private let serving = Mutex<LoopbackServer?>(nil)
  var url: String { serving.withLock { $0?.url ?? "" } }

  init() throws {
    let server = try LoopbackServer { [self] request in answer(request) }
    serving.withLock { $0 = server }
    for id in 1...6 { put("\(id)", ["title": .string("t\(id)"), "price": 10]) }
  }

  func stop() { serving.withLock { $0 }?.stop() }

  /// Somebody at the vendor changes a book.
  func put(_ id: String, _ members: [String: JSON]) {
    let book = JSONObject(members.sorted { $0.key < $1.key }.map { .init($0.key, $0.value) })
    state.withLock { $0.put(id, .object(book)) }
  }

  func book(_ id: String) -> JSON? { state.withLock { $0.books[id] } }
  var requests: Int { serving.withLock { $0?.requests.count ?? 0 } }
  var changes: [String] { state.withLock { $0.changes } }
  func fail(_ faults: Fault...) { state.withLock { $0.faults = faults } }

  private func answer(_ request: LoopbackServer.Request) -> [LoopbackServer.Act] {
    state.withLock { state in
      if request.method == "GET" { return .answer(200, state.list(request.target)) }
      let fault = state.faults.isEmpty ? nil : state.faults.removeFirst()
      if case .refuse(let status, let text) = fault {
        return .answer(status, #"{"error":"\#(text)"}"#)
      }
      let done = state.change(request)
      switch fault {
      case .after(let status): return .answer(status, #"{"error":"down"}"#)
      case .hangUp: return [.reset]
      default: return done
      }
    }
  }
}

extension WritableShop.State {
  mutating func put(_ id: String, _ members: JSON) {
    clock += 1
    var book = books[id]?.object ?? JSONObject([.init("id", .string(id))])
    for member in members.object?.members ?? [] { book[member.name] = member.value }
    let seconds = String(format: "%02d:%02d", clock / 60, clock % 60)
    book["updated_at"] = .string("2026-01-01T00:\(seconds)Z")
    books[id] = .object(book)
  }

  func list(_ target: String) -> String {
    let since =
      target.split(separator: "updated_since=").dropFirst().first
      .map { $0.prefix { $0 != "&" }.replacing("%3A", with: ":") } ?? ""
    let all = books.values.filter { ($0["updated_at"]?.string ?? "") >= since }
      .sorted { ($0["updated_at"]?.string ?? "") < ($1["updated_at"]?.string ?? "") }
    return #"{"data":[\#(all.map(\.text).joined(separator: ","))],"next":null}"#
  }

  mutating func change(_ request: LoopbackServer.Request) -> [LoopbackServer.Act] {
    let id = request.target.split(separator: "/").last.map(String.init) ?? ""
    changes.append("\(request.method) \(request.target) \(request.body)")
    let body = (try? JSON(reading: request.body)) ?? .null
    switch request.method {
    case "POST":
      created += 1
      put("n\(created)", body)
      return .answer(201, #"{"id":"n\#(created)"}"#)
    case "PATCH":
      guard books[id] != nil else { return .answer(404, #"{"error":"no such book"}"#) }
      put(id, body)
      return .answer(200, books[id]?.text ?? "")
    default:
      return books.removeValue(forKey: id) == nil
        ? .answer(404, #"{"error":"no such book"}"#) : .answer(204, "")
    }
  }
}

/// Records that go to the vendor.
@Suite("Writing records") struct WriteTests {
  private let folder: TestFolder
  private let hub: Hub
  private let shop: WritableShop

  init() throws {
    folder = try TestFolder()
    Built.nameWorker()
    shop = try WritableShop()
    hub = try Hub(folder: folder.file("data"), pluginFolders: [Built.folder], environment: [:])
  }

  private func connect(_ tier: Tier = .core) async throws {
    try await hub.trust("bookshop", as: tier, actor: "tests")
    var draft = ConnectionDraft(name: "shop", plugin: "bookshop")
    draft.settings["base_url"] = .string(shop.url)
    draft.settings["rate_limit"] = "off"
    draft.secrets["token"] = "s3cret-t0ken"
    try await hub.save([hub.plan(draft, resets: false)], resets: false)
    try await sync()
  }

  private func sync() async throws {
    let summary = try await SyncRun(hub: hub, connection: hub.open("shop"), options: .init()) { _ in
    }
    .execute()
    #expect(summary.status == "done")
  }

  private func write(
    _ lines: String..., policy: WritePolicy = .ask, isDry: Bool = false, reads: Bool = true
  ) async throws -> WriteRun.Summary {
    var options = WriteRun.Options()
    (options.policy, options.isDry) = (policy, isDry)
    let run = try await WriteRun(
      hub: hub, connection: hub.open("shop"), stream: "books", options: options)
    let file =
      lines.isEmpty
      ? nil
      : try WriteFile(reading: Array(lines.joined(separator: "\n").utf8), from: "books.ndjson")
    if reads { try await run.readChanges { _ in } }
    return try await run.execute(file, actor: "tests")
  }

  private func states() async throws -> [WriteEntry.State: Int64] {
    try await hub.store.countWrites("shop", stream: "books")
  }

  /// In the hub's process and in a worker it is the same.
  @Test(arguments: [Tier.core, .community])
  func `what differs is sent, and what became of it is told`(tier: Tier) async throws {
    try await connect(tier)
    defer { shop.stop() }
    let lines = [
      #"{"key":"1","record":{"title":"new","price":10}}"#,
      #"{"key":"2","record":{"title":"t2"}}"#,
      #"{"action":"create","record":{"title":"a new one"}}"#,
      #"{"action":"delete","key":"3"}"#,
      #"{"key":"99","record":{"title":"nowhere"}}"#,
    ]
    let dry = try await write(lines[0], lines[1], lines[2], lines[3], lines[4], isDry: true)
    #expect(dry.changes.map(\.action) == ["update", "create", "delete", "update"])
    #expect(dry.changes[0].record == ["title": "new"] && dry.changes[0].base == ["title": "t1"])
    #expect(shop.changes.isEmpty && dry.unchanged == 1)

    let summary = try await write(lines[0], lines[1], lines[2], lines[3], lines[4])
    #expect(summary.failure == nil && summary.unchanged == 1 && summary.queued == 4)
    #expect(summary.outcomes == ["updated": 1, "created": 1, "deleted": 1, "failed": 1])
    #expect(
      Set(shop.changes) == [
        #"PATCH /v1/books/1 {"title":"new"}"#, #"POST /v1/books {"title":"a new one"}"#,
        "DELETE /v1/books/3 ", #"PATCH /v1/books/99 {"title":"nowhere"}"#,
      ])
    #expect(shop.book("1")?["price"] == 10)
    let failed = try await hub.store.writes("shop", stream: nil, [.failed], after: 0, limit: 9)
    #expect(failed.map(\.key) == ["99"])
    #expect(failed.first?.outcome["error"]?["code"] == "http.404")

    // The same file again: each of its lines is taken once.
    let again = try await write(lines[0], lines[1], lines[2], lines[3], lines[4])
    #expect(again.queued == 0 && again.outcomes.isEmpty && shop.changes.count == 4)
  }

  @Test func `a file with a line that does not fit writes nothing`() async throws {
    try await connect()
    defer { shop.stop() }
    for (line, word) in [
      ("{", "JSON"), (#"{"record":{}}"#, "key"), (#"{"key":"1"}"#, "record"),
      (#"{"key":"1","record":{}}"#, "record"), (#"{"action":"create","key":"1"}"#, "no key"),
      (#"{"action":"delete","key":"1","record":{"a":1}}"#, "no record"),
      (#"{"action":"burn","key":"1"}"#, "action"),
      (#"{"key":"1","record":{"a":1},"changed_at":"soon"}"#, "changed_at"),
    ] {
      let failure = await #expect(throws: Failure.self) {
        _ = try await write(#"{"key":"1","record":{"title":"x"}}"#, "", line)
      }
      #expect(failure?.code == "write.line" && failure?.message.contains("line 3") == true)
      #expect(failure?.message.contains(word) == true, "\(line): \(String(describing: failure))")
    }
    let failure = await #expect(throws: Failure.self) {
      _ = try await write(#"{"action":"upsert","key":"1","record":{"title":"x"}}"#)
    }
    #expect(failure?.code == "write.action")
    #expect(try await states().isEmpty && shop.changes.isEmpty)
  }

  /// The vendor did it, and says that it failed: what may be repeated is, what may not is for
  /// somebody to decide.
  @Test(arguments: [WritableShop.Fault.after(500), .after(503), .hangUp])
  func `what may have been done is not done twice, nor called done`(fault: WritableShop.Fault)
    async throws
  {
    try await connect()
    defer { shop.stop() }
    shop.fail(fault)
    let created = try await write(#"{"action":"create","record":{"title":"once"}}"#, reads: false)
    #expect(created.unknown == 1 && created.outcomes.isEmpty)
    #expect(shop.changes.count == 1 && shop.state.withLock { $0.created } == 1)
    // Nothing of it is sent by itself.
    let later = try await write(reads: false)
    #expect(later.unknown == 1 && shop.changes.count == 1)
    // An update may be repeated: the vendor has it once, whatever is sent.
    shop.fail(fault)
    let updated = try await write(#"{"key":"1","record":{"title":"twice"}}"#, reads: false)
    #expect(updated.outcomes == ["updated": 1] && updated.waiting == 0)
    #expect(shop.book("1")?["title"] == "twice")
    // Somebody saw that it is not there, and sends it again.
    #expect(try await hub.decide(.retry, "shop", id: nil, actor: "tests") == 1)
    let retried = try await write(reads: false)
    #expect(retried.outcomes == ["created": 1] && retried.unknown == 0)
    #expect(try await states() == [.done: 2])
  }

  @Test func `what the vendor refuses is kept with its reason, and sent again when told so`()
    async throws
  {
    try await connect()
    defer { shop.stop() }
    shop.fail(.refuse(422, "title is too short"))
    let summary = try await write(#"{"key":"1","record":{"title":"x"}}"#)
    #expect(summary.outcomes == ["failed": 1] && shop.changes.isEmpty)
    let entries = try await hub.store.writes("shop", stream: nil, [.failed], after: 0, limit: 9)
    let entry = try #require(entries.first)
    #expect(entry.outcome["error"]?["message"]?.string?.contains("title is too short") == true)
    #expect(try await hub.decide(.retry, "shop", id: entry.id, actor: "tests") == 1)
    #expect(try await write().outcomes == ["updated": 1])
    await #expect(throws: Failure.self) {
      _ = try await hub.decide(.dismiss, "shop", id: entry.id, actor: "tests")
    }
  }

  /// What a run that was killed had given to the plugin.
  @Test func `what was sent by a run that is gone is sent again only where that does no harm`()
    async throws
  {
    try await connect()
    defer { shop.stop() }
    for (index, action) in ["create", "update", "delete"].enumerated() {
      var entry = WriteEntry(
        connection: "shop", stream: "books", source: "killed:\(index)", action: action,
        key: action == "create" ? nil : "\(index)", record: ["title": "k"], base: .null,
        idempotencyKey: "k\(index)", changedMS: 1, atMS: 1)
      entry.state = .sent
      entry.attempts = 1
      _ = try await hub.store.queueWrites(
        [entry], AuditEntry(atMS: 1, actor: "tests", action: "records.write", details: .null))
    }
    let summary = try await write(reads: false)
    #expect(summary.unknown == 1 && summary.outcomes == ["updated": 1, "deleted": 1])
    #expect(shop.state.withLock { $0.created } == 0)
  }

  /// Each kill would be an attempt, and a record that nothing is wrong with be given up.
  @Test func `that a run was ended is not held against a record`() async throws {
    try await connect()
    defer { shop.stop() }
    var entry = WriteEntry(
      connection: "shop", stream: "books", source: "killed:1", action: "update", key: "1",
      record: ["title": "at last"], base: .null, idempotencyKey: "k", changedMS: 1, atMS: 1)
    (entry.state, entry.attempts) = (.sent, 5)
    let audit = AuditEntry(atMS: 1, actor: "tests", action: "records.write", details: .null)
    _ = try await hub.store.queueWrites([entry], audit)
    #expect(try await write(reads: false).outcomes == ["updated": 1])
    // What the vendor never answers is given up all the same.
    shop.fail(.after(500), .after(500), .after(500), .after(500), .after(500), .after(500))
    let lines = #"{"key":"2","record":{"title":"never"}}"#
    #expect(try await write(lines, reads: false).unknown == 1)
  }

  /// Reading and writing are two runs of one process and one connection.
  @Test func `each run pays for its own requests`() async throws {
    try await connect()
    defer { shop.stop() }
    let summary = try await write(
      #"{"key":"1","record":{"title":"a"}}"#, #"{"action":"create","record":{"title":"b"}}"#)
    #expect(summary.outcomes == ["updated": 1, "created": 1])
    let events = try await hub.store.usage(after: 0, limit: 1000).events
      .filter { $0.meter == .requests }
    #expect(events.first { $0.key.contains(summary.run) }?.quantity == 2)
    #expect(events.map(\.quantity).reduce(0, +) == Int64(shop.requests))
  }

  // MARK: Both sides

  /// One member was changed at the vendor after it was read here, another one only here.
  private func conflict(_ policy: WritePolicy, changedAt: String = "2026-01-01T00:00:30Z")
    async throws -> WriteRun.Summary
  {
    try await connect()
    shop.put("1", ["title": "theirs"])
    let line = #"""
      {"key":"1","record":{"title":"ours","price":12},"base":{"title":"t1","price":10},
      "changed_at":"\#(changedAt)"}
      """#.replacing("\n", with: "")
    return try await write(line, #"{"key":"2","record":{"title":"alone"}}"#, policy: policy)
  }

  @Test func `ask: the change waits, and each side can be taken`() async throws {
    let summary = try await conflict(.ask)
    defer { shop.stop() }
    #expect(summary.outcomes == ["conflict": 1, "updated": 1])
    #expect(shop.book("1")?["title"] == "theirs" && shop.book("2")?["title"] == "alone")
    let both = try await hub.conflicts("shop", limit: 9)
    #expect(both.map(\.entry.record) == [["title": "ours", "price": 12]])
    #expect(both.first?.theirs?.raw.contains("theirs") == true)
    #expect(try await hub.decide(.ours, "shop", id: both[0].entry.id, actor: "tests") == 1)
    #expect(try await write().outcomes == ["updated": 1])
    #expect(shop.book("1")?["title"] == "ours" && shop.book("1")?["price"] == 12)
  }

  @Test func `ask: the vendor's side stays when it is taken`() async throws {
    _ = try await conflict(.ask)
    defer { shop.stop() }
    #expect(try await hub.decide(.theirs, "shop", id: nil, actor: "tests") == 1)
    #expect(try await write().outcomes.isEmpty)
    #expect(shop.book("1")?["title"] == "theirs" && shop.book("1")?["price"] == 10)
  }

  @Test func `source: what the vendor has stays`() async throws {
    let summary = try await conflict(.source)
    defer { shop.stop() }
    #expect(summary.outcomes == ["dropped": 1, "updated": 1])
    #expect(shop.book("1")?["title"] == "theirs" && shop.book("1")?["price"] == 10)
  }

  @Test(arguments: [("2026-01-01T00:00:01Z", false), ("2026-01-02T00:00:00Z", true)])
  func `newest: the later change counts`(changedAt: String, isOurs: Bool) async throws {
    let summary = try await conflict(.newest, changedAt: changedAt)
    defer { shop.stop() }
    #expect(summary.outcomes == (isOurs ? ["updated": 2] : ["dropped": 1, "updated": 1]))
    #expect(shop.book("1")?["title"] == .string(isOurs ? "ours" : "theirs"))
  }

  @Test func `fields: what one side changed is taken from it, the rest waits`() async throws {
    let summary = try await conflict(.fields)
    defer { shop.stop() }
    #expect(summary.outcomes == ["conflict": 1, "updated": 2])
    #expect(shop.book("1")?["title"] == "theirs" && shop.book("1")?["price"] == 12)
    #expect(try await hub.conflicts("shop", limit: 9).map(\.entry.record) == [["title": "ours"]])
  }

  @Test func `a record that was deleted or changed meanwhile is not overwritten unseen`()
    async throws
  {
    try await connect()
    defer { shop.stop() }
    shop.put("1", ["title": "theirs"])
    let gone = try await write(
      #"{"action":"delete","key":"1","base":{"title":"t1"}}"#,
      #"{"key":"4","record":{"title":"t4b"}}"#)
    #expect(gone.outcomes == ["conflict": 1, "updated": 1])
    #expect(shop.book("1") != nil)
    // What was seen is said of one member; the other is as it is stored.
    let partly = try await write(
      #"{"key":"6","record":{"title":"t6b","price":11},"base":{"title":"t6"}}"#)
    #expect(partly.outcomes == ["updated": 1])
    // What both sides changed to the same is no conflict.
    shop.put("5", ["title": "same"])
    let same = try await write(#"{"key":"5","record":{"title":"same"},"base":{"title":"t5"}}"#)
    #expect(same.outcomes == ["unchanged": 1])
  }
}
