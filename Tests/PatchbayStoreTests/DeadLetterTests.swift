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
