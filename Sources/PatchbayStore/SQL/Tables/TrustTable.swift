internal import PatchbayCore

/// Trust in plugins, and their crashes in one organisation.
struct TrustTable {
  let database: any SQLConnection
  let organisation: Organisation

  private var owner: SQLValue { .text(organisation.name) }

  func decision(on plugin: String) throws(Failure) -> TrustDecision? {
    try database.statement("SELECT tier, sha256 FROM trust WHERE plugin = ?").bind(.text(plugin))
      .first { TrustDecision($0.text(0), sha256: $0.isNull(1) ? nil : $0.text(1)) }
  }

  /// Within a transaction. What it did wrong is forgiven, in every organisation.
  func set(_ decision: TrustDecision, on plugin: String) throws(Failure) {
    try database.statement(database.dialect.upsert("trust", keys: ["plugin"], ["tier", "sha256"]))
      .bind(
        .text(plugin), .text(decision.tier), decision.sha256.map { .text($0) } ?? .null
      ).run()
    try database.statement("DELETE FROM crashes WHERE plugin = ?").bind(.text(plugin)).run()
  }

  func noteCrash(_ reason: String?, of plugin: String, sha256: String, nowMS: Int64)
    throws(Failure)
  {
    guard let reason else {
      try database.statement("DELETE FROM crashes WHERE organisation = ? AND plugin = ?")
        .bind(owner, .text(plugin)).run()
      return
    }
    try database.statement(
      """
      INSERT INTO crashes (organisation, plugin, sha256, count, reason, at_ms)
      VALUES (?, ?, ?, 1, ?, ?)
      ON CONFLICT (organisation, plugin) DO UPDATE SET
        count = CASE WHEN crashes.sha256 = excluded.sha256 THEN crashes.count ELSE 0 END + 1,
        sha256 = excluded.sha256, reason = excluded.reason, at_ms = excluded.at_ms
      """
    ).bind(owner, .text(plugin), .text(sha256), .text(reason), .integer(nowMS)).run()
  }

  func crashes(of plugin: String, sha256: String) throws(Failure)
    -> (count: Int64, reason: String)
  {
    try database.statement(
      "SELECT count, reason FROM crashes WHERE organisation = ? AND plugin = ? AND sha256 = ?"
    ).bind(owner, .text(plugin), .text(sha256)).first { ($0.count(0), $0.text(1)) } ?? (0, "")
  }
}
