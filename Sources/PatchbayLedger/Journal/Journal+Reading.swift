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
    try read("\(condition) LIMIT 1", value).first?.read()
  }

  /// Entries that refer to one: its settlement, or its reversals.
  package func entries(referringTo id: TransferID) throws(Failure) -> [Entry] {
    try read("WHERE refers = ? ORDER BY number", .blob(id.bytes))
      .map { (entry) throws(Failure) in try entry.read() }
  }

  /// Entries that are read at once.
  private static let stride = 100

  /// Gives each entry to the body, in order, as it is stored; of some periods, or of all. They are
  /// read part by part: the body may ask the database for something else.
  func forEachRaw(
    of periods: ClosedRange<String>? = nil, _ body: (RawEntry) throws(Failure) -> Void
  ) throws(Failure) {
    guard let periods else {
      return try forEachRaw(numbered: (Int64.min + 1)...Int64.max, body)
    }
    // One month after the other: each part is found by the index, however far it is.
    var next = try month(from: periods.lowerBound)
    while let period = next, period <= periods.upperBound {
      var (number, isOver) = (Int64.min, false)
      while !isOver {
        let entries = try read(
          "WHERE period = ? AND number > ? ORDER BY number LIMIT \(Self.stride)", .text(period),
          .integer(number))
        for entry in entries { try body(entry) }
        number = entries.last?.number ?? number
        isOver = entries.count < Self.stride
      }
      next = try month(from: period + "!")
    }
  }

  /// The first month with entries that is not before another.
  private func month(from period: String) throws(Failure) -> String? {
    try database.statement("SELECT min(period) FROM transfers WHERE period >= ?")
      .bind(.text(period)).first { $0.optionalText(0) } ?? nil
  }

  /// Gives each entry of some numbers to the body, in order, as it is stored.
  func forEachRaw(
    numbered numbers: ClosedRange<Int64>, _ body: (RawEntry) throws(Failure) -> Void
  ) throws(Failure) {
    var number = numbers.lowerBound - 1
    while number < numbers.upperBound {
      let entries = try read(
        "WHERE number > ? AND number <= ? ORDER BY number LIMIT \(Self.stride)", .integer(number),
        .integer(numbers.upperBound))
      for entry in entries { try body(entry) }
      guard let last = entries.last?.number else { return }
      number = last
    }
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

  /// Entries, by a condition with its values. Accounts that are not known yet are looked up behind
  /// a first reading: not every engine could do so while a statement stands on a row.
  private func read(_ condition: String, _ values: SQLValue...) throws(Failure) -> [RawEntry] {
    let statement = try database.statement("\(Self.columns) \(condition)")
    while true {
      var unknown: [(account: Int64, entry: Int64)] = []
      statement.bind(all: values)
      let entries = try statement.rows { row -> RawEntry? in
        let (debit, credit) = (row.integer(5), row.integer(6))
        guard let from = names[debit], let to = names[credit] else {
          unknown += [(debit, row.integer(0)), (credit, row.integer(0))]
          return nil
        }
        return RawEntry(
          number: row.integer(0), id: row.bytes(1), atMS: row.integer(2), period: row.text(3),
          kind: row.integer(4), debit: from, credit: to, amount: row.bytes(7), key: row.text(8),
          refers: row.bytes(9), expiresMS: row.optionalInteger(10), details: row.bytes(11),
          hash: row.bytes(12))
      }
      if unknown.isEmpty { return entries.compactMap { $0 } }
      for (id, entry) in unknown where try account(id) == nil { throw RawEntry.damaged(entry) }
    }
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
    let over = try rows(.held, "WHERE expires_ms <= ?", .integer(nowMS))
      .map { TransferID(bytes: $0.bytes("id")) }
    for id in over {
      guard let held = try heldEntry(id)?.transfer else { continue }
      try post(
        Transfer(
          .void, debit: held.debit, credit: held.credit, amount: 0, key: "expired:\(id)",
          refers: id), atMS: nowMS)
    }
    return over.count
  }
}
