import PatchbayCore
import PatchbayJSON
import Testing

@testable import PatchbayStore

@Suite struct RunTests {
  private func run(_ id: String, status: String = "running") -> RunRecord {
    RunRecord(
      id: id, connection: "crm", status: status, startedMS: 5, finishedMS: nil,
      summary: ["read": 0])
  }

  @Test func `A run is kept from its beginning to its end`() async throws {
    let shelf = try await Shelf()
    var record = run("A")
    try await shelf.store.begin(record)
    var found = try #require(try await shelf.store.run("A"))
    #expect(found.status == "running" && found.finishedMS == nil && found.startedMS == 5)
    record.status = "done"
    record.finishedMS = 9
    record.summary = ["read": 12, "text": "é"]
    try await shelf.store.update(record)
    found = try #require(try await shelf.store.run("A"))
    #expect(found.status == "done" && found.finishedMS == 9 && found.connection == "crm")
    #expect(found.summary == ["read": 12, "text": "é"])
    #expect(try await shelf.store.run("B") == nil)
  }

  @Test func `An id is taken once`() async throws {
    let shelf = try await Shelf()
    try await shelf.store.begin(run("A"))
    await #expect(throws: Failure.self) { try await shelf.store.begin(run("A", status: "done")) }
    #expect(try await shelf.store.run("A")?.status == "running")
  }

  @Test func `Runs are listed from the youngest, and ids rise with time`() async throws {
    let shelf = try await Shelf()
    let ids = [1, 2, 255, 256, 1_700_000_000_000].map {
      RunID(nowMS: $0).text
    }
    for id in ids.shuffled() { try await shelf.store.begin(run(id)) }
    #expect(try await shelf.store.runs(limit: 10).map(\.id) == ids.reversed())
    #expect(try await shelf.store.runs(limit: 2).map(\.id) == ids.suffix(2).reversed())
  }

  @Test func `Only a run that goes on can be cancelled`() async throws {
    let shelf = try await Shelf()
    try await shelf.store.begin(run("A"))
    try await shelf.store.begin(run("B", status: "done"))
    #expect(try await !shelf.store.isCancelRequested("A"))
    #expect(try await shelf.store.requestCancel("A", nowMS: 7))
    #expect(try await shelf.store.requestCancel("A", nowMS: 8))
    #expect(try await shelf.store.isCancelRequested("A"))
    #expect(try shelf.folder.integer("SELECT cancel_ms FROM runs WHERE id = 'A'", inHub: true) == 7)
    #expect(try await !shelf.store.requestCancel("B", nowMS: 7))
    #expect(try await !shelf.store.isCancelRequested("B"))
    #expect(try await !shelf.store.requestCancel("nobody", nowMS: 7))
    // A run whose record is gone stops.
    #expect(try await shelf.store.isCancelRequested("nobody"))
  }

  @Test func `Another process's request to cancel is seen`() async throws {
    let shelf = try await Shelf()
    try await shelf.store.begin(run("A"))
    #expect(try await shelf.folder.open().requestCancel("A", nowMS: 1))
    #expect(try await shelf.store.isCancelRequested("A"))
  }

  @Test func `A record that other hands damaged is told, and the store goes on`() async throws {
    let shelf = try await Shelf()
    try await shelf.store.begin(run("A"))
    try await shelf.store.begin(run("B"))
    try shelf.folder.hubDatabase().execute("UPDATE runs SET summary = '{' WHERE id = 'B'")
    let failure = await #expect(throws: Failure.self) { try await shelf.store.runs(limit: 9) }
    #expect(failure?.code == "store.json" && failure?.mend.contains("backup") == true)
    // A half-read list holds no snapshot that would keep this store from writing.
    try shelf.folder.hubDatabase().execute("UPDATE runs SET summary = '{}' WHERE id = 'B'")
    try await shelf.connect("another")
    #expect(try await shelf.store.runs(limit: 9).count == 2)
  }

  @Test func `A connection is saved, changed and removed with all that is its own`() async throws {
    let shelf = try await Shelf()
    let stream = try await shelf.stream()
    try await shelf.commit(stream, [#"{"id":"1"}"#])
    let changed = Connection(
      name: "crm", plugin: "q", settings: JSONObject([.init("é", ["n": 1])]), createdMS: 99)
    try await shelf.store.save(changed, secrets: ["token": [1], "other": [2]])
    let found = try #require(try await shelf.store.connection("crm"))
    #expect(found.plugin == "q" && found.settings == changed.settings && found.createdMS == 1)
    #expect(try await shelf.store.sealedSecrets(of: "crm") == ["token": [1], "other": [2]])
    #expect(try await shelf.rows("SELECT count(*) FROM contacts") == [[1]])
    try await shelf.store.removeConnection("crm")
    #expect(try await shelf.store.connection("crm") == nil)
    #expect(try await shelf.store.connections().isEmpty)
    #expect(try await shelf.store.allSealedSecrets().isEmpty)
    #expect(try await shelf.store.streams(of: "crm").isEmpty)
    try await shelf.connect("crm")
    let again = try await shelf.stream()
    #expect(try await shelf.store.records(again.id, limit: 5).isEmpty)
  }

  @Test func `A secret without its connection is not stored`() async throws {
    let shelf = try await Shelf()
    await #expect(throws: Failure.self) {
      try await shelf.store.replaceSealedSecrets([
        SealedSecret(connection: "crm", name: "a", sealed: [1]),
        SealedSecret(connection: "nobody", name: "b", sealed: [2]),
      ])
    }
    #expect(try await shelf.store.allSealedSecrets().isEmpty)
  }
}
