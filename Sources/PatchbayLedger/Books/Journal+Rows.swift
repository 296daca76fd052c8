internal import PatchbayCore
internal import PatchbayStore

/// The only way to the rows of sealed tables: what is read was sealed, and what is written is
/// sealed and goes into the sum of its table.
extension Journal {
  // MARK: Reading

  /// Rows, by a condition with its values and an order; each as it was sealed.
  func rows(_ table: SealedTable, _ condition: String = "", _ values: SQLValue...) throws(Failure)
    -> [SealedRow]
  {
    try rows(table, condition, all: values)
  }

  func rows(_ table: SealedTable, _ condition: String, all values: [SQLValue]) throws(Failure)
    -> [SealedRow]
  {
    let found = try stored(table, condition, values)
    for row in found { try check(row) }
    return found
  }

  /// The row of a key, or `nil`.
  func row(_ table: SealedTable, _ key: SQLValue...) throws(Failure) -> SealedRow? {
    try row(table, key: key[...])
  }

  private func row(_ table: SealedTable, key: ArraySlice<SQLValue>) throws(Failure) -> SealedRow? {
    let found = try stored(table, "WHERE \(table.statements.isKey)", Array(key)).first
    if let found { try check(found) }
    return found
  }

  /// Rows as they are stored, whoever wrote them.
  func stored(_ table: SealedTable, _ condition: String = "", _ values: [SQLValue] = [])
    throws(Failure) -> [SealedRow]
  {
    var found: [SealedRow] = []
    try forEachStored(table, condition, values) { found.append($0) }
    return found
  }

  /// Gives each row to the body as it is stored: of a table of millions, one is in memory.
  func forEachStored(
    _ table: SealedTable, _ condition: String = "", _ values: [SQLValue] = [],
    _ body: (SealedRow) -> Void
  ) throws(Failure) {
    let columns = table.columns
    let statement = try database.statement("\(table.statements.select) \(condition)")
    statement.bind(all: values)
    _ = try statement.rows { row in
      body(
        SealedRow(
          table: table, values: columns.indices.map { row.value(Int32($0)) },
          seal: row.bytes(Int32(columns.count))))
    }
  }

  /// Whether a row is as the hub wrote it.
  func isSealed(_ row: SealedRow) -> Bool { seal.of(row.table, row.values) == row.seal }

  private func check(_ row: SealedRow) throws(Failure) {
    if isSealed(row) { return }
    throw Self.damaged("\(row.name) in \(row.table.rawValue) is not what was written")
  }

  static func damaged(_ what: String) -> Failure {
    Failure(
      .data, "ledger.damaged", "the books were changed by other hands: \(what)",
      mend: "nothing is written to them any more; restore ledger.db from a backup: patchbay ledger "
        + "verify says whether that one is sound")
  }

  // MARK: Writing

  /// Adds a row, given by the columns of its table. Returns `false`, and changes nothing, where
  /// there is one of its key.
  @discardableResult
  func insert(_ table: SealedTable, _ values: [SQLValue]) throws(Failure) -> Bool {
    let mark = seal.of(table, values)
    let statement = try database.statement(table.statements.insert)
    statement.bind(all: values + [.blob(mark)])
    if try statement.run() == 0 { return false }
    sums[table, default: TableSum()].add(seal.element(ofSeal: mark))
    return true
  }

  /// Adds a row, or puts it in the place of the one of its key.
  func put(_ table: SealedTable, _ values: [SQLValue]) throws(Failure) {
    if let old = try row(table, key: values.prefix(table.keySize)) {
      try replace(old, with: values)
    } else if try !insert(table, values) {
      throw Failure(.bug, "ledger.row", "a row of \(table.rawValue) is there and is not found")
    }
  }

  /// Changes columns of a row that was read.
  func update(_ row: SealedRow, _ changes: (column: String, value: SQLValue)...) throws(Failure) {
    try replace(row, with: row.with(changes))
  }

  /// Returns the row as it is then.
  @discardableResult
  func replace(_ row: SealedRow, with values: [SQLValue]) throws(Failure) -> SealedRow {
    if row.values == values { return row }
    let table = row.table
    let mark = seal.of(table, values)
    let statement = try database.statement(table.statements.update)
    statement.bind(
      all: Array(values.dropFirst(table.keySize)) + [.blob(mark)] + row.key + [.blob(row.seal)])
    guard try statement.run() == 1 else {
      throw Failure(.bug, "ledger.row", "\(row.name) in \(table.rawValue) was changed meanwhile")
    }
    sums[table, default: TableSum()].remove(seal.element(ofSeal: row.seal))
    sums[table, default: TableSum()].add(seal.element(ofSeal: mark))
    return SealedRow(table: table, values: values, seal: mark)
  }

  /// Removes rows that were read.
  func remove(_ rows: [SealedRow]) throws(Failure) {
    for row in rows {
      let statement = try database.statement(row.table.statements.delete)
      statement.bind(all: Array(row.key) + [.blob(row.seal)])
      guard try statement.run() == 1 else {
        throw Failure(.bug, "ledger.row", "\(row.name) in \(row.table.rawValue) is gone")
      }
      sums[row.table, default: TableSum()].remove(seal.element(ofSeal: row.seal))
    }
  }

  /// The next number of a table whose rows have numbers.
  func nextNumber(_ table: SealedTable) throws(Failure) -> Int64 {
    let key = table.columns[0]
    let last = try database.statement("SELECT coalesce(max(\(key)), 0) FROM \(table.rawValue)")
      .bind().first { $0.integer(0) }
    return (last ?? 0) + 1
  }
}
