package import PatchbayCore
internal import PatchbayJSON
internal import PatchbayStore

extension Journal {
  private static let columns = """
    SELECT number, id, at_ms, period, kind, debit, credit, amount, key, refers, expires_ms,
      details, hash FROM transfers
    """

  func entry(number: Int64) throws(Failure) -> Entry? {
    try first("WHERE number = ?", .integer(number))
  }

  package func entry(key: String) throws(Failure) -> Entry? {
    try first("WHERE key = ?", .text(key))
  }

  package func entry(id: TransferID) throws(Failure) -> Entry? {
    try first("WHERE id = ?", .blob(id.bytes))
  }

  private func first(_ condition: String, _ value: SQLValue) throws(Failure) -> Entry? {
    try database.statement("\(Self.columns) \(condition)").bind(value).first(raw)?.read()
  }

  /// Entries that refer to one: its settlement, or its reversals.
  package func entries(referringTo id: TransferID) throws(Failure) -> [Entry] {
    let rows = try database.statement("\(Self.columns) WHERE refers = ? ORDER BY number")
      .bind(.blob(id.bytes)).rows(raw)
    return try rows.map { (row) throws(Failure) in try row.read() }
  }

  /// Gives each entry to the body, in order, as it is stored; of some periods, or of all.
  func forEachRaw(
    of periods: ClosedRange<String>? = nil, _ body: (RawEntry) throws(Failure) -> Void
  ) throws(Failure) {
    let statement = try database.ownStatement(
      periods == nil
        ? "\(Self.columns) ORDER BY number"
        : "\(Self.columns) WHERE period >= ? AND period <= ? ORDER BY period, number")
    if let periods { statement.bind(.text(periods.lowerBound), .text(periods.upperBound)) }
    while try statement.next() { try body(raw(statement)) }
  }

  /// Gives each entry to the body, in order.
  package func forEach(_ body: (Entry) throws(Failure) -> Void) throws(Failure) {
    try forEachRaw { (raw) throws(Failure) in try body(raw.read()) }
  }

  /// Gives each entry of some periods to the body that moves an account, by period and number.
  package func forEach(
    touching names: Set<String>, in periods: ClosedRange<String>,
    _ body: (Entry) throws(Failure) -> Void
  ) throws(Failure) {
    try forEachRaw(of: periods) { (raw) throws(Failure) in
      if names.contains(raw.debit.name) || names.contains(raw.credit.name) {
        try body(raw.read())
      }
    }
  }

  private func raw(_ row: any SQLRow) throws(Failure) -> RawEntry {
    guard let debit = try account(row.integer(5)), let credit = try account(row.integer(6)) else {
      throw RawEntry.damaged(row.integer(0))
    }
    return RawEntry(
      number: row.integer(0), id: row.bytes(1), atMS: row.integer(2), period: row.text(3),
      kind: row.integer(4), debit: debit, credit: credit, amount: row.bytes(7), key: row.text(8),
      refers: row.bytes(9), expiresMS: row.optionalInteger(10), details: row.bytes(11),
      hash: row.bytes(12))
  }

  func account(_ id: Int64) throws(Failure) -> Account? {
    if let known = names[id] { return known }
    let found = try database.statement("SELECT name, currency FROM accounts WHERE id = ?")
      .bind(.integer(id)).first { row in Currency(row.text(1)).map { Account(row.text(0), $0) } }
    if let account = found ?? nil { names[id] = account }
    return names[id]
  }

  /// Every account that there is.
  package func allAccounts() throws(Failure) -> [Account] {
    try database.statement("SELECT name, currency FROM accounts ORDER BY name, currency").bind()
      .rows { row in Currency(row.text(1)).map { Account(row.text(0), $0) } }.compactMap { $0 }
  }

  /// Reservations whose time is over end without anything.
  package func expire(nowMS: Int64) throws(Failure) -> Int {
    let over = try database.statement("SELECT id FROM held WHERE expires_ms <= ?")
      .bind(.integer(nowMS)).rows { TransferID(bytes: $0.bytes(0)) }
    for id in over {
      // What was written counts, not what stands beside it.
      guard let held = try entry(id: id)?.transfer, let end = held.expiresMS, end <= nowMS else {
        continue
      }
      try post(
        Transfer(
          .void, debit: held.debit, credit: held.credit, amount: 0, key: "expired:\(id)",
          refers: id), atMS: nowMS)
    }
    return over.count
  }
}
