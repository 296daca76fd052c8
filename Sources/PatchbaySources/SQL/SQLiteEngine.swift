internal import PatchbayCore
internal import PatchbayCrypto
internal import PatchbayJSON
internal import PatchbayStore

/// A SQLite database file, which is only read.
final class SQLiteEngine: SQLEngine {
  private let database: SQLiteConnection
  var about: String { "SQLite" }

  init(_ path: String) throws(Failure) {
    database = try SQLiteConnection(path: path, mode: .foreign)
    // A file that is none is only found out by reading it.
    _ = try database.prepare("SELECT count(*) FROM sqlite_schema").bind().first { $0.integer(0) }
  }

  func tables() throws(Failure) -> [SQLTable] {
    let names = try database.prepare(
      """
      SELECT name FROM pragma_table_list
      WHERE schema = 'main' AND type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'
      ORDER BY name
      """
    ).bind().rows { $0.text(0) }
    var tables: [SQLTable] = []
    for name in names {
      var table = SQLTable(schema: "", name: name)
      var key: [(place: Int64, column: SQLColumn)] = []
      // Generated columns are columns; hidden ones are not.
      let columns = try database.prepare(
        "SELECT name, type, pk, hidden FROM pragma_table_xinfo(?) ORDER BY cid"
      ).bind(.text(name)).rows { ($0.text(0), $0.text(1), $0.integer(2), $0.integer(3)) }
      for (name, type, place, hidden) in columns where hidden != 1 {
        let column = SQLColumn(name: name, kind: Self.kind(type), type: type)
        table.columns.append(column)
        if place > 0 { key.append((place, column)) }
      }
      table.key = key.sorted { $0.place < $1.place }.map(\.column)
      tables.append(table)
    }
    return tables
  }

  /// By the words of a declared type, as SQLite itself judges affinity.
  private static func kind(_ type: String) -> Column.Kind {
    let type = type.uppercased()
    func names(_ words: String...) -> Bool { words.contains { type.contains($0) } }
    if names("BOOL") { return .boolean }
    if names("DATE", "TIME") { return .time }
    if names("JSON") { return .json }
    if names("INT", "REAL", "NUM", "DEC", "DOUB", "FLOA") { return .number }
    return .text
  }

  func greatest(_ column: SQLColumn, of table: SQLTable) throws(Failure) -> JSON? {
    let statement = try database.makeStatement(
      "SELECT max(\(TableQuery.quoted(column.name))) FROM \(TableQuery.quoted(table.name))")
    guard try statement.next() else { return nil }
    let value = statement.key(0)
    return value.isNull ? nil : value
  }

  /// Its times are texts or numbers of whatever form its users write.
  func quiet() -> QuietTime? { nil }

  func rows(_ query: TableQuery) throws(Failure) -> any SQLRows {
    let key = query.key.map { TableQuery.quoted($0.name) }.joined(separator: ", ")
    let columns = query.columns.map { TableQuery.quoted($0.name) }
    var conditions: [String] = []
    var values: [JSON] = []
    if let after = query.after {
      let places = after.indices.map { "?\(values.count + $0 + 1)" }.joined(separator: ", ")
      conditions.append("(\(key)) > (\(places))")
      values += after
    }
    if let since = query.since {
      let column = TableQuery.quoted(since.column.name)
      // Numbers and texts are not compared: those of the other kind are read every time.
      let place = "?\(values.count + 1)"
      func isNumber(_ value: String) -> String { "typeof(\(value)) IN ('integer', 'real')" }
      conditions.append(
        "(\(column) >= \(place) OR \(column) IS NULL OR "
          + "(\(isNumber(column))) <> (\(isNumber(place))))")
      values.append(since.value)
    }
    let condition = conditions.isEmpty ? "" : "WHERE \(conditions.joined(separator: " AND "))"
    let statement = try database.makeStatement(
      """
      SELECT \((columns + query.key.map { TableQuery.quoted($0.name) }).joined(separator: ", "))
      FROM \(TableQuery.quoted(query.table.name)) \(condition) ORDER BY \(key)
      """)
    for (index, value) in values.enumerated() {
      statement.bind(Self.bound(value), at: Int32(index + 1))
    }
    return Rows(statement, database, query)
  }

  private static func bound(_ value: JSON) -> SQLValue {
    if let blob = value["blob"]?.string.flatMap({ Hex.decode($0) }) { return .blob(blob) }
    if let integer = value.integer { return .integer(integer) }
    if let text = value.string { return .text(text) }
    return value.double.map { .real($0) } ?? .null
  }

  private final class Rows: SQLRows {
    private let statement: SQLiteStatement
    /// Lives as long as the statement.
    private let database: SQLiteConnection
    private let names: [[UInt8]]
    private let keyCount: Int
    private let isCancelled: @Sendable () -> Bool
    private static let rowBytes = 64 << 20

    init(_ statement: SQLiteStatement, _ database: SQLiteConnection, _ query: TableQuery) {
      self.statement = statement
      self.database = database
      names = query.columns.map { Array(JSON.string($0.name).text.utf8) }
      keyCount = query.key.count
      isCancelled = query.isCancelled
    }

    func next() throws(Failure) -> (line: [UInt8], key: [JSON])? {
      if isCancelled() { throw Failure(.cancelled, "sync.cancelled", "cancelled") }
      guard try statement.next() else { return nil }
      var line: [UInt8] = [UInt8(ascii: "{")]
      for (index, name) in names.enumerated() {
        if index > 0 { line.append(UInt8(ascii: ",")) }
        line += name
        line.append(UInt8(ascii: ":"))
        statement.appendJSON(Int32(index), to: &line)
        if line.count > Self.rowBytes {
          throw Failure(
            .data, "sql.row", "a row of more than 64 MiB is in the table",
            mend: "leave its large columns out: leave_out: [NAME]")
        }
      }
      line.append(UInt8(ascii: "}"))
      return (line, (0..<keyCount).map { statement.key(Int32(names.count + $0)) })
    }
  }
}
