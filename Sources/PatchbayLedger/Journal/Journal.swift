package import PatchbayCore
internal import PatchbayCrypto
internal import PatchbayJSON
package import PatchbayStore

/// The books: all transfers in their order, each with a hash over those before. Used by one thread
/// at a time; other processes wait for the lock that a batch holds.
package final class Journal {
  let database: any SQLConnection
  /// What proves the end of the books, and each row beside the entries: without the key nobody can
  /// write others.
  let seal: Seal
  private let insert: any SQLStatement
  private let known: any SQLStatement
  /// What is known of accounts since the last look at the file, and which of it is to be written.
  var accounts: [Account: AccountCell] = [:]
  var changed: [AccountCell] = []
  /// Accounts by their numbers: these never change.
  var names: [Int64: Account] = [:]
  private(set) var head = Head()
  /// Rises with each change: what other processes wrote since is noticed by this.
  private(set) var revision: Int64 = -1
  /// Count and root of each sealed table.
  var sums: [SealedTable: TableSum] = [:]
  /// The last entry of which there is a sealed mark.
  var markedUpTo: Int64 = 0
  /// What was found to be wrong: nothing is written any more.
  private var damage = ""
  private var schema: [UInt8] = []
  /// The connection's version of the schema that was found to be the sealed one.
  private var soundSchema: Int64?
  /// Whether the end, as it was read, is the hub's own.
  private var isProven = false
  /// The greatest number of an account, where it is known.
  var lastAccount: Int64?
  /// The last month that is closed, or nothing.
  private(set) var closedThrough = ""
  private var closedRoot: [UInt8] = []
  private var months = MonthNames()
  /// Prices that were written down.
  var knownPrices: Set<String> = []
  /// The billing policy that was read last.
  var knownPolicy: (number: Int64, policy: BillingPolicy)?

  /// Where the journal ends.
  struct Head: Equatable {
    var number: Int64 = 0
    var hash = Entry.noHash
    var lastMS: Int64 = 0
    var lastTail: UInt64 = 0
  }

  /// Opens (or makes) the books in one file, with a connection of their own. `key` is a secret of
  /// the hub, from which the seal is made.
  package convenience init(path: String, key: [UInt8]) throws(Failure) {
    try Rights.check(path, others: .mayNothing)
    try self.init(SQLiteConnection(atFullDurability: path), key: key)
  }

  /// Opens (or makes) the books in a database, whose connection nobody else uses and which has on
  /// disk what it committed.
  package init(_ database: any SQLConnection, key: [UInt8]) throws(Failure) {
    self.database = database
    seal = Seal(key)
    let isMoved = try LedgerForm(database: database, seal: seal).reach()
    insert = try database.ownStatement(
      """
      INSERT INTO transfers (number, id, at_ms, period, kind, debit, credit, amount, key, refers,
        expires_ms, details, hash) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)
      ON CONFLICT (key) DO NOTHING
      """)
    known = try database.ownStatement("SELECT number FROM transfers WHERE key = ?")
    // What the form of before could not prove is looked at as a whole, once.
    if isMoved { _ = try verifyAndLatch() }
  }

  // MARK: Writing

  /// Runs the body in one transaction: all that it posts is on disk when this returns, or none of
  /// it is there. A batch within a batch is a part of it.
  @discardableResult
  package func batch<R>(_ body: () throws(Failure) -> R) throws(Failure) -> R {
    if isInBatch { return try body() }
    isInBatch = true
    defer { isInBatch = false }
    do throws(Failure) {
      return try database.transaction { () throws(Failure) in
        try refresh()
        try checkEnd()
        let before = database.changeCount
        let result = try body()
        if database.changeCount != before { try writeHead() }
        return result
      }
    } catch {
      forget()
      throw error
    }
  }

  /// Runs a body that only reads: it sees one state of the books, whatever others write.
  package func snapshot<R>(_ body: () throws(Failure) -> R) throws(Failure) -> R {
    try database.snapshot { () throws(Failure) in
      try refresh()
      return try body()
    }
  }

  private var isInBatch = false

  /// Forgets all that is in memory: it may be ahead of what is on disk, and numbers that a batch
  /// gave to accounts and policies go to others after it failed.
  private func forget() {
    accounts = [:]
    changed = []
    names = [:]
    lastAccount = nil
    knownPrices = []
    knownPolicy = nil
    revision = -1
  }

  /// Posts a transfer within a batch. One with a known key is not posted again, and must be the
  /// same. What is refused changes nothing: the batch may go on.
  @discardableResult
  package func post(_ transfer: Transfer, atMS: Int64) throws(Failure) -> Entry {
    let wanted = months.name(of: atMS)
    let period = wanted > closedThrough ? wanted : Period.after(closedThrough)
    let id = TransferID(atMS: max(atMS, head.lastMS), head.lastTail &+ 1)
    var entry = Entry(
      number: head.number + 1, id: id, atMS: atMS, period: period, transfer: transfer, hash: [])
    var encoded = EntryBytes(RawEntry(entry), after: head.hash)
    entry.hash = encoded.seal()
    let (debit, credit) = (try cell(transfer.debit), try cell(transfer.credit))
    let added = try insert.run(
      encoded.bytes,
      [
        .integer(entry.number), .blob(encoded.id), .integer(atMS), .text(encoded.period),
        .integer(transfer.kind.rawValue), .integer(debit.id), .integer(credit.id),
        .blob(encoded.amount), .text(encoded.key),
        transfer.refers == nil ? .null : .blob(encoded.refers), .integer(transfer.expiresMS),
        .text(encoded.details), .blob(encoded.hash),
      ])
    if added == 0 { return try same(transfer) }
    do throws(Failure) {
      try judge(transfer)
      try apply(entry, debit, credit)
    } catch {
      try database.statement("DELETE FROM transfers WHERE number = ?").bind(.integer(entry.number))
        .run()
      throw error
    }
    head = Head(
      number: entry.number, hash: entry.hash, lastMS: max(atMS, head.lastMS),
      lastTail: head.lastTail &+ 1)
    return entry
  }

  /// The entry of a known key, which must say the same.
  private func same(_ transfer: Transfer) throws(Failure) -> Entry {
    let old = try entry(key: transfer.key)
    if let old, old.transfer == transfer { return old }
    throw Failure(
      .conflict, "ledger.conflict",
      "“\(transfer.key)” is in the books already, with other content (entry \(old?.number ?? 0))",
      mend: "a correction is a reversal, and a new key")
  }

  /// Whether something of this key was posted.
  package func has(_ key: String) throws(Failure) -> Bool {
    try known.bind(.text(key)).first { _ in true } ?? false
  }

  private func judge(_ transfer: Transfer) throws(Failure) {
    func refuse(_ code: String, _ text: String) -> Failure {
      Failure(
        .data, code, "the transfer “\(transfer.key)” is refused: \(text)",
        mend: "correct it, and post it again")
    }
    if transfer.amount < 0
      || (transfer.amount == 0 && transfer.kind != .void && transfer.kind != .settle)
    {
      throw refuse("ledger.amount", "its amount is \(transfer.amount.decimalText)")
    }
    if transfer.amount >> 120 != 0 { throw refuse("ledger.amount", "its amount is too great") }
    if transfer.debit.currency != transfer.credit.currency {
      throw refuse(
        "ledger.currency", "it goes from \(transfer.credit.currency) to \(transfer.debit.currency)")
    }
    if transfer.debit == transfer.credit {
      throw refuse("ledger.accounts", "both of its accounts are \(transfer.debit)")
    }
  }

  // MARK: The end of the journal

  private func writeHead() throws(Failure) {
    try writeChanged()
    try markEnd()
    revision += 1
    try end.write(to: database, seal)
  }

  /// The end as it is in memory.
  private var end: JournalEnd {
    JournalEnd(
      head: head, revision: revision, closed: (closedThrough, closedRoot), schema: schema,
      damage: damage, sums: sums)
  }

  /// Reads again what another process may have changed.
  private func refresh() throws(Failure) {
    let latest = try database.statement("SELECT revision FROM head").bind().first { $0.integer(0) }
    if latest ?? 0 == revision { return }
    accounts = [:]
    changed = []
    lastAccount = nil
    let stored = try JournalEnd.read(database, seal)
    let end = stored?.end ?? JournalEnd()
    isProven = stored?.isSealed ?? false
    if schema != end.schema { soundSchema = nil }
    (head, damage, sums, schema) = (end.head, end.damage, end.sums, end.schema)
    (closedThrough, closedRoot) = end.closed
    markedUpTo = try lastMark()
    revision = latest ?? 0
  }

  /// Reads the end as it is stored, whatever is in memory. Must not be called within a batch.
  func reread() throws(Failure) {
    forget()
    try refresh()
  }

  /// Before anything is written: the end must be the hub's own, and the tables' form, and the last
  /// entry must be the one at which the books end.
  private func checkEnd() throws(Failure) {
    if let problem = try endProblem(trusting: soundSchema) { throw Self.damaged(problem) }
    if !damage.isEmpty { throw Self.damaged(damage) }
  }

  /// What is wrong with the end as it is stored; `nil` where nothing is. The schema is looked at
  /// unless the connection still works by a version of it that was sound.
  func endProblem(trusting sound: Int64? = nil) throws(Failure) -> String? {
    if !isProven { return "the end of the books was not written by this hub" }
    let version = try database.schemaVersion()
    if version == nil || version != sound {
      if schema != Digest.sha256(try database.describedSchema()) {
        return "a table, an index, a trigger or a view was added, changed or removed"
      }
      soundSchema = version
    }
    let last = try database.statement(
      "SELECT number, hash FROM transfers ORDER BY number DESC LIMIT 1"
    ).bind().first { ($0.integer(0), $0.bytes(1)) }
    let (number, hash) = last ?? (0, Entry.noHash)
    if number < head.number { return "entries \(number + 1) to \(head.number) are gone" }
    if number > head.number {
      return "entries from \(head.number + 1) on were added by somebody else"
    }
    return hash == head.hash ? nil : "entry \(number) is not what was written"
  }

  /// What a look at all of the books found before.
  var knownDamage: String? { damage.isEmpty ? nil : damage }

  /// Remembers under the seal that the books are damaged, so that nothing is written to them by
  /// whoever does not look at all of them. Books whose end does not hold refuse that anyway.
  func latch(_ problem: String) throws(Failure) {
    defer { forget() }
    try database.transaction { () throws(Failure) in
      try reread()
      guard isProven, damage.isEmpty else { return }
      damage = problem
      revision += 1
      try end.write(to: database, seal)
    }
  }

  /// No entry goes to a month up to this one any more.
  func setClosed(through period: String, root: [UInt8]) {
    (closedThrough, closedRoot) = (period, root)
  }
}
