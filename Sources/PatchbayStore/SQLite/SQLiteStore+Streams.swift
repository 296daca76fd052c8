public import PatchbayCore
internal import PatchbayJSON

extension SQLiteStore {
  private static let columns =
    "id, connection, stream, phase, pass, state, state_tag, completed_ms, generation, "
    + "phase = 'reading' AND state IS NOT base_state, seen, unread"

  public func stream(_ connection: String, _ stream: String) throws(Failure) -> StreamRecord? {
    try database.prepare(
      "SELECT \(Self.columns) FROM streams WHERE connection = ? AND stream = ?"
    ).bind(.text(connection), .text(stream)).first { (row) throws(Failure) in try Self.record(row) }
  }

  public func streams(of connection: String) throws(Failure) -> [StreamRecord] {
    try database.prepare("SELECT \(Self.columns) FROM streams WHERE connection = ? ORDER BY id")
      .bind(.text(connection)).rows { (row) throws(Failure) in try Self.record(row) }
  }

  func stream(id: Int64) throws(Failure) -> StreamRecord {
    let record = try database.prepare("SELECT \(Self.columns) FROM streams WHERE id = ?")
      .bind(.integer(id)).first { (row) throws(Failure) in try Self.record(row) }
    guard let record else {
      throw Failure(.conflict, "stream.gone", "the stream was removed while it was in use")
    }
    return record
  }

  private static func record(_ row: Statement) throws(Failure) -> StreamRecord {
    var state: JSON?
    if let text = row.optionalText(5) { state = try stored(text, "checkpoint") }
    return StreamRecord(
      id: row.integer(0), connection: row.text(1), stream: row.text(2),
      phase: StreamRecord.Phase(rawValue: row.text(3)) ?? .idle,
      pass: row.optionalText(4).flatMap(Pass.init), state: state, stateTag: row.optionalText(6),
      completedMS: row.optionalInteger(7), generation: row.integer(8),
      resumes: row.integer(9) == 1,
      seen: row.integer(10), unread: row.integer(11))
  }

  public func prepare(_ description: StreamDescription) throws(Failure) -> PreparedStream {
    try database.transaction { () throws(Failure) in
      let existing = try stream(description.connection, description.stream)
      let id: Int64
      if let existing {
        id = existing.id
      } else {
        try database.prepare(
          "INSERT INTO streams (connection, stream, columns, unified) VALUES (?, ?, '[]', '{}')"
        ).bind(.text(description.connection), .text(description.stream)).run()
        id = database.lastRowID
        try database.execute(
          """
          CREATE TABLE \(Self.table(id)) (
            key TEXT PRIMARY KEY NOT NULL, cursor TEXT, deleted INTEGER NOT NULL DEFAULT 0,
            generation INTEGER NOT NULL, raw TEXT NOT NULL
          )
          """)
      }
      let added = try updateColumns(id, description, isNew: existing == nil)
      return PreparedStream(
        record: try stream(id: id), addedColumns: existing == nil ? [] : added,
        isNew: existing == nil)
    }
  }

  public func beginPass(_ id: Int64, _ pass: Pass, run: RunID) throws(Failure) -> StreamRecord {
    try database.transaction { () throws(Failure) in
      // A full pass starts from nothing, and what it does not see is older than its generation.
      let start =
        pass == .full
        ? "state = NULL, state_tag = NULL, base_state = NULL, base_tag = NULL, "
          + "generation = generation + 1"
        : "base_state = state, base_tag = state_tag"
      try database.prepare(
        """
        UPDATE streams SET phase = 'reading', pass = ?, seen = 0, unread = 0, \(start) WHERE id = ?
        """
      ).bind(.text(pass.rawValue), .integer(id)).run()
      return try stream(id: id)
    }
  }

  public func restartPass(_ id: Int64) throws(Failure) -> StreamRecord {
    try database.prepare(
      """
      UPDATE streams SET state = base_state, state_tag = base_tag, seen = 0, unread = 0,
        generation = generation + (pass = 'full') WHERE id = ?
      """
    ).bind(.integer(id)).run()
    return try stream(id: id)
  }

  public func finishPass(_ id: Int64, nowMS: Int64) throws(Failure) -> StreamRecord {
    try database.transaction { () throws(Failure) in
      try database.prepare(
        """
        UPDATE streams SET phase = iif(pass = 'full' AND unread = 0, 'sweeping', 'idle'),
          pass = iif(pass = 'full' AND unread = 0, pass, NULL), sweep_at = 0,
          completed_ms = iif(pass = 'full' AND unread = 0, completed_ms, ?)
        WHERE id = ?
        """
      ).bind(.integer(nowMS), .integer(id)).run()
      return try stream(id: id)
    }
  }

  /// Rows looked at in one transaction of a sweep.
  private static let sweepStride: Int64 = 5_000

  public func sweep(_ id: Int64, nowMS: Int64) throws(Failure) -> (deleted: Int64, isOver: Bool) {
    try database.transaction { () throws(Failure) in
      let table = Self.table(id)
      let record = try stream(id: id)
      let position =
        try database.prepare("SELECT sweep_at FROM streams WHERE id = ?").bind(.integer(id))
        .first { $0.integer(0) } ?? 0
      let end = position + Self.sweepStride
      let deleted = try database.prepare(
        """
        UPDATE \(table) SET deleted = 1
        WHERE rowid > ? AND rowid <= ? AND generation < ? AND deleted = 0
        """
      ).bind(.integer(position), .integer(end), .integer(record.generation)).run()
      let last =
        try database.prepare("SELECT max(rowid) FROM \(table)").bind().first { $0.integer(0) } ?? 0
      if end < last {
        try database.prepare("UPDATE streams SET sweep_at = ? WHERE id = ?")
          .bind(.integer(end), .integer(id)).run()
        return (deleted, false)
      }
      try database.prepare(
        """
        UPDATE streams SET phase = 'idle', pass = NULL, sweep_at = 0, completed_ms = ? WHERE id = ?
        """
      ).bind(.integer(nowMS), .integer(id)).run()
      return (deleted, true)
    }
  }
}
