internal import PatchbayCore
internal import PatchbayStore

/// The five tables whose rows had seals up to form 4, in a table of their own.
enum FormerSeals: String, CaseIterable {
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
