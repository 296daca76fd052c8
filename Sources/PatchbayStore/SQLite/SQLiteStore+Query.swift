internal import CSQLite
public import PatchbayCore
internal import PatchbayJSON

extension SQLiteStore {
  /// Runs on a connection of its own that can only read, and not the sealed secrets either.
  public nonisolated func query(_ sql: String, limits: QueryLimits) async throws(Failure)
    -> QueryResult
  {
    let query = Query(path: path, limits: limits)
    return try await SerialQueue("patchbay.query").run { () throws(Failure) in try query.run(sql) }
  }
}

/// One bounded, read-only query.
private struct Query: Sendable {
  let path: String
  let limits: QueryLimits

  func run(_ sql: String) throws(Failure) -> QueryResult {
    let database = try Database(path: path, mode: .readOnly)
    // The schema is read now: SQLite words a refusal differently where it has yet to read it.
    try database.execute("PRAGMA query_only = ON; SELECT 1 FROM sqlite_schema LIMIT 1")
    let deadline = Deadline(atMS: Time.monotonicMS() + limits.timeMS)
    // Unsafe: the handlers live no longer than `deadline` and the connection, both local here.
    return try withExtendedLifetime(deadline) { () throws(Failure) in
      unsafe database.withHandle { handle in
        unsafe sqlite3_set_authorizer(handle, authorize, nil)
        unsafe sqlite3_progress_handler(
          handle, 10_000, isOver, Unmanaged.passUnretained(deadline).toOpaque())
        unsafe sqlite3_limit(handle, SQLITE_LIMIT_LENGTH, 64 << 20)
      }
      return try read(database, sql)
    }
  }

  private func read(_ database: Database, _ sql: String) throws(Failure) -> QueryResult {
    do throws(Failure) {
      return try rows(of: try database.makeStatement(sql))
    } catch {
      if error.code != "store.sql" { throw error }
      throw Failure(
        .config, "query.sql", error.message,
        mend: "list tables and views with: patchbay query \"SELECT name FROM sqlite_schema\"")
    }
  }

  private func rows(of statement: Statement) throws(Failure) -> QueryResult {
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

private final class Deadline {
  let atMS: Int64
  init(atMS: Int64) { self.atMS = atMS }
}

private let isOver: @convention(c) (UnsafeMutableRawPointer?) -> Int32 = { context in
  guard let context = unsafe context else { return 1 }
  let deadline = unsafe Unmanaged<Deadline>.fromOpaque(context).takeUnretainedValue()
  return Time.monotonicMS() > deadline.atMS ? 1 : 0
}

private let authorize:
  @convention(c) (
    UnsafeMutableRawPointer?, Int32, UnsafePointer<CChar>?, UnsafePointer<CChar>?,
    UnsafePointer<CChar>?, UnsafePointer<CChar>?
  ) -> Int32 = { _, action, first, _, _, _ in
    switch action {
    case SQLITE_SELECT, SQLITE_FUNCTION, SQLITE_RECURSIVE: return SQLITE_OK
    case SQLITE_READ:
      let table = unsafe first.map { unsafe String(cString: $0) } ?? ""
      return table.lowercased() == "secrets" ? SQLITE_DENY : SQLITE_OK
    default: return SQLITE_DENY
    }
  }
