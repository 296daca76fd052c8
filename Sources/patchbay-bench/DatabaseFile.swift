// Unsafe: SQLite's handles are owned by one object, and what it lends is read before the next step.
internal import CSQLite
internal import PatchbayCore

/// A database that only this program looks at.
@safe final class DatabaseFile {
  private let handle: OpaquePointer

  /// Opens it for reading; with `isNew` a file is made.
  init(_ path: String, isNew: Bool = false) throws(Failure) {
    var handle: OpaquePointer?
    let flags = isNew ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READONLY
    let code = unsafe sqlite3_open_v2(path, &handle, flags | SQLITE_OPEN_NOMUTEX, nil)
    guard code == SQLITE_OK, let handle = unsafe handle else {
      throw Failure(.bug, "bench.open", "cannot open \(path)")
    }
    unsafe self.handle = handle
  }

  deinit { unsafe sqlite3_close_v2(handle) }

  func execute(_ sql: String) throws(Failure) {
    if unsafe sqlite3_exec(handle, sql, nil, nil, nil) != SQLITE_OK { throw failure(sql) }
  }

  func rows(_ sql: String) throws(Failure) -> Rows {
    var statement: OpaquePointer?
    let code = unsafe sqlite3_prepare_v2(handle, sql, -1, &statement, nil)
    guard code == SQLITE_OK, let statement = unsafe statement else { throw failure(sql) }
    return unsafe Rows(statement, of: self)
  }

  private func failure(_ sql: String) -> Failure {
    let text = unsafe String(cString: sqlite3_errmsg(handle))
    return Failure(.bug, "bench.sql", "\(text): \(sql.prefix(200))")
  }
}

/// The rows of one statement, one after the other.
@safe final class Rows {
  private let statement: OpaquePointer
  private let database: DatabaseFile
  let count: Int32

  init(_ statement: OpaquePointer, of database: DatabaseFile) {
    unsafe self.statement = statement
    self.database = database
    count = unsafe sqlite3_column_count(statement)
  }

  deinit { unsafe sqlite3_finalize(statement) }

  /// Goes to the next row; `false` at the end.
  func next() throws(Failure) -> Bool {
    let code = unsafe sqlite3_step(statement)
    if code == SQLITE_ROW { return true }
    guard code == SQLITE_DONE else { throw Failure(.bug, "bench.sql", "a query failed: \(code)") }
    return false
  }

  /// Begins anew, with a text for `?1`.
  func restart(_ text: String) {
    unsafe sqlite3_reset(statement)
    let transient = unsafe unsafeBitCast(-1 as Int, to: sqlite3_destructor_type.self)
    unsafe sqlite3_bind_text(statement, 1, text, Int32(text.utf8.count), transient)
  }

  func restart() { unsafe sqlite3_reset(statement) }

  func name(_ column: Int32) -> String {
    unsafe String(cString: sqlite3_column_name(statement, column))
  }

  /// The value as a text, for people.
  func text(_ column: Int32) -> String {
    unsafe sqlite3_column_text(statement, column).map { unsafe String(cString: $0) } ?? "NULL"
  }

  /// Whether a value is the same as another, and of the same type.
  func isEqual(_ other: Rows, _ column: Int32) -> Bool {
    let type = unsafe sqlite3_column_type(statement, column)
    guard type == other.type(column) else { return false }
    switch type {
    case SQLITE_INTEGER: return integer(column) == other.integer(column)
    case SQLITE_FLOAT: return real(column).bitPattern == other.real(column).bitPattern
    default:
      return unsafe withBytes(column) { mine in
        unsafe other.withBytes(column) { unsafe mine.elementsEqual($0) }
      }
    }
  }

  private func type(_ column: Int32) -> Int32 { unsafe sqlite3_column_type(statement, column) }
  private func integer(_ column: Int32) -> Int64 { unsafe sqlite3_column_int64(statement, column) }
  private func real(_ column: Int32) -> Double { unsafe sqlite3_column_double(statement, column) }

  private func withBytes<R>(_ column: Int32, _ body: (UnsafeRawBufferPointer) -> R) -> R {
    let base = unsafe sqlite3_column_blob(statement, column)
    let size = unsafe Int(sqlite3_column_bytes(statement, column))
    return unsafe body(UnsafeRawBufferPointer(start: base, count: size))
  }
}

extension DatabaseFile {
  /// Fails where the rows of a statement are not the same in another database.
  func requireSame(_ sql: String, in other: DatabaseFile, _ otherSQL: String? = nil) throws(Failure)
  {
    let (mine, its) = (try rows(sql), try other.rows(otherSQL ?? sql))
    while true {
      let (hasMine, hasIts) = (try mine.next(), try its.next())
      guard hasMine == hasIts else {
        throw Failure(.bug, "bench.differs", "one has more rows than the other: \(sql)")
      }
      if !hasMine { return }
      for column in 0..<mine.count where !mine.isEqual(its, column) {
        throw Failure(
          .bug, "bench.differs",
          "\(mine.text(0)): \(mine.name(column)) is \(mine.text(column)) in one and "
            + "\(its.text(column)) in the other")
      }
    }
  }
}
