package import PatchbayCore
internal import PatchbayJSON
internal import PatchbayStore

/// What a look at all of the books found.
public struct BookCheck: Sendable {
  public let entries: Int64
  public let periods: Int
  /// The first entry that is wrong, and how; `nil` where all is right.
  public let problem: (entry: Int64, what: String)?
}

extension Journal {
  /// Computes everything anew: each entry's hash, the sums of each account, the roots of closed
  /// periods, and the seals. Names the first entry that was changed, added, removed or moved.
  package func verify() throws(Failure) -> BookCheck {
    var walk = Walk()
    do throws(Failure) {
      try forEach { (entry) throws(Failure) in try walk.take(entry) }
    } catch {
      let number = error.params["entry"]?.integer ?? walk.number + 1
      return BookCheck(
        entries: walk.number, periods: 0,
        problem: (error.code == "ledger.broken" ? walk.broken : number, error.message))
    }
    let head = try readHead() ?? Head()
    if head.number != walk.number {
      let isShort = head.number > walk.number
      return BookCheck(
        entries: walk.number, periods: 0,
        problem: (
          min(head.number, walk.number) + 1,
          isShort
            ? "entries \(walk.number + 1) to \(head.number) are gone"
            : "entries from \(head.number + 1) on were added by somebody else"
        ))
    }
    let hasSeal = try sealHolds(head)
    let isSealed = head.number == 0 || hasSeal
    if head.hash != walk.hash || !isSealed {
      return BookCheck(
        entries: walk.number, periods: 0,
        problem: (walk.number, "the end of the books was not written by this hub"))
    }
    let wrongSums = try balanceProblem(walk)
    let wrongPeriod = try periodProblem(walk)
    if let problem = wrongSums ?? wrongPeriod {
      return BookCheck(entries: walk.number, periods: walk.leaves.count, problem: problem)
    }
    return BookCheck(entries: walk.number, periods: walk.leaves.count, problem: nil)
  }

  /// What is known after so many entries.
  private struct Walk {
    var number: Int64 = 0
    var hash = Entry.noHash
    var broken: Int64 = 0
    var debits: [Account: Micros] = [:]
    var credits: [Account: Micros] = [:]
    var held: [TransferID: Transfer] = [:]
    var leaves: [String: [[UInt8]]] = [:]

    mutating func take(_ entry: Entry) throws(Failure) {
      if entry.number != number + 1 {
        throw fail(number + 1, "entry \(number + 1) is gone: \(entry.number) follows \(number)")
      }
      if entry.expectedHash(after: hash) != entry.hash {
        throw fail(entry.number, "entry \(entry.number) is not what was written")
      }
      (number, hash) = (entry.number, entry.hash)
      leaves[entry.period, default: []].append(Merkle.leaf(entry.bytes))
      let transfer = entry.transfer
      switch transfer.kind {
      case .post, .settle:
        debits[transfer.debit, default: 0] += transfer.amount
        credits[transfer.credit, default: 0] += transfer.amount
        if let id = transfer.refers, transfer.kind == .settle { held[id] = nil }
      case .reserve: held[entry.id] = transfer
      case .void: if let id = transfer.refers { held[id] = nil }
      }
    }

    private mutating func fail(_ entry: Int64, _ text: String) -> Failure {
      broken = entry
      return Failure(.data, "ledger.broken", text)
    }
  }

  private func balanceProblem(_ walk: Walk) throws(Failure) -> (entry: Int64, what: String)? {
    var (heldDebits, heldCredits): ([Account: Micros], [Account: Micros]) = ([:], [:])
    for transfer in walk.held.values {
      heldDebits[transfer.debit, default: 0] += transfer.amount
      heldCredits[transfer.credit, default: 0] += transfer.amount
    }
    let rows = try database.prepare(
      "SELECT name, currency, debits, credits, held_debits, held_credits FROM accounts"
    ).bind().rows { ($0.text(0), $0.text(1), (2...5).map($0.bytes)) }
    for (name, code, sums) in rows {
      guard let currency = Currency(code) else { continue }
      let account = Account(name, currency)
      let wanted = [walk.debits, walk.credits, heldDebits, heldCredits].map { $0[account] ?? 0 }
      if sums.map({ Micros(bigEndian: $0) }) != wanted {
        return (walk.number, "the sums of \(account) are not those of its entries")
      }
    }
    return nil
  }

  private func periodProblem(_ walk: Walk) throws(Failure) -> (entry: Int64, what: String)? {
    for closed in try closedPeriods() {
      let leaves = walk.leaves[closed.period] ?? []
      if leaves.count != closed.count || MerkleTree(leaves).root != closed.root
        || !closed.isSealed
      {
        return (closed.lastNumber, "the closed period \(closed.period) has another root")
      }
    }
    return nil
  }
}

// MARK: Periods

/// A month that nothing is added to any more.
public struct ClosedPeriod: Sendable {
  public let period: String
  public let count: Int
  public let lastNumber: Int64
  /// The root over its entries, to be published.
  public let root: [UInt8]
  public let closedMS: Int64
  let isSealed: Bool
}

extension Journal {
  package func closedPeriods() throws(Failure) -> [ClosedPeriod] {
    try database.prepare(
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
    let earlier = try database.prepare(
      """
      SELECT min(period) FROM transfers
      WHERE period < ?1 AND period > coalesce((SELECT max(period) FROM periods), '')
      """
    ).bind(.text(period)).first { $0.optionalText(0) }
    if let open = earlier.flatMap({ $0 }) {
      throw Failure(
        .conflict, "ledger.period", "\(open) is still open", mend: "close it first")
    }
    var leaves: [[UInt8]] = []
    var last: Int64 = 0
    try forEach(of: period) { (entry) throws(Failure) in
      leaves.append(Merkle.leaf(entry.bytes))
      last = entry.number
    }
    let root = MerkleTree(leaves).root
    try database.prepare(
      """
      INSERT INTO periods (period, count, last_number, root, closed_ms, seal)
      VALUES (?, ?, ?, ?, ?, ?)
      """
    ).bind(
      .text(period), .integer(Int64(leaves.count)), .integer(last), .blob(root), .integer(nowMS),
      .blob(seal(last, Array(period.utf8) + root))
    ).run()
    setClosed(through: period)
    return ClosedPeriod(
      period: period, count: leaves.count, lastNumber: last, root: root, closedMS: nowMS,
      isSealed: true)
  }

  /// Where entries stand in the tree of their period: the leaves of it all.
  package func leaves(of period: String) throws(Failure) -> (numbers: [Int64], leaves: [[UInt8]]) {
    var found: (numbers: [Int64], leaves: [[UInt8]]) = ([], [])
    try forEach(of: period) { (entry) throws(Failure) in
      found.numbers.append(entry.number)
      found.leaves.append(Merkle.leaf(entry.bytes))
    }
    return found
  }
}
