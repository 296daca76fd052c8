internal import PatchbayCore
internal import PatchbayStore

/// Tables of which each row has a seal: who has the file and not the key can change none of them
/// without being found out.
enum SealedTable: String, CaseIterable {
  case documents, lots, payouts, policies, proposals

  /// What tells one row from another.
  fileprivate var key: String {
    switch self {
    case .documents, .policies, .proposals: "number"
    case .lots: "invoice || '/' || party"
    case .payouts: "batch || '/' || item"
    }
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

  /// Each row's key, all that it says, and its seal.
  fileprivate var rows: String {
    "SELECT \(key), \(columns.map { "quote(\($0))" }.joined(separator: " || ',' || ")), "
      + "(SELECT seal FROM seals WHERE name = '\(rawValue)' AND key = CAST(\(key) AS TEXT)) "
      + "FROM \(rawValue)"
  }
}

extension Journal {
  /// Seals the rows that a batch wrote.
  func sealRows(_ table: SealedTable, where condition: String, _ values: Statement.Value...)
    throws(Failure)
  {
    let statement = try database.prepare("\(table.rows) WHERE \(condition)")
    statement.bind()
    for (index, value) in values.enumerated() { statement.bind(value, at: Int32(index + 1)) }
    for (key, text) in try statement.rows({ ($0.text(0), $0.text(1)) }) {
      try database.prepare("INSERT OR REPLACE INTO seals (name, key, seal) VALUES (?, ?, ?)")
        .bind(.text(table.rawValue), .text(key), .blob(seal(of: table, text))).run()
    }
  }

  private func seal(of table: SealedTable, _ text: String) -> [UInt8] {
    seal(0, Array("\(table.rawValue)\u{1F}\(text)".utf8))
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
      let rows = try database.prepare(table.rows).bind()
        .rows { ($0.text(0), $0.text(1), $0.bytes(2)) }
      if let row = rows.first(where: { $0.2 != seal(of: table, $0.1) }) {
        return "\(row.0) in \(table.rawValue) is not what was written"
      }
      let count =
        try database.prepare("SELECT count(*) FROM seals WHERE name = ?")
        .bind(.text(table.rawValue)).first { $0.integer(0) } ?? 0
      if count != rows.count { return "rows of \(table.rawValue) are gone: \(count) were written" }
    }
    return nil
  }
}
