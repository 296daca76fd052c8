internal import PatchbayCore
internal import PatchbayJSON
internal import PatchbayStore

/// A PostgreSQL database, read in transactions that may not write.
final class PostgresEngine: SQLEngine {
  private let terms: PostgresTerms
  private let link: PostgresLink

  init(_ terms: PostgresTerms) throws(Failure) {
    self.terms = terms
    link = try PostgresLink(terms)
  }

  var about: String {
    "PostgreSQL \(link.version / 10_000).\(link.version % 10_000) at \(terms.host), "
      + "database \(terms.database), user \(terms.user)"
  }

  func tables() throws(Failure) -> [SQLTable] {
    var tables: [SQLTable] = []
    for row in try link.query(Self.columnsSQL) {
      let fields = row.map { $0 ?? "" }
      guard fields.count == 6 else { continue }
      if tables.last.map({ ($0.schema, $0.name) == (fields[0], fields[1]) }) != true {
        var table = SQLTable(schema: fields[0], name: fields[1])
        table.isNear = fields[5] == "t"
        tables.append(table)
      }
      tables[tables.count - 1].columns.append(
        SQLColumn(
          name: fields[2], kind: Self.kind(fields[4]), type: fields[3],
          isNaive: ["timestamp", "date"].contains(fields[4])))
    }
    for row in try link.query(Self.keysSQL) {
      let fields = row.map { $0 ?? "" }
      guard fields.count == 3,
        let index = tables.firstIndex(where: { ($0.schema, $0.name) == (fields[0], fields[1]) }),
        let column = tables[index].columns.first(where: { $0.name == fields[2] })
      else { continue }
      tables[index].key.append(column)
    }
    return tables
  }

  /// Tables, partitioned ones as a whole, views, and foreign tables.
  private static let columnsSQL = """
    SELECT n.nspname, c.relname, a.attname, format_type(a.atttypid, a.atttypmod),
      CASE WHEN t.typtype = 'd' THEN b.typname ELSE t.typname END, pg_table_is_visible(c.oid)
    FROM pg_attribute a
    JOIN pg_class c ON c.oid = a.attrelid
    JOIN pg_namespace n ON n.oid = c.relnamespace
    JOIN pg_type t ON t.oid = a.atttypid
    LEFT JOIN pg_type b ON b.oid = t.typbasetype
    WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND NOT c.relispartition
      AND a.attnum > 0 AND NOT a.attisdropped
      AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname !~ '^pg_'
      AND has_schema_privilege(n.oid, 'USAGE') AND has_column_privilege(c.oid, a.attnum, 'SELECT')
    ORDER BY n.nspname, c.relname, a.attnum
    """

  private static let keysSQL = """
    SELECT n.nspname, c.relname, a.attname
    FROM pg_index i
    JOIN pg_class c ON c.oid = i.indrelid
    JOIN pg_namespace n ON n.oid = c.relnamespace
    CROSS JOIN LATERAL unnest(i.indkey::int2[]) WITH ORDINALITY AS k (number, place)
    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.number
    WHERE i.indisprimary ORDER BY n.nspname, c.relname, k.place
    """

  private static func kind(_ type: String) -> Column.Kind {
    switch type {
    case "int2", "int4", "int8", "numeric", "float4", "float8", "oid", "money": .number
    case "bool": .boolean
    case "timestamptz", "timestamp", "date": .time
    case "json", "jsonb": .json
    default: type.hasPrefix("_") ? .json : .text
    }
  }

  func greatest(_ column: SQLColumn, of table: SQLTable) throws(Failure) -> JSON? {
    let sql = "SELECT max(\(TableQuery.quoted(column.name)))::text FROM \(Self.quoted(table))"
    return try link.query(sql).first?.first.flatMap { $0 }.map { .string($0) }
  }

  /// One that only reads so far may write yet: it counts, too.
  func quiet() throws(Failure) -> QuietTime? {
    let rows = try link.query(
      """
      SELECT floor(extract(epoch FROM least(now(), (
          SELECT min(xact_start) FROM pg_stat_activity WHERE pid <> pg_backend_pid()), (
          SELECT min(prepared) FROM pg_prepared_xacts))) * 1000)::bigint,
        pg_is_in_recovery(), pg_has_role('pg_read_all_stats', 'USAGE')
      """)
    guard let row = rows.first, row.count == 3, let text = row[0], let timeMS = Int64(text) else {
      return nil
    }
    var quiet = QuietTime(timeMS: min(max(timeMS, Time.first), Time.last))
    if row[1] == "t" {
      quiet.doubt = "it is a standby, which does not know what is under way at its primary"
    } else if row[2] != "t" {
      quiet.doubt = "the user does not see the transactions of others (GRANT pg_read_all_stats)"
    }
    return quiet
  }

  func rows(_ query: TableQuery) throws(Failure) -> any SQLRows {
    // A connection of its own: it is busy until the last row has come.
    let link = try PostgresLink(terms, isCancelled: query.isCancelled)
    var conditions: [String] = []
    var values: [String] = []
    if let after = query.after {
      let columns = query.key.map { "t.\(TableQuery.quoted($0.name))" }
      let places = query.key.indices.map { "CAST($\($0 + 1) AS \(query.key[$0].type))" }
      conditions.append(
        "(\(columns.joined(separator: ", "))) > (\(places.joined(separator: ", ")))")
      values += after.map { $0.string ?? "" }
    }
    if let since = query.since {
      let column = "t.\(TableQuery.quoted(since.column.name))"
      values.append(since.value.plainText ?? "")
      conditions.append(
        "(\(column) >= CAST($\(values.count) AS \(since.column.type)) OR \(column) IS NULL)")
    }
    let keys = query.key.map { "t.\(TableQuery.quoted($0.name))" }
    let all = query.columns.map { "t.\(TableQuery.quoted($0.name))" }.joined(separator: ", ")
    let whole = "(SELECT row_to_json(r)::text FROM (SELECT \(all)) AS r)"
    let sql = """
      SELECT \(([whole] + keys.map { "\($0)::text" }).joined(separator: ", "))
      FROM \(Self.quoted(query.table)) AS t
      \(conditions.isEmpty ? "" : "WHERE " + conditions.joined(separator: " AND "))
      ORDER BY \(keys.joined(separator: ", "))
      """
    return Rows(try link.stream(sql, values))
  }

  private static func quoted(_ table: SQLTable) -> String {
    "\(TableQuery.quoted(table.schema)).\(TableQuery.quoted(table.name))"
  }

  private final class Rows: SQLRows {
    private let rows: PostgresRows

    init(_ rows: PostgresRows) { self.rows = rows }

    func next() throws(Failure) -> (line: [UInt8], key: [JSON])? {
      guard let fields = try rows.next() else { return nil }
      // A column of the type json keeps the line breaks that it was written with.
      let line = (fields.first.flatMap { $0 } ?? []).map { $0 == 0x0A || $0 == 0x0D ? 0x20 : $0 }
      let key = fields.dropFirst().map { field -> JSON in
        field.map { .string(String(decoding: $0, as: UTF8.self)) } ?? .null
      }
      return (line, Array(key))
    }
  }
}
