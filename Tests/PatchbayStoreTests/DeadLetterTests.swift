import PatchbayCore
import PatchbayJSON
import Testing

@testable import PatchbayStore

/// What was set aside, and is read again.
@Suite struct DeadLetterTests {
  private func commit(_ shelf: Shelf, _ stream: StreamRecord, _ lines: [UInt8], key: String)
    async throws
  {
    var plan = ExtractPlan(records: "", keys: [key])
    plan.format = .ndjson
    let page = CutPage(ByteBuffer(lines), plan: plan)
    let batch = Batch(
      stream: stream.id, run: shelf.run, pages: [page], checkpoint: nil, stateTag: nil, nowMS: 5)
    _ = try await shelf.store.commit(batch)
  }

  private func retry(_ shelf: Shelf, id: Int64? = nil) async throws -> [Int64] {
    let (stored, dead) = try await shelf.store.retryDeadLetters(
      "crm", "contacts", id: id, run: shelf.run, .ofTests)
    return [stored, dead]
  }

  @Test func `What has a key by now is stored, and what has none stays`() async throws {
    let shelf = try await Shelf()
    let stream = try await shelf.stream()
    let lines = "{\"uuid\":\"a\",\"v\":1}\n{\"uuid\":\"b\",\"v\":2}\n{\"v\":3}\n"
    try await commit(shelf, stream, Array(lines.utf8), key: "/id")
    #expect(try await retry(shelf) == [0, 3], "records are read as they were")
    // The key was corrected, and one of them came again meanwhile, with something new.
    try await commit(shelf, stream, Array("{\"uuid\":\"b\",\"v\":9}\n".utf8), key: "/uuid")
    #expect(try await retry(shelf, id: 99) == [0, 0])
    #expect(try await retry(shelf) == [1, 2])
    let records = try await shelf.store.records(stream.id, limit: 9)
    #expect(
      records.map(\.raw).sorted() == ["{\"uuid\":\"a\",\"v\":1}", "{\"uuid\":\"b\",\"v\":9}"])
    #expect(try await shelf.store.deadLetters("crm", limit: 9).count == 2)
  }

  @Test func `Bytes that are no text are no text when they are read again`() async throws {
    let shelf = try await Shelf()
    let stream = try await shelf.stream()
    let line = Array("{\"id\":\"a\",\"n\":\"M".utf8) + [0xFC] + Array("ller\"}\n".utf8)
    try await commit(shelf, stream, line, key: "/id")
    #expect(try await retry(shelf) == [0, 1])
    #expect(try await shelf.store.records(stream.id, limit: 9).isEmpty)
    #expect(
      try shelf.folder.texts("SELECT hex(raw) FROM dead_letters")
        == [
          line.dropLast().map { String($0 < 16 ? "0" : "") + String($0, radix: 16).uppercased() }
            .joined()
        ])
  }
}
