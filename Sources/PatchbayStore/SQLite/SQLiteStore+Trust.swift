public import PatchbayCore
internal import PatchbayJSON

extension SQLiteStore {
  public func tier(of plugin: String) throws(Failure) -> String? {
    try hub.prepare("SELECT tier FROM trust WHERE plugin = ?").bind(.text(plugin))
      .first { $0.text(0) }
  }

  public func setTier(_ tier: String, of plugin: String, _ entry: AuditEntry) throws(Failure) {
    try hub.transaction { () throws(Failure) in
      try hub.prepare("INSERT OR REPLACE INTO trust (plugin, tier) VALUES (?, ?)")
        .bind(.text(plugin), .text(tier)).run()
      try hub.prepare("DELETE FROM crashes WHERE plugin = ?").bind(.text(plugin)).run()
      try note(entry)
    }
  }

  public func note(_ entry: AuditEntry) throws(Failure) {
    try hub.prepare(
      "INSERT INTO audit (at_ms, actor, action, details) VALUES (?, ?, ?, ?)"
    ).bind(
      .integer(entry.atMS), .text(entry.actor), .text(entry.action), .json(entry.details)
    ).run()
  }

  public func noteCrash(_ reason: String?, of plugin: String, sha256: String, nowMS: Int64)
    throws(Failure)
  {
    guard let reason else {
      try hub.prepare("DELETE FROM crashes WHERE plugin = ?").bind(.text(plugin)).run()
      return
    }
    try hub.prepare(
      """
      INSERT INTO crashes (plugin, sha256, count, reason, at_ms) VALUES (?1, ?2, 1, ?3, ?4)
      ON CONFLICT (plugin) DO UPDATE SET count = iif(sha256 = ?2, count, 0) + 1, sha256 = ?2,
        reason = ?3, at_ms = ?4
      """
    ).bind(.text(plugin), .text(sha256), .text(reason), .integer(nowMS)).run()
  }

  public func crashes(of plugin: String, sha256: String) throws(Failure)
    -> (count: Int64, reason: String)
  {
    try hub.prepare("SELECT count, reason FROM crashes WHERE plugin = ? AND sha256 = ?")
      .bind(.text(plugin), .text(sha256)).first { ($0.integer(0), $0.text(1)) } ?? (0, "")
  }

  public func auditLog(limit: Int) throws(Failure) -> [AuditEntry] {
    try hub.prepare(
      "SELECT at_ms, actor, action, details FROM audit ORDER BY id DESC LIMIT ?"
    ).bind(.integer(Int64(limit))).rows { (row) throws(Failure) in
      AuditEntry(
        atMS: row.integer(0), actor: row.text(1), action: row.text(2),
        details: try Self.stored(row.text(3), "audit entry"))
    }
  }
}
