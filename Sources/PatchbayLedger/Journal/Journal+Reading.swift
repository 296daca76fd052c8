package import PatchbayCore
internal import PatchbayJSON
internal import PatchbayStore

extension Journal {
  private static let columns = """
    SELECT number, transfers.id, at_ms, period, kind, d.name, d.currency, c.name, c.currency,
      amount, key, refers, expires_ms, details, hash
    FROM transfers JOIN accounts d ON d.id = debit JOIN accounts c ON c.id = credit
    """

  func entry(number: Int64) throws(Failure) -> Entry? {
    try database.prepare("\(Self.columns) WHERE number = ?").bind(.integer(number))
      .first(Self.entry)
  }

  package func entry(id: TransferID) throws(Failure) -> Entry? {
    try database.prepare("\(Self.columns) WHERE transfers.id = ?").bind(.blob(id.bytes))
      .first(Self.entry)
  }

  /// Entries that refer to one: its settlement, or its reversals.
  package func entries(referringTo id: TransferID) throws(Failure) -> [Entry] {
    try database.prepare("\(Self.columns) WHERE refers = ? ORDER BY number").bind(.blob(id.bytes))
      .rows(Self.entry)
  }

  /// Gives each entry to the body, in order; of one period, or of all.
  package func forEach(of period: String? = nil, _ body: (Entry) throws(Failure) -> Void)
    throws(Failure)
  {
    let statement = try database.makeStatement(
      period == nil
        ? "\(Self.columns) ORDER BY number" : "\(Self.columns) WHERE period = ? ORDER BY number")
    if let period { statement.bind(.text(period)) }
    while try statement.next() { try body(Self.entry(statement)) }
  }

  /// Entries up to and with a number that move an account.
  package func forEach(
    touching names: [String], in periods: ClosedRange<String>,
    _ body: (Entry) throws(Failure) -> Void
  ) throws(Failure) {
    let list = names.map { SQLText.literal($0) }.joined(separator: ", ")
    let statement = try database.makeStatement(
      "\(Self.columns) WHERE (d.name IN (\(list)) OR c.name IN (\(list))) "
        + "AND period >= ? AND period <= ? ORDER BY number")
    statement.bind(.text(periods.lowerBound), .text(periods.upperBound))
    while try statement.next() { try body(Self.entry(statement)) }
  }

  private static func entry(_ row: Statement) throws(Failure) -> Entry {
    func account(_ name: Int32) throws(Failure) -> Account {
      guard let currency = Currency(row.text(name + 1)) else { throw damaged(row) }
      return Account(row.text(name), currency)
    }
    guard let kind = Transfer.Kind(rawValue: row.integer(4)) else { throw damaged(row) }
    let details: JSON
    do {
      details = try JSON(reading: row.text(13))
    } catch {
      throw damaged(row)
    }
    let transfer = Transfer(
      kind, debit: try account(5), credit: try account(7),
      amount: Micros(bigEndian: row.bytes(9)), key: row.text(10),
      refers: row.isNull(11) ? nil : TransferID(bytes: row.bytes(11)),
      expiresMS: row.optionalInteger(12), details: details.object ?? JSONObject())
    return Entry(
      number: row.integer(0), id: TransferID(bytes: row.bytes(1)), atMS: row.integer(2),
      period: row.text(3), transfer: transfer, hash: row.bytes(14))
  }

  private static func damaged(_ row: Statement) -> Failure {
    Failure(
      .data, "ledger.damaged", "entry \(row.integer(0)) cannot be read",
      mend: "find out what changed it: patchbay ledger verify; restore a backup",
      params: JSONObject([.init("entry", .integer(row.integer(0)))]))
  }

  /// Every account that there is.
  package func allAccounts() throws(Failure) -> [Account] {
    try database.prepare("SELECT name, currency FROM accounts ORDER BY name, currency").bind()
      .rows { row in Currency(row.text(1)).map { Account(row.text(0), $0) } }.compactMap { $0 }
  }

  /// Reservations whose time is over end without anything.
  package func expire(nowMS: Int64) throws(Failure) -> Int {
    let over = try database.prepare("SELECT id FROM held WHERE expires_ms <= ?")
      .bind(.integer(nowMS)).rows { TransferID(bytes: $0.bytes(0)) }
    for id in over {
      guard let held = try entry(id: id)?.transfer else { continue }
      try post(
        Transfer(
          .void, debit: held.debit, credit: held.credit, amount: 0, key: "expired:\(id)",
          refers: id), atMS: nowMS)
    }
    return over.count
  }
}

enum SQLText {
  static func literal(_ text: String) -> String {
    "'" + text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "''") + "'"
  }
}
