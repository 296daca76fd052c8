package import PatchbayCore
internal import PatchbayCrypto
internal import PatchbayStore

/// A month that nothing is added to any more.
package struct ClosedPeriod: Sendable {
  package let period: String
  package let count: Int
  package let lastNumber: Int64
  /// The root over its entries, to be published.
  package let root: [UInt8]
  package let closedMS: Int64
  let isSealed: Bool
}

extension Journal {
  package func closedPeriods() throws(Failure) -> [ClosedPeriod] {
    try database.statement(
      "SELECT period, count, last_number, root, closed_ms, seal FROM periods ORDER BY period"
    ).bind().rows {
      let (period, root) = ($0.text(0), $0.bytes(3))
      return ClosedPeriod(
        period: period, count: Int($0.integer(1)), lastNumber: $0.integer(2), root: root,
        closedMS: $0.integer(4),
        isSealed: $0.bytes(5) == seal($0.integer(2), Array(period.utf8) + root))
    }
  }

  /// Closes a month: nothing is added to it any more, and its root stands for all of it. Months
  /// close in their order, and not before they are over.
  package func close(_ period: String, nowMS: Int64) throws(Failure) -> ClosedPeriod {
    if let known = try closedPeriods().first(where: { $0.period == period }) { return known }
    if period >= Period.of(nowMS) {
      throw Failure(
        .conflict, "ledger.period", "\(period) is not over",
        mend: "close it when the month is over (UTC)")
    }
    let lastClosed = try closedPeriods().last?.period
    let first = try firstMonth()
    let next = lastClosed.map(Period.after) ?? first ?? period
    if period != next {
      throw Failure(
        .conflict, "ledger.period",
        period < next ? "\(period) is before all that is open" : "\(next) is still open",
        mend: "months close one after the other: the next is \(next)")
    }
    var (leaves, last): ([[UInt8]], Int64) = ([], 0)
    var balances = try closings(lastClosed ?? "")
    try forEachRaw(of: period...period) { (entry) throws(Failure) in
      leaves.append(entry.leaf)
      last = entry.number
      guard entry.isMovement else { return }
      balances[entry.debit, default: 0] -= entry.value
      balances[entry.credit, default: 0] += entry.value
    }
    let root = MerkleTree(leaves).root
    try database.statement(
      """
      INSERT INTO periods (period, count, last_number, root, closed_ms, seal)
      VALUES (?, ?, ?, ?, ?, ?)
      """
    ).bind(
      .text(period), .integer(Int64(leaves.count)), .integer(last), .blob(root), .integer(nowMS),
      .blob(seal(last, Array(period.utf8) + root))
    ).run()
    for (account, balance) in balances where balance != 0 {
      try database.statement("INSERT INTO closings (period, account, balance) VALUES (?, ?, ?)")
        .bind(.text(period), .integer(try cell(account).id), .blob(balance.bigEndianBytes)).run()
    }
    setClosed(through: period, root: root)
    return ClosedPeriod(
      period: period, count: leaves.count, lastNumber: last, root: root, closedMS: nowMS,
      isSealed: true)
  }

  /// The first month in which there is anything to close; `nil` in empty books.
  private func firstMonth() throws(Failure) -> String? {
    try database.statement(
      """
      SELECT min(first) FROM (
        SELECT min(period) AS first FROM transfers UNION ALL SELECT min(month) FROM quantities
      ) AS months
      """
    ).bind().first { $0.optionalText(0) } ?? nil
  }

  /// What accounts held at the end of a closed month; nothing for one that is not.
  func closings(_ period: String) throws(Failure) -> [Account: Micros] {
    let rows = try database.statement("SELECT account, balance FROM closings WHERE period = ?")
      .bind(.text(period)).rows { ($0.integer(0), Micros(bigEndian: $0.bytes(1))) }
    var found: [Account: Micros] = [:]
    for (id, balance) in rows {
      if let account = try account(id) { found[account] = balance }
    }
    return found
  }
}
