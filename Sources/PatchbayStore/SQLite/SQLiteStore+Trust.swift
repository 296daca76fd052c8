public import PatchbayCore
internal import PatchbayJSON

extension SQLiteStore {
  public func tier(of plugin: String) throws(Failure) -> String? {
    try database.prepare("SELECT tier FROM trust WHERE plugin = ?").bind(.text(plugin))
      .first { $0.text(0) }
  }

  public func setTier(_ tier: String, of plugin: String, _ entry: AuditEntry) throws(Failure) {
    try database.transaction { () throws(Failure) in
      try database.prepare("INSERT OR REPLACE INTO trust (plugin, tier) VALUES (?, ?)")
        .bind(.text(plugin), .text(tier)).run()
      try database.prepare(
        "INSERT INTO audit (at_ms, actor, action, details) VALUES (?, ?, ?, ?)"
      ).bind(
        .integer(entry.atMS), .text(entry.actor), .text(entry.action), .json(entry.details)
      ).run()
    }
  }

  public func auditLog(limit: Int) throws(Failure) -> [AuditEntry] {
    try database.prepare(
      "SELECT at_ms, actor, action, details FROM audit ORDER BY id DESC LIMIT ?"
    ).bind(.integer(Int64(limit))).rows { (row) throws(Failure) in
      AuditEntry(
        atMS: row.integer(0), actor: row.text(1), action: row.text(2),
        details: try Self.stored(row.text(3), "audit entry"))
    }
  }
}
