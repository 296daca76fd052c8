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
}
