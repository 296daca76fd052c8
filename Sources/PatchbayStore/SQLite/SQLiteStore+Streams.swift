package import PatchbayCore
internal import PatchbayJSON

extension SQLiteStore {
  private static let columns =
    "id, connection, stream, phase, pass, state, state_tag, completed_ms, fingerprint, "
    + "phase = 'reading' AND state IS NOT base_state, seen, unread"

  package func stream(_ connection: String, _ stream: String) throws(Failure) -> StreamRecord? {
    try data.prepare(
      "SELECT \(Self.columns) FROM streams WHERE connection = ? AND stream = ?"
    ).bind(.text(connection), .text(stream)).first { (row) throws(Failure) in try Self.record(row) }
  }

  package func streams(of connection: String) throws(Failure) -> [StreamRecord] {
    try data.prepare("SELECT \(Self.columns) FROM streams WHERE connection = ? ORDER BY id")
      .bind(.text(connection)).rows { (row) throws(Failure) in try Self.record(row) }
  }

  func stream(id: Int64) throws(Failure) -> StreamRecord {
    let record = try data.prepare("SELECT \(Self.columns) FROM streams WHERE id = ?")
      .bind(.integer(id)).first { (row) throws(Failure) in try Self.record(row) }
    guard let record else { throw Self.goneStream }
    return record
  }

  /// A stream may be removed while it is read.
  func requireStream(_ id: Int64) throws(Failure) {
    let isThere = try data.prepare("SELECT 1 FROM streams WHERE id = ?").bind(.integer(id))
      .first { _ in true }
    if isThere == nil { throw Self.goneStream }
  }

  private static var goneStream: Failure {
    Failure(.conflict, "stream.gone", "the stream was removed while it was in use")
  }

  private static func record(_ row: any SQLRow) throws(Failure) -> StreamRecord {
    var state: JSON?
    if let text = row.optionalText(5) { state = try JSON(stored: text, "checkpoint") }
    return StreamRecord(
      id: row.integer(0), connection: row.text(1), stream: row.text(2),
      phase: StreamRecord.Phase(rawValue: row.text(3)) ?? .idle,
      pass: row.optionalText(4).flatMap(Pass.init), state: state, stateTag: row.optionalText(6),
      completedMS: row.optionalTime(7), fingerprint: row.optionalText(8),
      resumes: row.integer(9) == 1,
      seen: row.count(10), unread: row.count(11))
  }

  package func prepare(_ description: StreamDescription) throws(Failure) -> PreparedStream {
    // What is left of an act is done before anything new stands on it.
    if try outbox.hasPending() {
      writers = [:]
      try outbox.deliver()
    }
    return try data.transaction { () throws(Failure) in
      let existing = try stream(description.connection, description.stream)
      let id: Int64
      if let existing {
        id = existing.id
      } else {
        try data.prepare(
          "INSERT INTO streams (organisation, connection, stream) VALUES (?, ?, ?)"
        ).bind(
          .text(organisation.name), .text(description.connection), .text(description.stream)
        ).run()
        id = data.lastRowID
        try data.execute(Migration.recordTables(id))
      }
      let (added, notes) = try updateColumns(id, description, isNew: existing == nil)
      return PreparedStream(
        record: try stream(id: id), addedColumns: existing == nil ? [] : added,
        isNew: existing == nil, notes: notes)
    }
  }

  package func beginPass(_ id: Int64, _ pass: Pass, run: RunID, fingerprint: String?)
    throws(Failure) -> StreamRecord
  {
    try data.transaction { () throws(Failure) in
      // A full pass starts from nothing.
      let start =
        pass == .full
        ? "state = NULL, state_tag = NULL, base_state = NULL, base_tag = NULL"
        : "base_state = state, base_tag = state_tag"
      try data.prepare(
        """
        UPDATE streams SET phase = 'reading', pass = ?, fingerprint = ?, seen = 0, unread = 0,
          \(start) WHERE id = ?
        """
      ).bind(.text(pass.rawValue), .text(fingerprint), .integer(id)).run()
      try clearSeen(id)
      return try stream(id: id)
    }
  }

  private func clearSeen(_ id: Int64) throws(Failure) {
    try data.prepare("DELETE FROM seen WHERE stream_id = ?").bind(.integer(id)).run()
    writers[id] = nil
  }

  package func restartPass(_ id: Int64, keepsSeen: Bool) throws(Failure) -> StreamRecord {
    try data.transaction { () throws(Failure) in
      try data.prepare(
        """
        UPDATE streams SET state = base_state, state_tag = base_tag,
          seen = iif(?1, seen, 0), unread = 0 WHERE id = ?2
        """
      ).bind(.integer(keepsSeen ? 1 : 0), .integer(id)).run()
      if keepsSeen { writers[id]?.beginPass() } else { try clearSeen(id) }
      return try stream(id: id)
    }
  }

  package func unseen(_ id: Int64) throws(Failure) -> (unseen: Int64, living: Int64) {
    let seen = SeenSet(data, stream: id)
    var counts = (unseen: Int64(0), living: Int64(0))
    let rows = try data.makeStatement(
      "SELECT id FROM \(RecordTables.name(id)) WHERE deleted_ms IS NULL ORDER BY id")
    defer { rows.reset() }
    while try rows.next() {
      counts.living += 1
      if try !seen.contains(rows.integer(0)) { counts.unseen += 1 }
    }
    return counts
  }

  package func finishPass(_ id: Int64, marks: Bool, isComplete: Bool, nowMS: Int64) throws(Failure)
    -> StreamRecord
  {
    try data.transaction { () throws(Failure) in
      try data.prepare(
        """
        UPDATE streams SET phase = iif(?1, 'sweeping', 'idle'), pass = iif(?1, pass, NULL),
          sweep_at = 0, completed_ms = iif(?1 OR NOT ?2, completed_ms, ?3)
        WHERE id = ?4
        """
      ).bind(
        .integer(marks ? 1 : 0), .integer(isComplete ? 1 : 0), .integer(nowMS), .integer(id)
      ).run()
      return try stream(id: id)
    }
  }

  /// Rows looked at in one transaction of a sweep.
  private static let sweepStride: Int64 = 5_000

  package func sweep(_ id: Int64, nowMS: Int64, meter: UsageMeter?) throws(Failure)
    -> (deleted: Int64, isOver: Bool)
  {
    // What the writer remembers of the month would be behind.
    writers[id] = nil
    return try data.transaction { () throws(Failure) in
      let table = RecordTables.name(id)
      let position =
        try data.prepare("SELECT sweep_at FROM streams WHERE id = ?").bind(.integer(id))
        .first { $0.count(0) } ?? 0
      let living = try data.prepare(
        "SELECT id FROM \(table) WHERE id > ? AND id <= ? AND deleted_ms IS NULL"
      ).bind(.integer(position), .integer(position + Self.sweepStride)).rows { $0.integer(0) }
      let seen = SeenSet(data, stream: id)
      let active = SeenSet(data, stream: id, month: SeenSet.month(of: nowMS))
      let isEmitted = try emits(id)
      var counters = Counters()
      for row in living where try !seen.contains(row) {
        counters.deleted += try data.prepare("UPDATE \(table) SET deleted_ms = ? WHERE id = ?")
          .bind(.integer(nowMS), .integer(row)).run()
        try counters.use.countChange(row, isEmitted: isEmitted, active)
      }
      try active.store()
      for event in meter?.events(counters.use, atMS: nowMS) ?? [] { try usageTable.write(event) }
      let deleted = counters.deleted
      let end = position + Self.sweepStride
      if end < (try lastRow(of: table)) {
        try data.prepare("UPDATE streams SET sweep_at = ? WHERE id = ?")
          .bind(.integer(end), .integer(id)).run()
        return (deleted, false)
      }
      try data.prepare(
        """
        UPDATE streams SET phase = 'idle', pass = NULL, sweep_at = 0, completed_ms = ? WHERE id = ?
        """
      ).bind(.integer(nowMS), .integer(id)).run()
      return (deleted, true)
    }
  }

  /// Whether a plugin made records of a stream itself.
  private func emits(_ id: Int64) throws(Failure) -> Bool {
    try data.prepare("SELECT emits FROM streams WHERE id = ?").bind(.integer(id))
      .first { $0.integer(0) != 0 } ?? false
  }

  func lastRow(of table: String) throws(Failure) -> Int64 {
    try data.prepare("SELECT max(id) FROM \(table)").bind().first { $0.integer(0) } ?? 0
  }

  package func purge(_ id: Int64, deletedBeforeMS: Int64) throws(Failure)
    -> (removed: Int64, isOver: Bool)
  {
    try data.transaction { () throws(Failure) in
      let rows = try data.prepare(
        "SELECT id FROM \(RecordTables.name(id)) WHERE deleted_ms < ? LIMIT \(Self.sweepStride)"
      ).bind(.integer(deletedBeforeMS)).rows { $0.integer(0) }
      for row in rows {
        try blobTable.forgetUses(ofRow: row, in: id)
        for table in [RecordTables.name(id), RecordTables.raw(id)] {
          try data.prepare("DELETE FROM \(table) WHERE id = ?").bind(.integer(row)).run()
        }
      }
      return (Int64(rows.count), rows.count < Int(Self.sweepStride))
    }
  }
}
