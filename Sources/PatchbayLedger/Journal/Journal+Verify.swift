package import PatchbayCore
internal import PatchbayCrypto
internal import PatchbayJSON
internal import PatchbayStore

/// What a look at all of the books found.
package struct BookCheck: Sendable {
  package let entries: Int64
  package let periods: Int
  /// The first entry that is wrong, and how; `nil` where all is right.
  package let problem: (entry: Int64, what: String)?
}

extension Journal {
  /// Computes everything anew: each entry's hash, the sums of each account, the roots of closed
  /// periods, the seal of each row and the root of each table. Names the first entry that was
  /// changed, added, removed or moved. Must not be called within a batch.
  package func verify() throws(Failure) -> BookCheck {
    try reread()
    var walk = Walk()
    do throws(Failure) {
      try forEachRaw { (entry) throws(Failure) in try walk.take(entry) }
    } catch {
      // That it could not be read just now says nothing of what is there.
      guard ["ledger.broken", "ledger.damaged"].contains(error.code) else { throw error }
      let number = error.params["entry"]?.integer ?? walk.number + 1
      return BookCheck(
        entries: walk.number, periods: 0,
        problem: (error.code == "ledger.broken" ? walk.broken : number, error.message))
    }
    var problem = try endProblem().map { (walk.number, $0) }
    if problem == nil { problem = try bookProblem(walk) }
    if problem == nil, let known = knownDamage { problem = (walk.number, "found before: \(known)") }
    return BookCheck(
      entries: walk.number, periods: walk.leaves.count, problem: problem.map { ($0.0, $0.1) })
  }

  /// Looks at all of the books, and remembers under their seal what is wrong: from then on nothing
  /// is written to them. Must not be called within a batch.
  package func verifyAndLatch() throws(Failure) -> BookCheck {
    let check = try snapshot { () throws(Failure) in try verify() }
    if let problem = check.problem { try latch(problem.what) }
    return check
  }

  /// A batch on books that were looked at as a whole, by the same transaction: for what a customer
  /// is asked to pay by, and a partner is paid by. What is wrong is remembered, and nothing done.
  package func verifiedBatch<R>(_ body: () throws(Failure) -> R) throws(Failure) -> R {
    var found: String?
    do throws(Failure) {
      return try batch { () throws(Failure) in
        found = try verify().problem?.what
        if let found { throw Self.damaged(found) }
        return try body()
      }
    } catch {
      if let found { try latch(found) }
      throw error
    }
  }

  private func bookProblem(_ walk: Walk) throws(Failure) -> (entry: Int64, what: String)? {
    if head.hash != walk.hash || head.number != walk.number {
      return (walk.number, "the entries do not lead to the end of the books")
    }
    if let problem = try tableProblem() { return (walk.number, problem) }
    if let problem = try balanceProblem(walk) { return problem }
    if let problem = try periodProblem(walk) { return problem }
    return try documentProblem().map { (walk.number, $0) }
  }

  /// The first row of any table that is not as it was sealed, or the first table that has not the
  /// rows that it had.
  private func tableProblem() throws(Failure) -> String? {
    for table in SealedTable.allCases {
      var (sum, wrong): (TableSum, String?) = (TableSum(), nil)
      try forEachStored(table) { row in
        if wrong == nil && !isSealed(row) { wrong = row.name }
        sum.add(seal.element(ofSeal: row.seal))
      }
      if let wrong { return "\(wrong) in \(table.rawValue) is not what was written" }
      let wanted = sums[table] ?? TableSum()
      if sum.rows != wanted.rows {
        return "\(table.rawValue) has \(sum.rows) rows, and \(wanted.rows) were written"
      }
      if sum != wanted { return "rows of \(table.rawValue) are those of another time" }
    }
    return nil
  }

  /// What is known after so many entries.
  private struct Walk {
    var number: Int64 = 0
    var hash = Entry.noHash
    var broken: Int64 = 0
    var debits: [Account: Micros] = [:]
    var credits: [Account: Micros] = [:]
    var held: [[UInt8]: RawEntry] = [:]
    var leaves: [String: [[UInt8]]] = [:]
    /// What each month changed of each account.
    var changes: [String: [Account: Micros]] = [:]

    mutating func take(_ entry: RawEntry) throws(Failure) {
      if entry.number != number + 1 {
        throw fail(number + 1, "entry \(number + 1) is gone: \(entry.number) follows \(number)")
      }
      // No reservation ends at the beginning of 1970: that is how one without an end is hashed.
      if entry.expectedHash(after: hash) != entry.hash || entry.expiresMS == 0 {
        throw fail(entry.number, "entry \(entry.number) is not what was written")
      }
      (number, hash) = (entry.number, entry.hash)
      leaves[entry.period, default: []].append(entry.leaf)
      switch Transfer.Kind(rawValue: entry.kind) {
      case .post, .settle:
        // Entries that were forged may be of any amount.
        debits[entry.debit, default: 0] &+= entry.value
        credits[entry.credit, default: 0] &+= entry.value
        changes[entry.period, default: [:]][entry.debit, default: 0] &-= entry.value
        changes[entry.period, default: [:]][entry.credit, default: 0] &+= entry.value
        if entry.kind == Transfer.Kind.settle.rawValue { held[entry.refers] = nil }
      case .reserve: held[entry.id] = entry
      case .void: held[entry.refers] = nil
      case nil: throw fail(entry.number, "entry \(entry.number) is of no kind")
      }
    }

    private mutating func fail(_ entry: Int64, _ text: String) -> Failure {
      broken = entry
      return Failure(.data, "ledger.broken", text)
    }
  }

  private func balanceProblem(_ walk: Walk) throws(Failure) -> (entry: Int64, what: String)? {
    var (heldDebits, heldCredits): ([Account: Micros], [Account: Micros]) = ([:], [:])
    for entry in walk.held.values {
      heldDebits[entry.debit, default: 0] &+= entry.value
      heldCredits[entry.credit, default: 0] &+= entry.value
    }
    let open = try database.statement("SELECT id FROM held").bind().rows { $0.bytes(0) }
    if Set(open) != Set(walk.held.keys) {
      return (walk.number, "what is set aside is not what its entries say")
    }
    let known = Set(try allAccounts())
    for account in Set(walk.debits.keys).union(walk.credits.keys) where !known.contains(account) {
      return (walk.number, "the account \(account) is gone")
    }
    let rows = try database.statement(
      "SELECT name, currency, debits, credits, held_debits, held_credits FROM accounts"
    ).bind().rows { ($0.text(0), $0.text(1), (2...5).map($0.bytes)) }
    for (name, code, sums) in rows {
      guard let currency = Currency(code) else {
        return (walk.number, "“\(code)” is no currency of an account")
      }
      let account = Account(name, currency)
      let wanted = [walk.debits, walk.credits, heldDebits, heldCredits].map { $0[account] ?? 0 }
      if sums.map({ Micros(bigEndian: $0) }) != wanted {
        return (walk.number, "the sums of \(account) are not those of its entries")
      }
    }
    return nil
  }

  private func periodProblem(_ walk: Walk) throws(Failure) -> (entry: Int64, what: String)? {
    var sums: [Account: Micros] = [:]
    for closed in try closedPeriods() {
      let leaves = walk.leaves[closed.period] ?? []
      if leaves.count != closed.count || MerkleTree(leaves).root != closed.root {
        return (closed.lastNumber, "the closed period \(closed.period) has another root")
      }
      for (account, change) in walk.changes[closed.period] ?? [:] {
        sums[account, default: 0] &+= change
      }
      let kept = try closings(closed.period)
      if kept != sums.filter({ $0.value != 0 }) {
        return (closed.lastNumber, "the balances at the end of \(closed.period) are others")
      }
    }
    return nil
  }
}
