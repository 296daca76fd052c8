internal import PatchbayCore
internal import PatchbayJSON

/// The audit log of one organisation.
struct AuditTable {
  let database: any SQLConnection
  let organisation: Organisation

  private var owner: SQLValue { .text(organisation.name) }

  /// `origin` names the act of another file that it tells of: such an entry is written once.
  func add(_ entry: AuditEntry, origin: String? = nil) throws(Failure) {
    try database.statement(
      """
      INSERT INTO audit (organisation, at_ms, actor, action, details, origin)
      VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (origin) DO NOTHING
      """
    ).bind(
      owner, .integer(entry.atMS), .text(entry.actor), .text(entry.action), .json(entry.details),
      .text(origin)
    ).run()
  }

  /// The latest first.
  func latest(_ limit: Int) throws(Failure) -> [AuditEntry] {
    try database.statement(
      """
      SELECT at_ms, actor, action, details FROM audit WHERE organisation = ?
      ORDER BY id DESC LIMIT ?
      """
    ).bind(owner, .integer(Int64(limit))).rows { (row) throws(Failure) in
      AuditEntry(
        atMS: row.time(0), actor: row.text(1), action: row.text(2),
        details: try JSON(stored: row.text(3), "audit entry"))
    }
  }
}
