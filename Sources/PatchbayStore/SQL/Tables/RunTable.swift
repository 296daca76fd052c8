internal import PatchbayCore
internal import PatchbayJSON

/// Runs of one organisation.
struct RunTable {
  let database: any SQLConnection
  let organisation: Organisation

  private static let columns = "id, connection, status, started_ms, finished_ms, summary"
  private var owner: SQLValue { .text(organisation.name) }

  func begin(_ run: RunRecord) throws(Failure) {
    try database.statement(
      """
      INSERT INTO runs (id, organisation, connection, status, started_ms, summary)
      VALUES (?, ?, ?, ?, ?, ?)
      """
    ).bind(
      .text(run.id), owner, .text(run.connection), .text(run.status), .integer(run.startedMS),
      .json(run.summary)
    ).run()
  }

  func update(_ run: RunRecord) throws(Failure) {
    try database.statement(
      """
      UPDATE runs SET status = ?, finished_ms = ?, summary = ? WHERE id = ? AND organisation = ?
      """
    ).bind(
      .text(run.status), .integer(run.finishedMS), .json(run.summary), .text(run.id), owner
    ).run()
  }

  func find(_ id: String) throws(Failure) -> RunRecord? {
    try database.statement("SELECT \(Self.columns) FROM runs WHERE id = ? AND organisation = ?")
      .bind(.text(id), owner).first(Self.read)
  }

  /// The latest first.
  func latest(_ limit: Int) throws(Failure) -> [RunRecord] {
    try database.statement(
      "SELECT \(Self.columns) FROM runs WHERE organisation = ? ORDER BY id DESC LIMIT ?"
    ).bind(owner, .integer(Int64(limit))).rows(Self.read)
  }

  private static func read(_ row: any SQLRow) throws(Failure) -> RunRecord {
    RunRecord(
      id: row.text(0), connection: row.text(1), status: row.text(2), startedMS: row.time(3),
      finishedMS: row.optionalTime(4), summary: try JSON(stored: row.text(5), "run's summary"))
  }

  func requestCancel(_ run: String, nowMS: Int64) throws(Failure) -> Bool {
    try database.statement(
      """
      UPDATE runs SET cancel_ms = coalesce(cancel_ms, ?)
      WHERE id = ? AND organisation = ? AND status = 'running'
      """
    ).bind(.integer(nowMS), .text(run), owner).run() == 1
  }

  /// A run that is gone is to stop, too.
  func isCancelRequested(_ run: String) throws(Failure) -> Bool {
    try database.statement("SELECT cancel_ms FROM runs WHERE id = ? AND organisation = ?")
      .bind(.text(run), owner).first { !$0.isNull(0) } ?? true
  }
}
