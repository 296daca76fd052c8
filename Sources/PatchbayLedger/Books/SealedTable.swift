internal import PatchbayStore

/// Tables that money depends on. Each row has a seal, and the sealed end of the journal has the
/// count and the root of each table: who has the file and not the key can change, add or remove
/// nothing without being found out.
enum SealedTable: String, CaseIterable {
  case accounts, held, marks, periods, closings
  case rated, rating, quantities, contracts, parties, prices, proven, waiting
  case groupSums = "group_sums"
  case policies, documents, lines, lots, payouts, proposals, alerts, admissions
  case underWay = "under_way"
  case slotHolds = "slot_holds"

  /// All columns but the seal, those of the key first.
  var columns: [String] { statements.columns }

  private var ownColumns: [String] {
    switch self {
    case .accounts:
      ["id", "name", "currency", "bound", "debits", "credits", "held_debits", "held_credits"]
    case .held: ["id", "expires_ms", "hash"]
    case .marks: ["number", "hash"]
    case .periods: ["period", "count", "last_number", "root", "closed_ms"]
    case .closings: ["period", "account", "balance"]
    case .policies: ["number", "at_ms", "sha256", "json"]
    case .proposals:
      [
        "number", "at_ms", "by", "debit", "credit", "currency", "amount", "reason", "status",
        "decided_by",
      ]
    default: ratingColumns ?? documentColumns
    }
  }

  private var ratingColumns: [String]? {
    switch self {
    case .rated: ["key", "body"]
    case .rating: ["organisation", "number", "last_day", "last_key", "last_ms"]
    case .quantities:
      [
        "month", "customer", "plugin", "meter", "price", "quantity", "charged", "least",
        "is_settled", "free", "lined_used", "lined_cost", "details",
      ]
    case .contracts:
      ["id", "gross", "shared", "platform_ppm", "parties", "currency", "refund_days"]
    case .parties: ["name", "currency", "minimum_payout"]
    case .prices: ["rules", "json"]
    case .proven: ["terms"]
    case .waiting: ["key", "at_ms", "reason", "organisation", "event", "terms", "status"]
    case .groupSums: ["name", "currency", "gross"]
    default: nil
    }
  }

  private var documentColumns: [String] {
    switch self {
    case .documents:
      [
        "number", "kind", "customer", "currency", "period", "json", "sha256", "paid", "carry",
        "refunded",
      ]
    case .lines:
      [
        "period", "customer", "plugin", "meter", "month", "price", "used", "cost", "free", "least",
        "used_before", "cost_before",
      ]
    case .lots: ["invoice", "party", "currency", "amount", "stage", "since_ms", "moves", "payout"]
    case .payouts:
      ["batch", "item", "party", "currency", "gross", "withheld", "account", "status", "at_ms"]
    case .alerts: ["budget", "month", "percent", "at_ms"]
    case .admissions: ["usage", "part", "budget", "transfer"]
    case .underWay: ["usage", "slot", "quantity", "expires_ms"]
    case .slotHolds: ["slot", "budget", "transfer"]
    default: []
    }
  }

  /// How many columns, from the first, make the key.
  var keySize: Int {
    switch self {
    case .closings, .parties, .groupSums, .lots, .payouts, .slotHolds: 2
    case .alerts, .admissions: 3
    case .quantities: 5
    case .lines: 6
    default: 1
    }
  }

  /// The statements by which its rows are read and written.
  var statements: Statements { Self.allStatements[self] ?? Statements(self, ownColumns) }

  /// Made once: they are used for each row.
  private static let allStatements = Dictionary(
    uniqueKeysWithValues: allCases.map { ($0, Statements($0, $0.ownColumns)) })

  struct Statements {
    let columns: [String]
    /// All columns and the seal; a condition may follow.
    let select: String
    /// By all columns and the seal.
    let insert: String
    /// By the columns that are not the key, the seal, the key, and the seal of before.
    let update: String
    /// By the key and the seal.
    let delete: String
    /// The row of a key.
    let isKey: String

    fileprivate init(_ table: SealedTable, _ columns: [String]) {
      let names = columns + ["seal"]
      let others = names.dropFirst(table.keySize)
      self.columns = columns
      isKey = columns.prefix(table.keySize).map { "\($0) = ?" }.joined(separator: " AND ")
      select = "SELECT \(names.joined(separator: ", ")) FROM \(table.rawValue)"
      insert = """
        INSERT INTO \(table.rawValue) (\(names.joined(separator: ", ")))
        VALUES (\(names.map { _ in "?" }.joined(separator: ", "))) ON CONFLICT DO NOTHING
        """
      update =
        "UPDATE \(table.rawValue) SET \(others.map { "\($0) = ?" }.joined(separator: ", ")) "
        + "WHERE \(isKey) AND seal = ?"
      delete = "DELETE FROM \(table.rawValue) WHERE \(isKey) AND seal = ?"
    }
  }
}

/// A row with all that it says.
struct SealedRow {
  let table: SealedTable
  /// By the table's columns.
  let values: [SQLValue]
  let seal: [UInt8]

  private func value(_ column: String) -> SQLValue {
    guard let index = table.columns.firstIndex(of: column) else { return .null }
    return values[index]
  }

  func text(_ column: String) -> String { optionalText(column) ?? "" }

  func optionalText(_ column: String) -> String? {
    if case .text(let text) = value(column) { text } else { nil }
  }

  func integer(_ column: String) -> Int64 { optionalInteger(column) ?? 0 }

  func optionalInteger(_ column: String) -> Int64? {
    if case .integer(let number) = value(column) { number } else { nil }
  }

  func bytes(_ column: String) -> [UInt8] {
    if case .blob(let bytes) = value(column) { bytes } else { [] }
  }

  func micros(_ column: String) -> Micros { Micros(bigEndian: bytes(column)) }

  /// The values of the key.
  var key: ArraySlice<SQLValue> { values.prefix(table.keySize) }

  /// How errors name it.
  var name: String { Self.name(key) }

  static func name(_ key: ArraySlice<SQLValue>) -> String {
    key.map { value in
      switch value {
      case .text(let text): text
      case .integer(let number): String(number)
      case .blob(let bytes): "…\(bytes.count) bytes"
      case .real, .null: "?"
      }
    }.joined(separator: "/")
  }

  /// What is sealed: the table's name, and each value so that it is told from every other.
  static func bytes(_ table: SealedTable, _ values: [SQLValue]) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(values.count * 24)
    bytes.append(contentsOf: table.rawValue.utf8)
    bytes.append(0x1F)
    for value in values { value.append(to: &bytes) }
    return bytes
  }

  /// The row with other values in some columns.
  func with(_ changes: [(column: String, value: SQLValue)]) -> [SQLValue] {
    var values = values
    for change in changes {
      if let index = table.columns.firstIndex(of: change.column) { values[index] = change.value }
    }
    return values
  }
}

extension SQLValue {
  static func micros(_ value: Micros) -> SQLValue { .blob(value.bigEndianBytes) }
}
