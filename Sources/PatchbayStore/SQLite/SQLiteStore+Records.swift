package import PatchbayCore
package import PatchbayJSON

/// What reads for long, beside the writer.
extension SQLiteStore {
  package nonisolated func records(_ stream: Int64, withDeleted: Bool, limit: Int)
    async throws(Failure) -> [StoredRecord]
  {
    try await reader.read { (data) throws(Failure) in
      try data.prepare(
        """
        SELECT t.key, t.cursor, t.deleted_ms, r.raw FROM \(RecordTables.name(stream)) t
        CROSS JOIN \(RecordTables.raw(stream)) r ON r.id = t.id
        \(withDeleted ? "" : "WHERE t.deleted_ms IS NULL") ORDER BY t.id LIMIT ?
        """
      ).bind(.integer(Int64(limit))).rows {
        StoredRecord(
          key: $0.text(0), cursor: $0.optionalText(1), isDeleted: !$0.isNull(2), raw: $0.text(3))
      }
    }
  }

  package nonisolated func deadLetters(_ connection: String, stream: String?, limit: Int)
    async throws(Failure) -> [DeadLetter]
  {
    try await reader.read { (data) throws(Failure) in
      try data.prepare(
        """
        SELECT stream, run, key, reason, raw, at_ms, request, pointer, dead_letters.id
        FROM dead_letters JOIN streams ON streams.id = stream_id
        WHERE connection = ?1 AND stream = coalesce(?2, stream) ORDER BY dead_letters.id LIMIT ?3
        """
      ).bind(.text(connection), .text(stream), .integer(Int64(limit))).rows {
        DeadLetter(
          id: $0.integer(8), stream: $0.text(0), run: $0.text(1), key: $0.optionalText(2),
          reason: $0.text(3), raw: $0.text(4), atMS: $0.time(5), request: $0.optionalText(6),
          pointer: $0.optionalText(7))
      }
    }
  }

  package nonisolated func health() async throws(Failure) -> [String: JSON] {
    let hub = files.hub
    return try await reader.read { (data) throws(Failure) in
      func check(_ database: SQLiteConnection) throws(Failure) -> String {
        try database.makeStatement("PRAGMA quick_check(1)").first { $0.text(0) } ?? ""
      }
      let hub = try SQLiteConnection(path: hub, mode: .readOnly)
      let (one, other) = (try check(hub), try check(data))
      return [
        "schema": .integer(try data.form()), "hub_schema": .integer(try hub.form()),
        "quick_check": .string(one == "ok" ? other : "hub.db: \(one)"),
        "journal_mode": .string(
          try data.makeStatement("PRAGMA journal_mode").first { $0.text(0) } ?? ""),
      ]
    }
  }
}
