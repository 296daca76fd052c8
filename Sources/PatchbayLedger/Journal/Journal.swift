package import PatchbayCore
internal import PatchbayJSON
internal import PatchbayStore

/// The books: one SQLite file with all transfers in their order, each with a hash over those
/// before. Used by one thread at a time; other processes wait for the lock that a batch holds.
package final class Journal {
  let database: Database
  /// What proves the last entry: without the key nobody can write another end.
  private let seal: Seal
  private let insert: Statement
  private let known: Statement
  private var accounts: [Account: AccountState] = [:]
  private var names: [Int64: Account] = [:]
  private var head = Head()
  /// What other processes wrote since is noticed by this.
  private var dataVersion: Int64 = -1

  /// Where the journal ends.
  struct Head: Equatable {
    var number: Int64 = 0
    var hash = Entry.noHash
    var lastMS: Int64 = 0
    var lastTail: UInt64 = 0
  }

  /// `key` is a secret of the hub, from which the seal is made.
  package init(path: String, key: [UInt8]) throws(Failure) {
    let database = try Database(path: path, mode: .readWrite)
    try database.execute(
      """
      PRAGMA journal_mode = WAL;
      PRAGMA synchronous = FULL;
      PRAGMA cache_size = -16000;
      """)
    try Self.makeSchema(database)
    self.database = database
    seal = Seal(key)
    insert = try database.makeStatement(
      """
      INSERT INTO transfers (number, id, at_ms, period, kind, debit, credit, amount, key, refers,
        expires_ms, details, hash) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)
      """)
    known = try database.makeStatement("SELECT number FROM transfers WHERE key = ?")
  }

  private static func makeSchema(_ database: Database) throws(Failure) {
    try database.transaction { () throws(Failure) in
      try database.execute(
        """
        CREATE TABLE IF NOT EXISTS accounts (
          id INTEGER PRIMARY KEY, name TEXT NOT NULL, currency TEXT NOT NULL,
          bound INTEGER NOT NULL DEFAULT 0, debits BLOB NOT NULL, credits BLOB NOT NULL,
          held_debits BLOB NOT NULL, held_credits BLOB NOT NULL, UNIQUE (name, currency)
        );
        CREATE TABLE IF NOT EXISTS transfers (
          number INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE, at_ms INTEGER NOT NULL,
          period TEXT NOT NULL, kind INTEGER NOT NULL, debit INTEGER NOT NULL,
          credit INTEGER NOT NULL, amount BLOB NOT NULL, key TEXT NOT NULL UNIQUE, refers BLOB,
          expires_ms INTEGER, details TEXT NOT NULL, hash BLOB NOT NULL
        );
        CREATE TABLE IF NOT EXISTS held (id BLOB PRIMARY KEY, expires_ms INTEGER) WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS head (
          one INTEGER PRIMARY KEY CHECK (one = 1), number INTEGER NOT NULL, hash BLOB NOT NULL,
          last_ms INTEGER NOT NULL, last_tail INTEGER NOT NULL, seal BLOB NOT NULL
        );
        CREATE TABLE IF NOT EXISTS periods (
          period TEXT PRIMARY KEY, count INTEGER NOT NULL, last_number INTEGER NOT NULL,
          root BLOB NOT NULL, closed_ms INTEGER NOT NULL, seal BLOB NOT NULL
        );
        CREATE INDEX IF NOT EXISTS transfers_period ON transfers (period, number);
        CREATE INDEX IF NOT EXISTS transfers_refers ON transfers (refers) WHERE refers IS NOT NULL;
        """)
    }
  }

  // MARK: Writing

  /// Runs the body in one transaction: all that it posts is on disk when this returns, or none of
  /// it is there.
  @discardableResult
  package func batch<R>(_ body: () throws(Failure) -> R) throws(Failure) -> R {
    do throws(Failure) {
      return try database.transaction { () throws(Failure) in
        try refresh()
        let before = head
        let result = try body()
        if head != before { try writeHead() }
        return result
      }
    } catch {
      // What is in memory may be ahead of what is on disk.
      dataVersion = -1
      throw error
    }
  }

  /// Posts a transfer within a batch. One with a known key is not posted again, and must be the
  /// same.
  @discardableResult
  package func post(_ transfer: Transfer, atMS: Int64, period: String? = nil) throws(Failure)
    -> Entry
  {
    if let number = try known.bind(.text(transfer.key)).first({ $0.integer(0) }),
      let old = try entry(number: number)
    {
      if old.transfer == transfer { return old }
      throw Failure(
        .conflict, "ledger.conflict",
        "“\(transfer.key)” is in the books already, with other content (entry \(number))",
        mend: "a correction is a reversal, and a new key")
    }
    try judge(transfer)
    let month = try openPeriod(period ?? String(Time.format(atMS).prefix(7)))
    let entry = try append(transfer, atMS, month)
    try apply(entry)
    return entry
  }

  private func append(_ transfer: Transfer, _ atMS: Int64, _ period: String) throws(Failure)
    -> Entry
  {
    let id = TransferID(atMS: max(atMS, head.lastMS), head.lastTail &+ 1)
    let draft = Entry(
      number: head.number + 1, id: id, atMS: atMS, period: period, transfer: transfer, hash: [])
    let hash = draft.expectedHash(after: head.hash)
    head.lastMS = max(atMS, head.lastMS)
    head.lastTail &+= 1
    head.number += 1
    head.hash = hash
    let (debit, credit) = (try state(transfer.debit), try state(transfer.credit))
    try insert.bind(
      .integer(draft.number), .blob(id.bytes), .integer(atMS), .text(period),
      .integer(transfer.kind.rawValue), .integer(debit.id), .integer(credit.id),
      .blob(transfer.amount.bigEndianBytes), .text(transfer.key),
      transfer.refers.map { .blob($0.bytes) } ?? .null, .integer(transfer.expiresMS),
      .text(JSON.object(transfer.details).text), .blob(hash)
    ).run()
    return Entry(
      number: draft.number, id: id, atMS: atMS, period: period, transfer: transfer, hash: hash)
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

  /// The period itself, or where that is closed, the first open one after it.
  private func openPeriod(_ wanted: String) throws(Failure) -> String {
    let last = try database.prepare("SELECT max(period) FROM periods").first {
      $0.optionalText(0)
    }
    guard let closed = last.flatMap({ $0 }), wanted <= closed else { return wanted }
    return Period.after(closed)
  }

  // MARK: Balances

  /// What an account holds, and what is set aside.
  struct AccountState {
    let id: Int64
    var bound: AccountBound
    var debits: Micros = 0
    var credits: Micros = 0
    var heldDebits: Micros = 0
    var heldCredits: Micros = 0
  }

  private func apply(_ entry: Entry) throws(Failure) {
    let transfer = entry.transfer
    switch transfer.kind {
    case .post:
      try change(transfer.debit) { $0.debits += transfer.amount }
      try change(transfer.credit) { $0.credits += transfer.amount }
    case .reserve:
      try change(transfer.debit) { $0.heldDebits += transfer.amount }
      try change(transfer.credit) { $0.heldCredits += transfer.amount }
      try database.prepare("INSERT INTO held (id, expires_ms) VALUES (?, ?)")
        .bind(.blob(entry.id.bytes), .integer(transfer.expiresMS)).run()
    case .settle, .void:
      let held = try reservation(transfer)
      try change(transfer.debit) {
        $0.heldDebits -= held.amount
        if transfer.kind == .settle { $0.debits += transfer.amount }
      }
      try change(transfer.credit) {
        $0.heldCredits -= held.amount
        if transfer.kind == .settle { $0.credits += transfer.amount }
      }
      try database.prepare("DELETE FROM held WHERE id = ?")
        .bind(.blob(transfer.refers?.bytes ?? [])).run()
    }
  }

  /// The reservation that a transfer ends; it must be open, and between the same accounts.
  private func reservation(_ transfer: Transfer) throws(Failure) -> Transfer {
    func refuse(_ text: String) -> Failure {
      Failure(
        .conflict, "ledger.reservation", "the transfer “\(transfer.key)” is refused: \(text)",
        mend: "reserve anew, and settle that")
    }
    guard let id = transfer.refers, let held = try entry(id: id)?.transfer, held.kind == .reserve
    else {
      throw refuse("it refers to no reservation")
    }
    let isOpen =
      try database.prepare("SELECT 1 FROM held WHERE id = ?").bind(.blob(id.bytes)).first { _ in
        true
      } ?? false
    if !isOpen { throw refuse("the reservation is settled, void, or its time is over") }
    if held.debit != transfer.debit || held.credit != transfer.credit {
      throw refuse("the reservation is between other accounts")
    }
    if transfer.kind == .settle && transfer.amount > held.amount {
      throw refuse(
        "it settles \(transfer.amount.decimalText) of a reservation of \(held.amount.decimalText)")
    }
    return held
  }

  private func change(_ account: Account, _ body: (inout AccountState) -> Void) throws(Failure) {
    var state = try state(account)
    body(&state)
    if let problem = state.bound.problem(state) {
      throw Failure(
        .budget, "ledger.bound", "\(account) \(problem)",
        mend: "wait for the next period, raise the limit, or spend less")
    }
    accounts[account] = state
    dirty.insert(account)
  }

  private var dirty: Set<Account> = []

  private func state(_ account: Account) throws(Failure) -> AccountState {
    if let state = accounts[account] { return state }
    let zero = Micros(0).bigEndianBytes
    try database.prepare(
      """
      INSERT INTO accounts (name, currency, debits, credits, held_debits, held_credits)
      VALUES (?1, ?2, ?3, ?3, ?3, ?3) ON CONFLICT DO NOTHING
      """
    ).bind(.text(account.name), .text(account.currency.code), .blob(zero)).run()
    let found = try database.prepare(
      "SELECT id, bound, debits, credits, held_debits, held_credits FROM accounts "
        + "WHERE name = ? AND currency = ?"
    ).bind(.text(account.name), .text(account.currency.code)).first(Self.accountState)
    guard let found else { throw Failure(.bug, "ledger.account", "\(account) is not there") }
    accounts[account] = found
    names[found.id] = account
    return found
  }

  private static func accountState(_ row: Statement) -> AccountState {
    AccountState(
      id: row.integer(0), bound: AccountBound(rawValue: row.integer(1)) ?? .none,
      debits: Micros(bigEndian: row.bytes(2)), credits: Micros(bigEndian: row.bytes(3)),
      heldDebits: Micros(bigEndian: row.bytes(4)), heldCredits: Micros(bigEndian: row.bytes(5)))
  }

  /// Says what an account may hold, from here on.
  package func setBound(_ bound: AccountBound, of account: Account) throws(Failure) {
    var state = try state(account)
    state.bound = bound
    accounts[account] = state
    try database.prepare("UPDATE accounts SET bound = ? WHERE id = ?")
      .bind(.integer(bound.rawValue), .integer(state.id)).run()
  }

  /// What an account holds: credits less debits.
  package func balance(_ account: Account) throws(Failure) -> Micros {
    let state = try state(account)
    return state.credits - state.debits
  }

  // MARK: The end of the journal

  private func writeHead() throws(Failure) {
    for account in dirty {
      guard let state = accounts[account] else { continue }
      try database.prepare(
        """
        UPDATE accounts SET debits = ?, credits = ?, held_debits = ?, held_credits = ? WHERE id = ?
        """
      ).bind(
        .blob(state.debits.bigEndianBytes), .blob(state.credits.bigEndianBytes),
        .blob(state.heldDebits.bigEndianBytes), .blob(state.heldCredits.bigEndianBytes),
        .integer(state.id)
      ).run()
    }
    dirty = []
    try database.prepare(
      """
      INSERT OR REPLACE INTO head (one, number, hash, last_ms, last_tail, seal)
      VALUES (1, ?, ?, ?, ?, ?)
      """
    ).bind(
      .integer(head.number), .blob(head.hash), .integer(head.lastMS),
      .integer(Int64(bitPattern: head.lastTail)), .blob(seal.of(head.number, head.hash))
    ).run()
  }

  /// Reads again what another process may have changed.
  private func refresh() throws(Failure) {
    let version = try database.prepare("PRAGMA data_version").bind().first { $0.integer(0) } ?? 0
    if version == dataVersion { return }
    accounts = [:]
    names = [:]
    dirty = []
    head = try readHead() ?? Head()
    dataVersion = version
  }

  func readHead() throws(Failure) -> Head? {
    try database.prepare("SELECT number, hash, last_ms, last_tail FROM head").bind().first {
      Head(
        number: $0.integer(0), hash: $0.bytes(1), lastMS: $0.integer(2),
        lastTail: UInt64(bitPattern: $0.integer(3)))
    }
  }

  func sealHolds(_ head: Head) throws(Failure) -> Bool {
    try database.prepare("SELECT seal FROM head").bind().first { $0.bytes(0) }
      == seal.of(head.number, head.hash)
  }

  func seal(_ number: Int64, _ bytes: [UInt8]) -> [UInt8] { seal.of(number, bytes) }
}
