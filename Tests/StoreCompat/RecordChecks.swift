import PatchbayCore
import PatchbayJSON
import PatchbayStore
import Testing

extension StoreCompat.Check {
  static let records: [Self] = [
    .init("Records are read in the order in which they came first, up to a limit", order),
    .init("A vendor's own mark deletes a record, and a record without it brings it back", marks),
    .init("Keys and texts of any letters are kept as they came", letters),
  ]

  static let deadLetters: [Self] = [
    .init("A dead letter keeps text and reason, and the same text stands once", once),
    .init("What has a key by now is stored, and what has none stays", retried),
    .init("Dismissed letters are gone, and who said so is written down once", dismissed),
  ]

  private static func order(_ shelf: Shelf) async throws {
    let stream = try await shelf.stream()
    try await shelf.commit(stream, [#"{"id":"z"}"#, #"{"id":"m","gone":true}"#, #"{"id":"a"}"#])
    try await shelf.commit(stream, [#"{"id":"b"}"#, #"{"id":"z","v":1}"#])
    #expect(try await shelf.records(stream).map(\.key) == ["z", "m", "a", "b"])
    let living = try await shelf.store.records(stream.id, withDeleted: false, limit: 2)
    #expect(living.map(\.key) == ["z", "a"] && living[0].raw == #"{"id":"z","v":1}"#)
    #expect(try await shelf.store.records(stream.id, withDeleted: true, limit: 2).count == 2)
  }

  private static func marks(_ shelf: Shelf) async throws {
    let stream = try await shelf.stream()
    try await shelf.commit(stream, [#"{"id":"a"}"#, #"{"id":"b"}"#])
    let gone = #"{"id":"a","gone":true}"#
    #expect(try await shelf.commit(stream, [gone]).deleted == 1)
    try await shelf.begin(stream, .incremental)
    #expect(try await shelf.commit(stream, [gone]).unchanged == 1)
    #expect(try await shelf.rows("SELECT _key FROM contacts") == [["b"]])
    #expect(try await shelf.commit(stream, [#"{"id":"a"}"#]).updated == 1)
    #expect(try await shelf.rows("SELECT count(*) FROM contacts") == [[2]])
  }

  private static func letters(_ shelf: Shelf) async throws {
    let stream = try await shelf.stream(columns: [Column(name: "t", at: "/t", kind: .text)])
    let texts = ["é漢🙂", "a'b\"c\\", "\u{1}\t\n", " ", "e\u{301}", "NULL", "-0", "%_"]
    let raw = texts.map { "{\"id\":\(JSON.string($0).text),\"t\":\(JSON.string($0).text)}" }
    #expect(try await shelf.commit(stream, raw).inserted == Int64(texts.count))
    let stored = try await shelf.records(stream)
    // Letters that are the same to people are not the same key.
    #expect(stored.map { Array($0.key.utf8) } == texts.map { Array($0.utf8) })
    #expect(stored.map(\.raw) == raw)
    #expect(
      Set(try await shelf.rows("SELECT t FROM contacts WHERE t = _key").compactMap { $0[0].string })
        == Set(texts))
  }

  private static func once(_ shelf: Shelf) async throws {
    let (store, stream) = (shelf.store, try await shelf.stream())
    let bad = [#"{"noid":1}"#, #"{"id":null}"#, #"{"id":"x","v":01}"#, #"{"id":"ok"}"#]
    for _ in 0..<2 { #expect(try await shelf.commit(stream, bad).dead == 3) }
    let letters = try await store.deadLetters("crm", stream: nil, limit: 10)
    #expect(letters.map(\.raw) == Array(bad.prefix(3)))
    #expect(letters.map(\.key) == [nil, nil, nil] || letters[2].key == "x")
    #expect(letters[0].reason.contains("no key"))
    #expect(letters[2].reason.contains("not valid JSON"))
    #expect(letters.allSatisfy { $0.run == shelf.run.text && $0.stream == "contacts" })
    #expect(letters.allSatisfy { $0.atMS == 5 && $0.request == nil })
    #expect(letters.allSatisfy { $0.pointer == "records /results, key /id" })
    #expect(try await store.deadLetters("crm", stream: "contacts", limit: 2).count == 2)
    #expect(try await store.deadLetters("crm", stream: "fairs", limit: 2).isEmpty)
    #expect(try await store.deadLetters("other", stream: nil, limit: 2).isEmpty)
    #expect(try await shelf.records(stream).map(\.key) == ["ok"])
  }

  private static func commit(_ shelf: Shelf, _ stream: StreamRecord, _ lines: String, key: String)
    async throws
  {
    var plan = ExtractPlan(records: "", keys: [key])
    plan.format = .ndjson
    var batch = shelf.batch(stream, [])
    batch.pages = [CutPage(ByteBuffer(Array(lines.utf8)), plan: plan)]
    _ = try await shelf.store.commit(batch)
  }

  private static func retried(_ shelf: Shelf) async throws {
    let (store, stream) = (shelf.store, try await shelf.stream())
    func retry(id: Int64? = nil) async throws -> [Int64] {
      let (stored, dead) = try await store.retryDeadLetters(
        "crm", "contacts", id: id, run: shelf.run, .ofTests("records.retry"))
      return [stored, dead]
    }
    try await commit(
      shelf, stream, "{\"uuid\":\"a\",\"v\":1}\n{\"uuid\":\"b\",\"v\":2}\n{\"v\":3}\n", key: "/id")
    #expect(try await retry() == [0, 3], "records are read as they were")
    // The key was corrected, and one of them came again meanwhile, with something new.
    try await commit(shelf, stream, "{\"uuid\":\"b\",\"v\":9}\n", key: "/uuid")
    #expect(try await retry(id: 99) == [0, 0])
    #expect(try await store.auditLog(limit: 9).isEmpty)
    #expect(try await retry() == [1, 2])
    let records = try await shelf.records(stream)
    #expect(
      records.map(\.raw).sorted() == ["{\"uuid\":\"a\",\"v\":1}", "{\"uuid\":\"b\",\"v\":9}"])
    #expect(
      try await store.deadLetters("crm", stream: nil, limit: 9).map(\.raw)
        == ["{\"uuid\":\"b\",\"v\":2}", "{\"v\":3}"])
    let log = try await store.auditLog(limit: 9)
    #expect(log.map(\.action) == ["records.retry"] && log.first?.details["count"] == 1)
    #expect(
      try await store.retryDeadLetters(
        "crm", "nothing", id: nil, run: shelf.run, .ofTests()) == (0, 0))
  }

  private static func dismissed(_ shelf: Shelf) async throws {
    let (store, stream) = (shelf.store, try await shelf.stream())
    try await shelf.commit(stream, (1...4).map { "{\"v\":\($0)}" })
    let first = try #require(try await store.deadLetters("crm", stream: nil, limit: 1).first)
    func dismiss(_ stream: String, _ id: Int64?) async throws -> Int64 {
      try await store.dismissDeadLetters("crm", stream, id: id, .ofTests("records.dismiss"))
    }
    #expect(try await dismiss("fairs", nil) == 0)
    #expect(try await dismiss("contacts", first.id) == 1)
    #expect(try await dismiss("contacts", nil) == 3)
    #expect(try await dismiss("contacts", nil) == 0)
    let log = try await store.auditLog(limit: 9)
    #expect(log.map(\.action) == ["records.dismiss", "records.dismiss"])
    #expect(log.map { $0.details["count"] } == [3, 1])
    #expect(log.allSatisfy { $0.actor == "tests" && $0.atMS == 1 })
  }
}
