internal import PatchbayCore
internal import PatchbayStore

/// Tables of which each row has a seal: who has the file and not the key can change none of them
/// without being found out.
enum SealedTable: String, CaseIterable {
  case documents, lots, payouts, policies, proposals

  /// A row with all that it says.
  struct Row {
    /// What tells it from the others.
    let key: String
    let values: [SQLValue]
  }

  private var columns: [String] {
    switch self {
    case .documents:
      [
        "number", "kind", "customer", "currency", "period", "json", "sha256", "paid", "carry",
        "refunded",
      ]
    case .lots: ["invoice", "party", "currency", "amount", "stage", "since_ms", "moves", "payout"]
    case .payouts:
      ["batch", "item", "party", "currency", "gross", "withheld", "account", "status", "at_ms"]
    case .policies: ["number", "at_ms", "sha256", "json"]
    case .proposals:
      [
        "number", "at_ms", "by", "debit", "credit", "currency", "amount", "reason", "status",
        "decided_by",
      ]
    }
  }

  /// How many columns, from the first, make the key.
  private var keySize: Int {
    switch self {
    case .documents, .policies, .proposals: 1
    case .lots, .payouts: 2
    }
  }

  func rows(
    in database: any SQLConnection, where condition: String = "1 = 1", _ values: [SQLValue] = []
  ) throws(Failure) -> [Row] {
    let statement = try database.statement(
      "SELECT \(columns.joined(separator: ", ")) FROM \(rawValue) WHERE \(condition)")
    statement.bind(all: values)
    return try statement.rows { row in
      let values = columns.indices.map { row.value(Int32($0)) }
      let key = (0..<keySize).map { row.text(Int32($0)) }.joined(separator: "/")
      return Row(key: key, values: values)
    }
  }

  /// What is sealed: the table's name, and each value so that it is told from every other.
  func bytes(of row: Row) -> [UInt8] {
    var bytes = Array(rawValue.utf8)
    bytes.append(0x1F)
    for value in row.values { value.append(to: &bytes) }
    return bytes
  }

  func seals(in database: any SQLConnection) throws(Failure) -> [String: [UInt8]] {
    let rows = try database.statement("SELECT key, seal FROM seals WHERE name = ?")
      .bind(.text(rawValue)).rows { ($0.text(0), $0.bytes(1)) }
    return Dictionary(rows) { first, _ in first }
  }

  func keep(_ seal: [UInt8], of row: Row, in database: any SQLConnection) throws(Failure) {
    try database.statement(
      """
      INSERT INTO seals (name, key, seal) VALUES (?, ?, ?)
      ON CONFLICT (name, key) DO UPDATE SET seal = excluded.seal
      """
    ).bind(.text(rawValue), .text(row.key), .blob(seal)).run()
  }
}

extension Journal {
  /// Seals the rows that a batch wrote.
  func sealRows(_ table: SealedTable, where condition: String, _ values: SQLValue...)
    throws(Failure)
  {
    for row in try table.rows(in: database, where: condition, values) {
      try table.keep(seal(0, table.bytes(of: row)), of: row, in: database)
    }
  }

  /// Refuses to go on with rows that somebody else changed.
  func checkSeals(_ tables: SealedTable...) throws(Failure) {
    guard let problem = try sealProblem(tables) else { return }
    throw Failure(
      .data, "ledger.damaged", "the books were changed by other hands: \(problem)",
      mend: "restore ledger.db from a backup: patchbay ledger verify says whether it is sound")
  }

  /// The first row that is not as it was sealed, or how many are gone.
  func sealProblem(_ tables: [SealedTable] = SealedTable.allCases) throws(Failure) -> String? {
    for table in tables {
      let rows = try table.rows(in: database)
      let seals = try table.seals(in: database)
      if let row = rows.first(where: { seals[$0.key] != seal(0, table.bytes(of: $0)) }) {
        return "\(row.key) in \(table.rawValue) is not what was written"
      }
      if seals.count != rows.count {
        return "rows of \(table.rawValue) are gone: \(seals.count) were written"
      }
    }
    return nil
  }
}
