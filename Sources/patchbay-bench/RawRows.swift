// Unsafe: SQLite takes pointers to what lives for the call.
internal import CSQLite
internal import PatchbayCore

/// The least that a durable journal could cost: a loop that writes the same rows into the same
/// tables and indexes (transfers, the sums of their accounts, the end), and computes nothing.
struct RawRows {
  /// A column of a row.
  enum Value {
    case null
    case integer(Int64)
    case text([UInt8])
    case blob([UInt8])
  }

  private let rows: [[Value]]
  private let schema: [String]

  /// Reads the rows of a journal.
  init(of path: String, limit: Int) throws(Failure) {
    var database: OpaquePointer?
    guard unsafe sqlite3_open(path, &database) == SQLITE_OK else { throw Self.broken("open") }
    defer { unsafe sqlite3_close(database) }
    var statement: OpaquePointer?
    unsafe sqlite3_prepare_v2(
      database, "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL", -1, &statement, nil)
    var schema: [String] = []
    while unsafe sqlite3_step(statement) == SQLITE_ROW {
      schema.append(unsafe String(cString: sqlite3_column_text(statement, 0)))
    }
    unsafe sqlite3_finalize(statement)
    unsafe sqlite3_prepare_v2(
      database, "SELECT * FROM transfers ORDER BY number LIMIT ?", -1, &statement, nil)
    unsafe sqlite3_bind_int64(statement, 1, Int64(limit))
    var rows: [[Value]] = []
    while unsafe sqlite3_step(statement) == SQLITE_ROW {
      let count = unsafe sqlite3_column_count(statement)
      rows.append((0..<count).map { unsafe Self.value(statement, $0) })
    }
    unsafe sqlite3_finalize(statement)
    (self.rows, self.schema) = (rows, schema)
  }

  private static func value(_ statement: OpaquePointer?, _ column: Int32) -> Value {
    let count = unsafe Int(sqlite3_column_bytes(statement, column))
    let bytes = unsafe sqlite3_column_blob(statement, column).map {
      unsafe [UInt8](UnsafeRawBufferPointer(start: $0, count: count))
    }
    switch unsafe sqlite3_column_type(statement, column) {
    case SQLITE_INTEGER: return .integer(unsafe sqlite3_column_int64(statement, column))
    case SQLITE_TEXT: return .text(bytes ?? [])
    case SQLITE_BLOB: return .blob(bytes ?? [])
    default: return .null
    }
  }

  private static func broken(_ what: String) -> Failure {
    Failure(.bug, "bench.raw", "the raw program failed: \(what)")
  }

  /// Seconds for writing all rows into a new file, so many in each transaction.
  func write(to path: String, batch: Int) throws(Failure) -> Double {
    var database: OpaquePointer?
    guard unsafe sqlite3_open(path, &database) == SQLITE_OK else { throw Self.broken("open") }
    defer { unsafe sqlite3_close(database) }
    func execute(_ sql: String) throws(Failure) {
      if unsafe sqlite3_exec(database, sql, nil, nil, nil) != SQLITE_OK { throw Self.broken(sql) }
    }
    try execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -16000;")
    for text in schema { try execute(text) }
    for (id, name) in Set(rows.flatMap(Self.accounts)).sorted().enumerated() {
      try execute(
        "INSERT INTO accounts VALUES (\(name), 'a\(id)', 'EUR', 0, \(Self.sum), \(Self.sum), "
          + "\(Self.sum), \(Self.sum), zeroblob(32))")
    }
    var (insert, update, end): (OpaquePointer?, OpaquePointer?, OpaquePointer?)
    unsafe sqlite3_prepare_v2(
      database,
      "UPDATE accounts SET debits = \(Self.sum), credits = \(Self.sum), "
        + "held_debits = \(Self.sum), held_credits = \(Self.sum), seal = zeroblob(32) WHERE id = ?",
      -1, &update, nil)
    defer { unsafe sqlite3_finalize(update) }
    unsafe sqlite3_prepare_v2(
      database,
      "INSERT OR REPLACE INTO head VALUES (1, 1, zeroblob(32), 1, 1, zeroblob(32), 1, "
        + "zeroblob(32), '', zeroblob(1400))", -1, &end, nil)
    defer { unsafe sqlite3_finalize(end) }
    let places = Array(repeating: "?", count: rows.first?.count ?? 0).joined(separator: ", ")
    unsafe sqlite3_prepare_v2(
      database, "INSERT INTO transfers VALUES (\(places))", -1, &insert, nil)
    defer { unsafe sqlite3_finalize(insert) }
    let start = ContinuousClock.now
    for first in stride(from: 0, to: rows.count, by: batch) {
      try execute("BEGIN IMMEDIATE")
      for row in rows[first..<min(first + batch, rows.count)] {
        for (index, value) in row.enumerated() { unsafe Self.bind(value, insert, Int32(index + 1)) }
        if unsafe sqlite3_step(insert) != SQLITE_DONE { throw Self.broken("insert") }
        unsafe sqlite3_reset(insert)
      }
      for id in Set(rows[first..<min(first + batch, rows.count)].flatMap(Self.accounts)) {
        unsafe sqlite3_bind_int64(update, 1, id)
        if unsafe sqlite3_step(update) != SQLITE_DONE { throw Self.broken("update") }
        unsafe sqlite3_reset(update)
      }
      if unsafe sqlite3_step(end) != SQLITE_DONE { throw Self.broken("end") }
      unsafe sqlite3_reset(end)
      try execute("COMMIT")
    }
    return (ContinuousClock.now - start) / .seconds(1)
  }

  /// A sum as it is stored.
  private static let sum = "x'0000000000000000000000000000FFFF'"

  /// The accounts of a row.
  private static func accounts(_ row: [Value]) -> [Int64] {
    row[5...6].compactMap { if case .integer(let id) = $0 { id } else { nil } }
  }

  private static func bind(_ value: Value, _ statement: OpaquePointer?, _ index: Int32) {
    switch value {
    case .null: unsafe sqlite3_bind_null(statement, index)
    case .integer(let value): unsafe sqlite3_bind_int64(statement, index, value)
    // Unsafe: the rows outlive the step.
    case .text(let bytes):
      unsafe bytes.withUnsafeBytes {
        _ = unsafe sqlite3_bind_text(
          statement, index, $0.baseAddress?.assumingMemoryBound(to: CChar.self), Int32($0.count),
          nil)
      }
    case .blob(let bytes):
      unsafe bytes.withUnsafeBytes {
        _ = unsafe sqlite3_bind_blob(statement, index, $0.baseAddress, Int32($0.count), nil)
      }
    }
  }
}
