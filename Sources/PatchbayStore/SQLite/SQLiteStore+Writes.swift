package import PatchbayCore
internal import PatchbayJSON

extension SQLiteStore {
  private var table: WriteTable { WriteTable(database: data, organisation: organisation) }

  package func queueWrites(_ entries: [WriteEntry], _ entry: AuditEntry) throws(Failure) -> Int64 {
    let count = try data.durably { () throws(Failure) in
      var count: Int64 = 0
      for entry in entries where try table.add(entry) { count += 1 }
      if count > 0 { try outbox.addAudit(entry.counting(count)) }
      return count
    }
    try outbox.deliverIfFree()
    return count
  }

  package func writes(
    _ connection: String, stream: String?, _ states: Set<WriteEntry.State>, after id: Int64,
    limit: Int
  ) throws(Failure) -> [WriteEntry] {
    var entries: [WriteEntry] = []
    for state in states {
      entries += try table.all(connection, stream: stream, state, after: id, limit: limit)
    }
    return Array(entries.sorted { $0.id < $1.id }.prefix(limit))
  }

  package func countWrites(_ connection: String, stream: String?) throws(Failure)
    -> [WriteEntry.State: Int64]
  {
    try table.counts(connection, stream: stream)
  }

  package func saveWrites(_ entries: [WriteEntry], adding others: [WriteEntry]) throws(Failure) {
    try data.durably { () throws(Failure) in
      for entry in entries { try table.save(entry) }
      for other in others { _ = try table.add(other) }
    }
  }

  package func decideWrites(_ entries: [WriteEntry], _ entry: AuditEntry) throws(Failure) {
    try data.durably { () throws(Failure) in
      for entry in entries { try table.save(entry) }
      if !entries.isEmpty { try outbox.addAudit(entry.counting(Int64(entries.count))) }
    }
    try outbox.deliverIfFree()
  }

  package func forgetWrites(doneBeforeMS: Int64) throws(Failure) -> Int64 {
    try data.transaction { () throws(Failure) in try table.forget(doneBeforeMS: doneBeforeMS) }
  }

  package func record(_ connection: String, _ stream: String, key: String) throws(Failure)
    -> StoredRecord?
  {
    let id = try data.prepare("SELECT id FROM streams WHERE connection = ? AND stream = ?")
      .bind(.text(connection), .text(stream)).first { $0.integer(0) }
    guard let id else { return nil }
    let (records, raw) = (RecordTables.name(id), RecordTables.raw(id))
    return try data.prepare(
      """
      SELECT r.key, r.cursor, r.deleted_ms IS NOT NULL, w.raw FROM \(records) r
      JOIN \(raw) w ON w.id = r.id WHERE r.key = ?
      """
    ).bind(.text(key)).first {
      StoredRecord(
        key: $0.text(0), cursor: $0.optionalText(1), isDeleted: $0.integer(2) != 0, raw: $0.text(3))
    }
  }
}
