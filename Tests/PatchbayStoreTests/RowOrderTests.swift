import PatchbayCore
import Seeded
import Testing

@testable import PatchbayStore

/// Records that come in the order in which they were stored are compared without looking up their
/// keys; these come in nearly that order.
@Suite struct RowOrderTests {
  @Test(arguments: seeds)
  func `Records that come nearly in their stored order are compared with their own rows`(
    seed: UInt64
  ) async throws {
    var draw = Draw(seed)
    let shelf = try await Shelf()
    let stream = try await shelf.stream()
    var model: [String: String] = [:]
    var order = (0..<200).map { "k\($0)" }
    for round in 0..<10 {
      var records: [String] = []
      for key in order {
        // Some are left out, some have changed, some are new, and some stand elsewhere or twice.
        if round > 0 && draw.below(12) == 0 { continue }
        let value = draw.below(10) == 0 ? draw.below(1000) : 0
        records.append("{\"id\":\"\(key)\",\"v\":\(value)}")
        if draw.below(40) == 0 { records.append("{\"id\":\"n\(round)-\(key)\",\"v\":0}") }
        if draw.below(40) == 0 { records.append(draw.pick(records)) }
      }
      if draw.below(3) == 0 { order.swapAt(draw.below(200), draw.below(200)) }
      if draw.below(5) == 0 { order.reverse() }
      var expected = Counters()
      var seen: Set<String> = []
      for raw in records {
        let key = String(raw.split(separator: "\"")[3])
        let old = model.updateValue(raw, forKey: key)
        let isNew = seen.insert(key).inserted
        if isNew { expected.read += 1 } else { expected.repeated += 1 }
        if old == nil { expected.inserted += 1 }
        if old == raw && isNew { expected.unchanged += 1 }
        guard let old, old != raw else { continue }
        expected.updated += 1
        if !isNew { expected.clashing += 1 }
      }
      try await shelf.nextPass(stream)
      let middle = records.count / 2
      var found = try await shelf.commit(
        stream, Array(records[..<middle]), Array(records[middle...]))
      found.stalePages = 0
      #expect(found.fates == expected, "seed \(seed), round \(round)")
    }
    let stored = try await shelf.store.records(stream.id, limit: 10_000)
    let found = Dictionary(uniqueKeysWithValues: stored.map { ($0.key, $0.raw) })
    #expect(found == model, "seed \(seed)")
  }
}
