package import PatchbayCore
internal import PatchbayJSON

extension SQLiteStore {
  package func dismissDeadLetters(
    _ connection: String, _ stream: String, id: Int64?, _ entry: AuditEntry
  ) throws(Failure) -> Int64 {
    let count = try data.transaction { () throws(Failure) in
      let count = try data.prepare(
        """
        DELETE FROM dead_letters WHERE id = coalesce(?3, id) AND stream_id =
          (SELECT id FROM streams WHERE connection = ?1 AND stream = ?2)
        """
      ).bind(.text(connection), .text(stream), .integer(id)).run()
      if count > 0 { try outbox.addAudit(entry.counting(count)) }
      return count
    }
    try outbox.deliverIfFree()
    return count
  }

  package func retryDeadLetters(
    _ connection: String, _ stream: String, id: Int64?, run: RunID, _ entry: AuditEntry
  ) throws(Failure) -> (stored: Int64, dead: Int64) {
    guard let record = try self.stream(connection, stream) else { return (0, 0) }
    let ids = try data.prepare(
      "SELECT id FROM dead_letters WHERE stream_id = ?1 AND id = coalesce(?2, id) ORDER BY id"
    ).bind(.integer(record.id), .integer(id)).rows { $0.integer(0) }
    guard let plan = try latestPlan(record.id) else { return (0, Int64(ids.count)) }
    let writer = try writer(record.id)
    var stored: Int64 = 0
    do throws(Failure) {
      try data.transaction { () throws(Failure) in
        for id in ids where try retry(id, plan, record, writer, run) { stored += 1 }
        try writer.seen.store()
        if stored > 0 { try outbox.addAudit(entry.counting(stored)) }
      }
    } catch {
      writers[record.id] = nil
      throw error
    }
    try outbox.deliverIfFree()
    return (stored, Int64(ids.count) - stored)
  }

  private func latestPlan(_ stream: Int64) throws(Failure) -> ExtractPlan? {
    let text = try data.prepare("SELECT plan FROM streams WHERE id = ?").bind(.integer(stream))
      .first { $0.optionalText(0) }
    guard let text = text ?? nil else { return nil }
    return try ExtractPlan(head: try JSON(stored: text, "plan"))
  }

  /// Stores one that can be read now. A record that is there was read after it, or beside it, and
  /// stays as it is.
  private func retry(
    _ letter: Int64, _ plan: ExtractPlan, _ record: StreamRecord, _ writer: RecordWriter,
    _ run: RunID
  ) throws(Failure) -> Bool {
    // Bytes that are no text stand as they came, and are no text still.
    let found = try data.prepare("SELECT raw, request FROM dead_letters WHERE id = ?")
      .bind(.integer(letter)).first { ($0.bytes(0), $0.optionalText(1)) }
    guard let (raw, request) = found else { return false }
    let page = CutPage(
      ByteBuffer([UInt8(ascii: "[")] + raw + [UInt8(ascii: "]")]), plan: plan)
    guard page.fault == nil, page.deadCount == 0, page.count == 1, let key = page.lastKey else {
      return false
    }
    let isThere = try data.prepare("SELECT 1 FROM \(RecordTables.name(record.id)) WHERE key = ?")
      .bind(.text(key)).first { _ in true }
    if isThere == true { return false }
    let batch = Batch(
      stream: record.id, run: run, pages: [], checkpoint: nil, stateTag: nil, nowMS: Time.nowMS())
    var counters = Counters()
    try writer.write(page, batch, request: request, into: &counters)
    try data.prepare("DELETE FROM dead_letters WHERE id = ?").bind(.integer(letter)).run()
    return true
  }
}

extension AuditEntry {
  /// The entry, with how many it was about.
  func counting(_ count: Int64) -> AuditEntry {
    var (entry, details) = (self, details.object ?? JSONObject())
    details["count"] = .integer(count)
    entry.details = .object(details)
    return entry
  }
}
