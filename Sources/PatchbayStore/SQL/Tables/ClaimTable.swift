internal import PatchbayCore

/// Claims of one organisation.
struct ClaimTable {
  let database: any SQLConnection
  let organisation: Organisation

  private var owner: SQLValue { .text(organisation.name) }

  /// One statement, so that one of two that come at once gets it.
  func claim(_ scope: String, _ id: String, untilMS: Int64, nowMS: Int64) throws(Failure) -> Bool {
    guard untilMS > nowMS else {
      throw Failure(.bug, "claim.time", "a claim of “\(scope)” ends before it begins")
    }
    return try database.statement(
      """
      INSERT INTO claims (organisation, scope, id, until_ms) VALUES (?1, ?2, ?3, ?4)
      ON CONFLICT (organisation, scope, id) DO UPDATE SET until_ms = excluded.until_ms
      WHERE claims.until_ms <= ?5
      """
    ).bind(owner, .text(scope), .text(id), .integer(untilMS), .integer(nowMS)).run() == 1
  }

  private static let stride = 5_000

  func forget(nowMS: Int64) throws(Failure) -> Int64 {
    try database.statement(
      """
      DELETE FROM claims WHERE organisation = ?1 AND (scope, id) IN (
        SELECT scope, id FROM claims WHERE organisation = ?1 AND until_ms <= ?2
        LIMIT \(Self.stride))
      """
    ).bind(owner, .integer(nowMS)).run()
  }
}
