import PatchbayCore
import PatchbayStore
import Testing

extension StoreCompat.Check {
  static let claims: [Self] = [
    .init("One of many claims that come at once gets it, in all processes", atOnce),
    .init("A claim whose time is over is free again, and forgotten", over),
  ]

  static let blobs: [Self] = [
    .init("A blob is what was noted, and unused until a record uses it", noted),
    .init("A blob is used as long as a record is there that uses it", used),
  ]

  private static func atOnce(_ shelf: Shelf) async throws {
    var opened = [shelf.store]
    for _ in 0..<3 { opened.append(try await shelf.another()) }
    let stores = opened
    let won = try await withThrowingTaskGroup(of: Int.self) { group in
      for number in 0..<40 {
        group.addTask {
          var count = 0
          for id in 0..<5
          where try await stores[number % 4].claim("saml", "id \(id)", untilMS: 100, nowMS: 1) {
            count += 1
          }
          return count
        }
      }
      return try await group.reduce(0, +)
    }
    #expect(won == 5)
  }

  private static func over(_ shelf: Shelf) async throws {
    let store = shelf.store
    #expect(try await store.claim("s", "a", untilMS: 10, nowMS: 1))
    #expect(try await !store.claim("s", "a", untilMS: 20, nowMS: 9))
    #expect(try await store.claim("other", "a", untilMS: 10, nowMS: 1))
    #expect(try await store.claim("s", "a", untilMS: 20, nowMS: 10))
    #expect(try await store.forgetClaims(nowMS: 15) == 1)
    #expect(try await store.forgetClaims(nowMS: 15) == 0)
    #expect(try await !store.claim("s", "a", untilMS: 30, nowMS: 15))
    #expect(
      await shelf.code { _ = try await store.claim("s", "b", untilMS: 1, nowMS: 1) }
        == "claim.time")
    #expect(try await store.claim("s", "b", untilMS: 2, nowMS: 1))
  }

  private static func noted(_ shelf: Shelf) async throws {
    let (store, blob) = (shelf.store, Blob(id: "b1", size: 1 << 40))
    #expect(try await store.blob("b1") == nil)
    try await store.note(blob, nowMS: 5)
    #expect(try await store.blob("b1") == blob)
    #expect(try await store.uses(of: "b1") == 0)
    #expect(try await store.unusedBlobs(storedBeforeMS: 5).isEmpty)
    #expect(try await store.unusedBlobs(storedBeforeMS: 6) == ["b1"])
    // Stored again, it is as young as that.
    try await store.note(blob, nowMS: 9)
    #expect(try await store.unusedBlobs(storedBeforeMS: 9).isEmpty)
    #expect(try await !store.forgetBlob("b1", storedBeforeMS: 9))
    #expect(try await store.forgetBlob("b1", storedBeforeMS: 10))
    #expect(try await !store.forgetBlob("b1", storedBeforeMS: 10))
    #expect(try await store.blob("b1") == nil)
  }

  private static func used(_ shelf: Shelf) async throws {
    let (store, stream) = (shelf.store, try await shelf.stream())
    for id in ["b1", "b2"] { try await store.note(Blob(id: id, size: 1), nowMS: 1) }
    func commit(_ records: [String], _ blobs: [String: [String]]) async throws {
      var batch = shelf.batch(stream, records)
      batch.blobs = blobs
      _ = try await store.commit(batch)
    }
    func unused() async throws -> [String] {
      try await store.unusedBlobs(storedBeforeMS: 9).sorted()
    }
    try await commit(
      [#"{"id":"a"}"#, #"{"id":"b"}"#], ["a": ["b1", "b1"], "b": ["b1", "b2"]])
    #expect(try await store.uses(of: "b1") == 2)
    #expect(try await store.uses(of: "b2") == 1)
    #expect(try await unused().isEmpty)
    #expect(try await !store.forgetBlob("b1", storedBeforeMS: 9))
    // Another version of a record uses others; one that is not named keeps its own.
    try await commit([#"{"id":"b","v":2}"#, #"{"id":"a","v":2}"#], ["b": []])
    #expect(try await unused() == ["b2"])
    #expect(try await store.uses(of: "b1") == 1)
    // A deleted record is there until it is purged.
    try await commit([#"{"id":"a","gone":true}"#], [:])
    #expect(try await unused() == ["b2"])
    _ = try await store.purge(stream.id, deletedBeforeMS: 6)
    #expect(try await unused() == ["b1", "b2"])
    try await commit([#"{"id":"b"}"#], ["b": ["b2"]])
    try await store.removeConnection("crm")
    #expect(try await unused() == ["b1", "b2"])
  }
}
