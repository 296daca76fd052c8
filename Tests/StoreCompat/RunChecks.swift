import PatchbayCore
import PatchbayJSON
import PatchbayStore
import Testing

extension StoreCompat.Check {
  static let runs: [Self] = [
    .init("A run is kept from its beginning to its end", kept),
    .init("An id of a run is taken once", taken),
    .init("Runs are listed from the youngest, and ids rise with time", listed),
    .init("Only a run that goes on can be cancelled, and other processes see it", cancelled),
    .init("A run ends with what it used, or goes on where that was counted differently", ended),
  ]

  private static func run(_ id: String, status: String = "running") -> RunRecord {
    RunRecord(
      id: id, connection: "crm", status: status, startedMS: 5, finishedMS: nil,
      summary: ["read": 0])
  }

  private static func kept(_ shelf: Shelf) async throws {
    var record = run("A")
    try await shelf.store.begin(record)
    var found = try #require(try await shelf.store.run("A"))
    #expect(found.status == "running" && found.finishedMS == nil && found.startedMS == 5)
    record.status = "done"
    record.finishedMS = 9
    record.summary = ["read": 12, "text": "é", "big": .integer(.max)]
    try await shelf.store.update(record)
    found = try #require(try await shelf.store.run("A"))
    #expect(found.status == "done" && found.finishedMS == 9 && found.connection == "crm")
    #expect(found.summary == record.summary)
    // Nothing is made by an update.
    try await shelf.store.update(run("B"))
    #expect(try await shelf.store.run("B") == nil)
  }

  private static func taken(_ shelf: Shelf) async throws {
    try await shelf.store.begin(run("A"))
    _ = await shelf.code { try await shelf.store.begin(run("A", status: "done")) }
    #expect(try await shelf.store.run("A")?.status == "running")
  }

  private static func listed(_ shelf: Shelf) async throws {
    let ids = [1, 2, 255, 256, 1_700_000_000_000].map { RunID(nowMS: $0).text }
    for id in ids.shuffled() { try await shelf.store.begin(run(id)) }
    #expect(try await shelf.store.runs(limit: 10).map(\.id) == ids.reversed())
    #expect(try await shelf.store.runs(limit: 2).map(\.id) == ids.suffix(2).reversed())
  }

  private static func cancelled(_ shelf: Shelf) async throws {
    let (store, other) = (shelf.store, try await shelf.another())
    try await store.begin(run("A"))
    try await store.begin(run("B", status: "done"))
    #expect(try await !store.isCancelRequested("A"))
    #expect(try await other.requestCancel("A", nowMS: 7))
    #expect(try await other.requestCancel("A", nowMS: 8))
    #expect(try await store.isCancelRequested("A"))
    #expect(try await !store.requestCancel("B", nowMS: 7))
    #expect(try await !store.isCancelRequested("B"))
    #expect(try await !store.requestCancel("nobody", nowMS: 7))
    // A run whose record is gone stops.
    #expect(try await store.isCancelRequested("nobody"))
  }

  private static func ended(_ shelf: Shelf) async throws {
    let store = shelf.store
    for id in ["A", "B"] { try await store.begin(run(id)) }
    var record = run("A", status: "done")
    record.finishedMS = 9
    let events = [UsageEvent.ofTests("A/requests", 3), .ofTests("A/none", 0)]
    // Ended twice, it was used once.
    for _ in 0..<2 { try await store.end(record, usage: events) }
    #expect(try await store.run("A")?.status == "done")
    #expect(try await store.usage(after: 0, limit: 9).events == [events[0]])
    let wrong = [UsageEvent.ofTests("B/requests", 1), .ofTests("A/requests", 4)]
    #expect(
      await shelf.code { try await store.end(run("B", status: "done"), usage: wrong) }
        == "meter.conflict")
    #expect(try await store.run("B")?.status == "running")
    #expect(try await store.usage(after: 0, limit: 9).events.count == 1)
    let (plugin, atMS) = (events[0].plugin, events[0].atMS)
    let used = MeterUse(
      customer: events[0].customer, meter: events[0].meter, quantity: events[0].quantity)
    #expect(try await store.used(of: plugin, fromMS: atMS, toMS: atMS + 1) == [used])
    #expect(try await store.used(of: plugin, fromMS: atMS + 1, toMS: .max) == [])
    #expect(try await store.used(of: plugin, fromMS: .min, toMS: atMS) == [])
    #expect(try await store.used(of: "another", fromMS: .min, toMS: .max) == [])
  }
}
