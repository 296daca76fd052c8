public import PatchbayCore
public import PatchbayJSON

extension SQLiteStore {
  public func begin(_ run: RunRecord) throws(Failure) {
    try hub.prepare(
      "INSERT INTO runs (id, connection, status, started_ms, summary) VALUES (?, ?, ?, ?, ?)"
    ).bind(
      .text(run.id), .text(run.connection), .text(run.status), .integer(run.startedMS),
      .json(run.summary)
    ).run()
  }

  public func update(_ run: RunRecord) throws(Failure) {
    try hub.prepare("UPDATE runs SET status = ?, finished_ms = ?, summary = ? WHERE id = ?")
      .bind(
        .text(run.status), .integer(run.finishedMS), .json(run.summary), .text(run.id)
      ).run()
  }

  private static let columns = "id, connection, status, started_ms, finished_ms, summary"

  public func run(_ id: String) throws(Failure) -> RunRecord? {
    try hub.prepare("SELECT \(Self.columns) FROM runs WHERE id = ?").bind(.text(id))
      .first { (row) throws(Failure) in try Self.run(row) }
  }

  public func runs(limit: Int) throws(Failure) -> [RunRecord] {
    try hub.prepare("SELECT \(Self.columns) FROM runs ORDER BY id DESC LIMIT ?")
      .bind(.integer(Int64(limit))).rows { (row) throws(Failure) in try Self.run(row) }
  }

  private static func run(_ row: Statement) throws(Failure) -> RunRecord {
    RunRecord(
      id: row.text(0), connection: row.text(1), status: row.text(2), startedMS: row.integer(3),
      finishedMS: row.optionalInteger(4), summary: try stored(row.text(5), "run's summary"))
  }

  public func requestCancel(_ run: String, nowMS: Int64) throws(Failure) -> Bool {
    try hub.prepare(
      "UPDATE runs SET cancel_ms = coalesce(cancel_ms, ?) WHERE id = ? AND status = 'running'"
    ).bind(.integer(nowMS), .text(run)).run() == 1
  }

  public func isCancelRequested(_ run: String) throws(Failure) -> Bool {
    try hub.prepare("SELECT cancel_ms IS NOT NULL FROM runs WHERE id = ?").bind(.text(run))
      .first { $0.integer(0) == 1 } ?? true
  }

  public func records(_ stream: Int64, withDeleted: Bool, limit: Int) throws(Failure)
    -> [StoredRecord]
  {
    try data.prepare(
      """
      SELECT t.key, t.cursor, t.deleted_ms, r.raw FROM \(Self.table(stream)) t
      CROSS JOIN \(Self.rawTable(stream)) r ON r.id = t.id
      \(withDeleted ? "" : "WHERE t.deleted_ms IS NULL") ORDER BY t.id LIMIT ?
      """
    ).bind(.integer(Int64(limit))).rows {
      StoredRecord(
        key: $0.text(0), cursor: $0.optionalText(1), isDeleted: !$0.isNull(2), raw: $0.text(3))
    }
  }

  public func health() throws(Failure) -> [String: JSON] {
    func check(_ database: Database) throws(Failure) -> String {
      try database.makeStatement("PRAGMA quick_check(1)").first { $0.text(0) } ?? ""
    }
    let (one, other) = (try check(hub), try check(data))
    return [
      "schema": .integer(try data.userVersion()), "hub_schema": .integer(try hub.userVersion()),
      "quick_check": .string(one == "ok" ? other : "hub.db: \(one)"),
      "journal_mode": .string(
        try data.makeStatement("PRAGMA journal_mode").first { $0.text(0) } ?? ""),
    ]
  }
}
