import Seeded
import PatchbayCore
import PatchbayJSON
import Testing

@testable import PatchbayStore

@Suite struct PassTests {

  /// A stream with so many records that a full pass of now did not see.
  private func crowd(_ shelf: Shelf, _ count: Int) async throws -> StreamRecord {
    let stream = try await shelf.stream()
    try shelf.folder.database().execute(
      """
      WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < \(count))
      INSERT INTO stream_\(stream.id) (id, key) SELECT i, 'k' || i FROM n;
      INSERT INTO raw_\(stream.id) (id, raw) SELECT id, '{"id":"' || key || '"}'
        FROM stream_\(stream.id);
      """)
    return try await shelf.store.beginPass(stream.id, .full, run: shelf.run)
  }

  @Test(arguments: seeds.suffix(2))
  func `A sweep over many rows marks what was not seen, also when each step is another process's`(
    seed: UInt64
  ) async throws {
    let count = 45_000
    var draw = Draw(seed)
    let shelf = try await Shelf()
    let stream = try await crowd(shelf, count)
    var seen = Set((0..<1500).map { _ in 1 + draw.below(count) })
    seen.formUnion([1, 20_000, 20_001, 40_000, 40_001, count])
    let records = seen.map { "{\"id\":\"k\($0)\",\"v\":\(draw.below(2))}" }
    try await shelf.commit(stream, records, [#"{"id":"new"}"#])
    _ = try await shelf.store.finishPass(stream.id, nowMS: 1)
    var deleted: Int64 = 0
    var steps = 0
    while true {
      // Each step on a store opened anew, as after a process that died.
      let store = try shelf.folder.open()
      #expect(try await store.stream("crm", "contacts")?.phase == .sweeping)
      let step = try await store.sweep(stream.id, nowMS: 77, meter: nil)
      deleted += step.deleted
      steps += 1
      if step.isOver { break }
      #expect(step.deleted > 0, "a step that does nothing, seed \(seed)")
    }
    #expect(steps > 3)
    #expect(deleted == Int64(count - seen.count), "seed \(seed)")
    let kept = try shelf.folder.texts("SELECT key FROM stream_1 WHERE deleted_ms IS NULL")
    #expect(Set(kept) == Set(seen.map { "k\($0)" }).union(["new"]), "seed \(seed)")
    let record = try await shelf.store.stream("crm", "contacts")
    #expect(record?.phase == .idle && record?.completedMS == 77)
    #expect(try shelf.folder.integer("SELECT sweep_at FROM streams") == 0)
    // What is marked stays stored, and is not marked twice.
    _ = try await shelf.store.beginPass(stream.id, .full, run: shelf.run)
    try await shelf.commit(stream, seen.map { "{\"id\":\"k\($0)\",\"v\":9}" }, [#"{"id":"new"}"#])
    _ = try await shelf.store.finishPass(stream.id, nowMS: 1)
    var more: Int64 = 0
    var isOver = false
    while !isOver {
      let step = try await shelf.store.sweep(stream.id, nowMS: 1, meter: nil)
      (more, isOver) = (more + step.deleted, step.isOver)
    }
    #expect(more == 0)
    #expect(try shelf.folder.integer("SELECT count(*) FROM stream_1") == Int64(count + 1))
  }
}
