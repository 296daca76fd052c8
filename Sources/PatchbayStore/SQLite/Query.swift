internal import CSQLite
internal import PatchbayCore
internal import PatchbayJSON

/// One bounded, read-only query.
struct Query: Sendable {
  let path: String
  let limits: QueryLimits

  func run(_ sql: String) throws(Failure) -> QueryResult {
    let database = try SQLiteConnection(path: path, mode: .readOnly)
    // The schema is read now: SQLite words a refusal differently where it has yet to read it. The
    // tables of JSON are made now: later, making anything is refused.
    try database.execute(
      """
      PRAGMA query_only = ON;
      SELECT 1 FROM sqlite_schema LIMIT 1;
      SELECT 1 FROM json_each('[]'), json_tree('[]');
      """)
    let watch = Watch(untilMS: Time.monotonicMS() + limits.timeMS)
    // Unsafe: the handlers live no longer than `watch` and the connection, both local here.
    return try withExtendedLifetime(watch) { () throws(Failure) in
      let context = unsafe Unmanaged.passUnretained(watch).toOpaque()
      unsafe database.withHandle { handle in
        unsafe sqlite3_set_authorizer(handle, authorize, context)
        unsafe sqlite3_progress_handler(handle, 10_000, isOver, context)
        unsafe sqlite3_limit(handle, SQLITE_LIMIT_LENGTH, 64 << 20)
      }
      return try read(database, sql, watch)
    }
  }

  private func read(_ database: SQLiteConnection, _ sql: String, _ watch: Watch) throws(Failure)
    -> QueryResult
  {
    do throws(Failure) {
      return try rows(of: try database.makeStatement(sql))
    } catch {
      if error.code != "store.sql" { throw error }
      if watch.hasRefused {
        throw Failure(
          .permission, "query.refused", "a query may only read: \(error.message)",
          mend: "leave that function or table out")
      }
      throw Failure(.config, "query.sql", error.message, mend: remedy(error.message))
    }
  }

  /// What may have been meant by a name that is not there.
  private func remedy(_ message: String) -> String {
    let list = "see the views and their columns: patchbay schema"
    for what in ["no such table: ", "no such column: "] {
      guard let found = message.firstRange(of: what) else { continue }
      let name = message[found.upperBound...].prefix { $0 != " " }.split(separator: ".").last
      guard let name, let known = try? names(ofColumns: what.contains("column")) else { break }
      let meant = suggestions(for: String(name), among: known)
      if !meant.isEmpty { return "did you mean \(meant.joined(separator: " or "))? \(list)" }
    }
    return list
  }

  /// The names of views, or of their columns.
  private func names(ofColumns: Bool) throws(Failure) -> [String] {
    let views = try Views(SQLiteConnection(path: path, mode: .readOnly)).descriptions()
    return ofColumns ? views.flatMap { $0.columns.map(\.name) } : views.map(\.name)
  }

  private func rows(of statement: SQLiteStatement) throws(Failure) -> QueryResult {
    guard statement.isReadOnly else {
      throw Failure(
        .permission, "query.refused", "a query may only read", mend: "begin it with SELECT")
    }
    let columns = (0..<statement.columnCount).map { statement.columnName($0) }
    var rows: [[JSON]] = []
    while try statement.next() {
      if rows.count == limits.rows {
        return QueryResult(columns: columns, rows: rows, isCut: true)
      }
      rows.append((0..<statement.columnCount).map { statement.json($0) })
    }
    return QueryResult(columns: columns, rows: rows, isCut: false)
  }
}

/// What the handlers of a query share, all on its thread.
private final class Watch {
  let untilMS: Int64
  var hasRefused = false
  init(untilMS: Int64) { self.untilMS = untilMS }
}

private let isOver: @convention(c) (UnsafeMutableRawPointer?) -> Int32 = { context in
  guard let context = unsafe context else { return 1 }
  let watch = unsafe Unmanaged<Watch>.fromOpaque(context).takeUnretainedValue()
  return Time.monotonicMS() > watch.untilMS ? 1 : 0
}

private let authorize:
  @convention(c) (
    UnsafeMutableRawPointer?, Int32, UnsafePointer<CChar>?, UnsafePointer<CChar>?,
    UnsafePointer<CChar>?, UnsafePointer<CChar>?
  ) -> Int32 = { context, action, first, second, _, _ in
    let name = { (text: UnsafePointer<CChar>?) in
      unsafe text.map { unsafe String(cString: $0).lowercased() } ?? ""
    }
    let isReading =
      switch action {
      case SQLITE_SELECT, SQLITE_RECURSIVE: true
      case SQLITE_FUNCTION: unsafe !refusedFunctions.contains(name(second))
      case SQLITE_READ: unsafe name(first) != "secrets"
      default: false
      }
    if isReading { return SQLITE_OK }
    if let context = unsafe context {
      unsafe Unmanaged<Watch>.fromOpaque(context).takeUnretainedValue().hasRefused = true
    }
    return SQLITE_DENY
  }

/// Functions that tell addresses in memory, load code, or do more than reading.
private let refusedFunctions: Set<String> = [
  "fts3_tokenizer", "fts5", "load_extension", "optimize", "sqlite_log",
]
