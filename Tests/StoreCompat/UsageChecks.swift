import PatchbayCore
import PatchbayJSON
import PatchbayStore
import Testing

extension StoreCompat.Check {
  static let usage: [Self] = [
    .init("Events are read in the order in which they were stored, part by part", parts),
    .init("A batch is counted by the records that could be read, and once", metered),
    .init("Only new, changed and deleted records are changes", changed),
    .init("What a sweep marks is counted, too", swept),
    .init("An event that was counted differently undoes its batch", conflict),
    .init("A month is counted by the first run in it", month),
    .init("Terms are kept by their hash and library, with the newest part of the platform", terms),
  ]

  private static func use(_ shelf: Shelf, _ events: [UsageEvent]) async throws {
    let run = RunRecord(
      id: "R", connection: "crm", status: "done", startedMS: 1, finishedMS: 2, summary: [:])
    try await shelf.store.end(run, usage: events)
  }

  private static func parts(_ shelf: Shelf) async throws {
    let store = shelf.store
    #expect(try await store.usage(after: 0, limit: 9) == ([], 0))
    let events = ["c", "a", "b", "e", "d"].map { UsageEvent.ofTests($0, 1) }
    for event in events { try await use(shelf, [event]) }
    var (found, last): ([UsageEvent], Int64) = ([], 0)
    while true {
      let part = try await store.usage(after: last, limit: 2)
      if part.events.isEmpty {
        #expect(part.last == last)
        break
      }
      #expect(part.last > last && part.events.count <= 2)
      found += part.events
      last = part.last
    }
    #expect(found == events)
    #expect(try await shelf.another().usage(after: last - 1, limit: 1).events == [events[4]])
  }

  private static func meter(_ key: String) -> UsageMeter {
    UsageMeter(
      key: key, customer: "crm", plugin: "acme/p", version: "1.0.0", library: "l", terms: "t")
  }

  private static func metered(_ shelf: Shelf) async throws {
    let (store, stream) = (shelf.store, try await shelf.stream())
    var batch = shelf.batch(stream, [#"{"id":"a"}"#, #"{"id":"b"}"#, #"{"v":1}"#])
    batch.meter = meter("run/1")
    for pass in [Pass.full, .incremental] {
      try await shelf.begin(stream, pass)
      _ = try await store.commit(batch)
    }
    // What is only read again is no change.
    let wanted = [
      meter("run/1").event(.recordsRead, 2, atMS: 5),
      meter("run/1").event(.recordsChanged, 2, atMS: 5),
      meter("run/1").event(.activeRecords, 2, atMS: 5),
    ]
    #expect(try await store.usage(after: 0, limit: 9).events == wanted)
    // What was repeated was counted, and of nothing there is no event.
    batch.meter = meter("run/2")
    _ = try await store.commit(batch)
    #expect(try await store.usage(after: 0, limit: 9).events == wanted)
  }

  private static func conflict(_ shelf: Shelf) async throws {
    let (store, stream) = (shelf.store, try await shelf.stream())
    var batch = shelf.batch(stream, [#"{"id":"a"}"#])
    batch.meter = meter("run/1")
    _ = try await store.commit(batch)
    batch.pages = [.ofTests([#"{"id":"b"}"#, #"{"id":"c"}"#])]
    batch.checkpoint = ["n": 1]
    let other = batch
    #expect(await shelf.code { _ = try await store.commit(other) } == "meter.conflict")
    #expect(try await shelf.records(stream).map(\.key) == ["a"])
    #expect(try await store.stream("crm", "contacts")?.state == nil)
    #expect(try await store.usage(after: 0, limit: 9).events.map(\.quantity) == [1, 1, 1])
  }

  /// Each meter's sum so far.
  private static func sums(_ shelf: Shelf) async throws -> [Terms.Meter: Int64] {
    try await shelf.store.usage(after: 0, limit: 1000).events.reduce(into: [:]) {
      $0[$1.meter, default: 0] += $1.quantity
    }
  }

  /// New, changed and deleted records count once for a commit; what is the same does not.
  private static func changed(_ shelf: Shelf) async throws {
    let (store, stream) = (shelf.store, try await shelf.stream())
    var number = 0
    func commit(_ records: [String], emitted: Bool = false) async throws {
      number += 1
      var batch = shelf.batch(stream, records)
      batch.volatile = ["/v"]
      batch.meter = meter("run/\(number)")
      if emitted { batch.emitted = [0] }
      try await shelf.begin(stream, .incremental)
      _ = try await store.commit(batch)
    }
    try await commit([#"{"id":"a","n":1,"v":1}"#, #"{"id":"b","n":1}"#, #"{"id":"x","gone":true}"#])
    #expect(try await sums(shelf)[.recordsChanged] == 2)
    // Another order of members, and a member that says nothing, are no change.
    try await commit([#"{"v":2,"n":1,"id":"a"}"#, #"{"id":"b","n":1}"#])
    #expect(try await sums(shelf)[.recordsChanged] == 2)
    // Twice in one pass is once.
    try await commit([#"{"id":"a","n":2}"#, #"{"id":"a","n":3}"#, #"{"id":"b","gone":true}"#])
    #expect(try await sums(shelf)[.recordsChanged] == 4)
    #expect(try await sums(shelf)[.activeRecords] == 2)
    // What the plugin made itself counts by its own meter alone, each key once a month.
    for value in 1...20 { try await commit([#"{"id":"made","n":\#(value)}"#], emitted: true) }
    let sums = try await sums(shelf)
    #expect(sums[.recordsEmitted] == 1)
    #expect(sums[.recordsChanged] == 4)
    #expect(sums[.activeRecords] == 2)
    #expect(sums[.recordsRead] == 7)
  }

  /// What a sweep marks as deleted is a change, too.
  private static func swept(_ shelf: Shelf) async throws {
    let (store, stream) = (shelf.store, try await shelf.stream())
    var batch = shelf.batch(stream, [#"{"id":"a"}"#, #"{"id":"b"}"#])
    batch.meter = meter("run/1")
    try await shelf.begin(stream, .full)
    _ = try await store.commit(batch)
    try await shelf.begin(stream, .full)
    _ = try await store.finishPass(stream.id, marks: true, isComplete: true, nowMS: 9)
    #expect(try await store.sweep(stream.id, nowMS: 9, meter: meter("run/gone")).deleted == 2)
    let sums = try await sums(shelf)
    #expect(sums[.recordsChanged] == 4)
    #expect(sums[.activeRecords] == 2)
    #expect(sums[.recordsRead] == 2)
  }

  private static func month(_ shelf: Shelf) async throws {
    let first = UsageEvent.ofTests("crm/2026-03/months", 1, .months)
    var second = first
    (second.atMS, second.version) = (99, "2.0.0")
    try await use(shelf, [first])
    try await use(shelf, [second])
    #expect(try await shelf.store.usage(after: 0, limit: 9).events == [first])
  }

  private static func terms(_ shelf: Shelf) async throws {
    let store = shelf.store
    func terms(_ library: String, _ ppm: Int64) throws -> CommercialTerms {
      let json: JSON = [
        "currency": "EUR",
        "prices": [
          ["from": "2026-01-01", "meter": "records_read", "kind": "flat", "steps": [["micros": 5]]]
        ], "shares": [["party": "acme", "ppm": 1_000_000]],
      ]
      return CommercialTerms(
        plugin: "acme/p", version: "1.0.0", kind: "connector", library: library,
        terms: try Terms(json, in: "the tests"), platformPPM: ppm)
    }
    let one = try terms("l1", 300_000)
    #expect(try await store.terms(one.terms.sha256, library: "l1") == nil)
    for kept in [one, try terms("l2", 1), try terms("l1", 200_000)] { try await store.keep(kept) }
    #expect(try await store.terms(one.terms.sha256, library: "l1") == terms("l1", 200_000))
    #expect(try await store.terms(one.terms.sha256, library: "l2") == terms("l2", 1))
    #expect(try await store.terms("other", library: "l1") == nil)
  }
}

extension UsageEvent {
  static func ofTests(_ key: String, _ quantity: Int64, _ meter: Terms.Meter = .requests)
    -> UsageEvent
  {
    UsageEvent(
      key: key, atMS: 7, customer: "crm", plugin: "acme/p", version: "1.0.0", library: "l",
      terms: "", meter: meter, quantity: quantity)
  }
}
