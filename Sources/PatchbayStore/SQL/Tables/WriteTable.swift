internal import PatchbayCore
internal import PatchbayJSON

/// Records of one organisation that are on their way to vendors.
struct WriteTable {
  let database: any SQLConnection
  let organisation: Organisation

  private var owner: SQLValue { .text(organisation.name) }

  /// `false` where its source is there already.
  func add(_ entry: WriteEntry) throws(Failure) -> Bool {
    try database.statement(
      """
      INSERT INTO writes (organisation, connection, stream, source, action, key, record, base,
        idempotency_key, state, outcome, attempts, changed_ms, at_ms)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      ON CONFLICT (organisation, connection, stream, source) DO NOTHING
      """
    ).bind(
      owner, .text(entry.connection), .text(entry.stream), .text(entry.source),
      .text(entry.action), entry.key.map { .text($0) } ?? .null, .text(entry.record.text),
      .text(entry.base.text), .text(entry.idempotencyKey), .text(entry.state.rawValue),
      .text(entry.outcome.text), .integer(entry.attempts), .integer(entry.changedMS),
      .integer(entry.atMS)
    ).run() == 1
  }

  func save(_ entry: WriteEntry) throws(Failure) {
    try database.statement(
      """
      UPDATE writes SET record = ?, base = ?, state = ?, outcome = ?, attempts = ?, at_ms = ?
      WHERE organisation = ? AND id = ?
      """
    ).bind(
      .text(entry.record.text), .text(entry.base.text), .text(entry.state.rawValue),
      .text(entry.outcome.text), .integer(entry.attempts), .integer(entry.atMS), owner,
      .integer(entry.id)
    ).run()
  }

  /// Those of one state, which is one range of an index.
  func all(
    _ connection: String, stream: String?, _ state: WriteEntry.State, after id: Int64, limit: Int
  ) throws(Failure) -> [WriteEntry] {
    try database.statement(
      """
      SELECT id, connection, stream, source, action, key, record, base, idempotency_key, state,
        outcome, attempts, changed_ms, at_ms
      FROM writes
      WHERE organisation = ? AND connection = ? AND state = ? AND id > ?
        AND (stream = ? OR ? = '')
      ORDER BY id LIMIT ?
      """
    ).bind(
      owner, .text(connection), .text(state.rawValue), .integer(id), .text(stream ?? ""),
      .text(stream ?? ""), .integer(Int64(limit))
    ).rows { (row) throws(Failure) in try Self.entry(row) }
  }

  private static func entry(_ row: any SQLRow) throws(Failure) -> WriteEntry {
    var entry = WriteEntry(
      connection: row.text(1), stream: row.text(2), source: row.text(3), action: row.text(4),
      key: row.optionalText(5), record: try JSON(stored: row.text(6), "a record to write"),
      base: try JSON(stored: row.text(7), "a record to write"), idempotencyKey: row.text(8),
      changedMS: row.integer(12), atMS: row.integer(13))
    entry.id = row.integer(0)
    entry.state = WriteEntry.State(rawValue: row.text(9)) ?? .unknown
    entry.outcome = try JSON(stored: row.text(10), "an outcome")
    entry.attempts = row.integer(11)
    return entry
  }

  func counts(_ connection: String, stream: String?) throws(Failure) -> [WriteEntry.State: Int64] {
    let rows = try database.statement(
      """
      SELECT state, count(*) FROM writes
      WHERE organisation = ? AND connection = ? AND (stream = ? OR ? = '') GROUP BY state
      """
    ).bind(owner, .text(connection), .text(stream ?? ""), .text(stream ?? ""))
      .rows { ($0.text(0), $0.integer(1)) }
    var counts: [WriteEntry.State: Int64] = [:]
    for (state, count) in rows {
      counts[WriteEntry.State(rawValue: state) ?? .unknown, default: 0] += count
    }
    return counts
  }

  func forget(doneBeforeMS: Int64) throws(Failure) -> Int64 {
    try database.statement(
      "DELETE FROM writes WHERE organisation = ? AND state = 'done' AND at_ms < ?"
    ).bind(owner, .integer(doneBeforeMS)).run()
  }

  /// All of a connection that is removed.
  func removeAll(of connection: String) throws(Failure) {
    try database.statement("DELETE FROM writes WHERE organisation = ? AND connection = ?")
      .bind(owner, .text(connection)).run()
  }
}
