import Seeded
import PatchbayCore
import PatchbayJSON
import Testing

@testable import PatchbayStore

@Suite struct CommitTests {
  private func counters(_ change: (inout Counters) -> Void) -> Counters {
    var counters = Counters()
    change(&counters)
    return counters
  }

  @Test(arguments: [
    "BEFORE INSERT ON stream_1 WHEN NEW.key = 'd'", "BEFORE UPDATE OF raw ON raw_1",
    "BEFORE UPDATE OF cursor ON stream_1",
    "BEFORE INSERT ON dead_letters", "BEFORE UPDATE OF state ON streams",
  ])
  func `A failure in the middle of a batch leaves nothing of it`(moment: String) async throws {
    let shelf = try await Shelf()
    let stream = try await shelf.stream()
    try await shelf.commit(stream, [#"{"id":"a","v":1}"#], checkpoint: ["n": 1])
    let before = try await shelf.rows("SELECT * FROM stream_1")
    try shelf.folder.database().execute(
      "CREATE TRIGGER breaks \(moment) BEGIN SELECT RAISE(ABORT, 'the disk broke'); END")
    let pages = [
      [#"{"id":"b"}"#, #"{"id":"c"}"#], [#"{"id":"a","v":2}"#, #"{"noid":1}"#, #"{"id":"d"}"#],
    ]
    await #expect(throws: Failure.self) {
      try await shelf.commit(stream, pages[0], pages[1], checkpoint: ["n": 2])
    }
    #expect(try await shelf.rows("SELECT * FROM stream_1") == before)
    #expect(try await shelf.store.deadLetters("crm", limit: 9).isEmpty)
    #expect(try await shelf.store.stream("crm", "contacts")?.state == ["n": 1])
    // The same batch goes through once the trouble is over.
    try shelf.folder.database().execute("DROP TRIGGER breaks")
    try await shelf.nextPass(stream)
    let found = try await shelf.commit(stream, pages[0], pages[1], checkpoint: ["n": 2])
    #expect(found.fates == counters { ($0.read, $0.inserted, $0.updated, $0.dead) = (5, 3, 1, 1) })
    #expect(try await shelf.store.stream("crm", "contacts")?.state == ["n": 2])
  }

  @Test func `A page replayed changes nothing`() async throws {
    let shelf = try await Shelf()
    let stream = try await shelf.stream()
    let records = (0..<100).map { "{\"id\":\"k\($0)\",\"at\":\"\($0)\"}" }
    try await shelf.commit(stream, records, checkpoint: ["n": 1])
    let before = try await shelf.rows("SELECT rowid, * FROM stream_1")
    try await shelf.nextPass(stream)
    let again = try await shelf.commit(stream, records, checkpoint: ["n": 1])
    #expect(again.fates == counters { ($0.read, $0.unchanged) = (100, 100) })
    #expect(try await shelf.rows("SELECT rowid, * FROM stream_1") == before)
  }

  @Test(arguments: seeds)
  func `Whatever arrives, the table holds the last of each key, and the counts add up`(
    seed: UInt64
  ) async throws {
    var draw = Draw(seed)
    let shelf = try await Shelf()
    let stream = try await shelf.stream()
    var model: [String: String] = [:]
    for round in 0..<12 {
      var expected = Counters()
      var seen: Set<String> = []
      try await shelf.nextPass(stream)
      var pages: [[String]] = []
      for _ in 0..<draw.below(4) {
        var records: [String] = []
        for _ in 0..<draw.below(30) {
          let key = JSON.string(
            "k" + draw.pick(["é", "漢", "\u{1}", "\"", ""]) + "\(draw.below(9))")
          let raw = "{\"id\":\(key.text),\"v\":\(draw.below(3))}"
          let old = model.updateValue(raw, forKey: key.string ?? "")
          let isNew = seen.insert(key.text).inserted
          if isNew { expected.read += 1 } else { expected.repeated += 1 }
          if old == nil { expected.inserted += 1 }
          if old == raw && isNew { expected.unchanged += 1 }
          if let old, old != raw {
            expected.updated += 1
            if !isNew { expected.clashing += 1 }
          }
          records.append(raw)
        }
        pages.append(records)
      }
      let batch = Batch(
        stream: stream.id, run: shelf.run, pages: pages.map { page($0) },
        checkpoint: ["round": .integer(Int64(round))], stateTag: nil, nowMS: 1)
      var found = try await shelf.store.commit(batch)
      found.stalePages = 0
      #expect(found.fates == expected, "seed \(seed), round \(round)")
    }
    let stored = try await shelf.store.records(stream.id, limit: 1000)
    let found = Dictionary(uniqueKeysWithValues: stored.map { ($0.key, $0.raw) })
    #expect(found == model, "seed \(seed)")
  }

  @Test func `A stream that was removed takes no more records`() async throws {
    let shelf = try await Shelf()
    let stream = try await shelf.stream()
    try await shelf.commit(stream, [#"{"id":"a"}"#, #"{"x":1}"#])
    try await shelf.store.removeConnection("crm")
    let failure = await #expect(throws: Failure.self) {
      try await shelf.commit(stream, [#"{"id":"b"}"#])
    }
    #expect(failure?.code == "stream.gone")
    #expect(
      try shelf.folder.texts(
        "SELECT name FROM sqlite_schema WHERE name LIKE 'stream/_%' ESCAPE '/'") == [])
    #expect(try shelf.folder.integer("SELECT count(*) FROM dead_letters") == 0)
  }
}

extension Counters {
  /// What became of the records, without what it counts for.
  var fates: Counters {
    var fates = self
    fates.use = RecordUse()
    return fates
  }
}
