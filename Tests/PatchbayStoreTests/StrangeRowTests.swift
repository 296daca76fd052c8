import PatchbayCore
import PatchbayJSON
import Seeded
import Testing

@testable import PatchbayStore

/// Rows that other hands wrote: whatever numbers they hold, they are read, and reckoned with.
@Suite struct StrangeRowTests {
  @Test func `Times and counts of any size are read as some that can be`() async throws {
    let shelf = try await Shelf()
    let stream = try await shelf.stream()
    try await shelf.store.begin(
      RunRecord(
        id: "A", connection: "crm", status: "done", startedMS: 5, finishedMS: 6, summary: [:]))
    try await shelf.store.note(Blob(id: "b", size: 5), nowMS: 5)
    try await shelf.store.noteCrash("it", of: "p", sha256: "s", nowMS: 5)
    try await shelf.store.note(
      AuditEntry(atMS: 5, actor: "a", action: "b", details: [:]))
    let (hub, data) = (try shelf.folder.hubDatabase(), try shelf.folder.database())
    for number in Extreme.integers {
      try hub.execute(
        """
        UPDATE runs SET started_ms = \(number), finished_ms = -1 - \(number);
        UPDATE connections SET created_ms = \(number); UPDATE audit SET at_ms = \(number);
        UPDATE crashes SET count = \(number), at_ms = \(number)
        """)
      try data.execute(
        """
        UPDATE blobs SET size = \(number), stored_ms = \(number);
        UPDATE streams SET completed_ms = \(number), seen = \(number), unread = \(number),
          fill_at = 0, fill_to = 0
        """)
      let run = try #require(try await shelf.store.runs(limit: 9).first)
      let finishedMS = try #require(run.finishedMS)
      #expect(abs(finishedMS - run.startedMS) <= Time.last - Time.first)
      let record = try #require(try await shelf.store.stream("crm", stream.stream))
      #expect((record.completedMS ?? 0) + 366 * 86_400_000 > .min)
      #expect(2 * record.seen + record.unread >= 0, "\(number)")
      #expect(try await shelf.store.connections().first.map { Time.clamped($0.createdMS) } != nil)
      #expect(try await shelf.store.auditLog(limit: 9).allSatisfy { $0.atMS >= Time.first })
      #expect(try await shelf.store.crashes(of: "p", sha256: "s").count >= 0)
      #expect(try await (shelf.store.blob("b")?.size ?? 0) + 1 > 0)
    }
  }

  @Test func `Records with any row ids are seen, swept and found again`() async throws {
    let shelf = try await Shelf()
    let stream = try await shelf.stream()
    try await shelf.commit(stream, [#"{"id":"1"}"#, #"{"id":"2"}"#])
    let data = try shelf.folder.database()
    let ids: [Int64] = [.min, .min + 1, -1, -32_769, 0, 32_768, 1 << 53, .max]
    let table = RecordTables.name(stream.id)
    for id in ids {
      try data.execute(
        "INSERT INTO \(table) (id, key) VALUES (\(id), 'x\(id)');"
          + "INSERT INTO \(RecordTables.raw(stream.id)) (id, raw) VALUES (\(id), '{}')")
    }
    #expect(try await shelf.store.unseen(stream.id).unseen == Int64(ids.count))
    let seen = SeenSet(data, stream: stream.id)
    for id in ids {
      #expect(try !seen.contains(id) && seen.insert(id) && seen.contains(id), "\(id)")
    }
    try seen.store()
    let again = SeenSet(data, stream: stream.id)
    #expect(try ids.allSatisfy { try again.contains($0) } && !again.contains(-2))
    let walk = try RowWalk(data, stream: stream.id)
    for id in ids { walk.found(id) }
    for at in Extreme.integers {
      try data.execute("UPDATE streams SET sweep_at = \(at), fill_at = \(at), fill_to = \(at)")
      _ = try await shelf.store.sweep(stream.id, nowMS: 5, meter: nil)
      _ = try await shelf.store.fill(stream.id)
    }
  }

  @Test func `A blob is read from any place on, as far as there is something`() async throws {
    let shelf = try await Shelf()
    let vault = Vault(store: shelf.store, folder: shelf.folder.path, environment: [:])
    let blobs = Blobs(
      store: shelf.store, vault: vault, leases: try FileLeases(folder: shelf.folder.path + "/l"),
      hubFolder: shelf.folder.path)
    let writer = try await blobs.write(limitBytes: 100)
    try writer.write([1, 2, 3])
    let blob = try await writer.finish()
    let reader = try await blobs.read(blob.id)
    for offset in Extreme.integers {
      for count in Extreme.integers {
        let bytes = try reader.read(Int(count), at: offset)
        #expect(
          bytes
            == (offset >= 0 && offset < 3 && count > 0
              ? Array([1, 2, 3].dropFirst(Int(offset)).prefix(Int(count))) : []))
      }
    }
    let data = try shelf.folder.database()
    for size in Extreme.integers {
      try data.execute("UPDATE blobs SET size = \(size)")
      let failure = await #expect(throws: Failure.self) { try await blobs.read(blob.id) }
      #expect(failure?.code == "blob.damaged", "\(size)")
    }
  }
}
