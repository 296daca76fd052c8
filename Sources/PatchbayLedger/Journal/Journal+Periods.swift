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
}

extension Journal {
  package func closedPeriods() throws(Failure) -> [ClosedPeriod] {
    try rows(.periods, "ORDER BY period").map {
      ClosedPeriod(
        period: $0.text("period"), count: Int(clamping: $0.integer("count")),
        lastNumber: $0.integer("last_number"), root: $0.bytes("root"),
        closedMS: $0.integer("closed_ms"))
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
    let next = try nextToClose() ?? period
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
    try insert(
      .periods,
      [
        .text(period), .integer(Int64(leaves.count)), .integer(last), .blob(root), .integer(nowMS),
      ])
    for (account, balance) in balances where balance != 0 {
      try insert(
        .closings, [.text(period), .integer(try cell(account).id), .micros(balance)])
    }
    try line(period)
    setClosed(through: period, root: root)
    return ClosedPeriod(
      period: period, count: leaves.count, lastNumber: last, root: root, closedMS: nowMS)
  }

  /// The month that closes next; `nil` in empty books.
  func nextToClose() throws(Failure) -> String? {
    closedThrough.isEmpty ? try firstMonth() : Period.after(closedThrough)
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
    var found: [Account: Micros] = [:]
    for row in try rows(.closings, "WHERE period = ?", .text(period)) {
      let (id, balance) = (row.integer("account"), row.micros("balance"))
      if let account = try account(id) { found[account] = balance }
    }
    return found
  }
}
