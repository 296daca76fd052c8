import CSQLite

/// Looks into a database while others write to it.
@safe final class Peek {
  struct Closed: Error {}

  // Unsafe: owns the connection, closed in deinit.
  private let handle: OpaquePointer

  /// `mayMend`: rolls back what a killed process left, as whoever opens it next does.
  init(_ path: String, mayMend: Bool = false) throws {
    var handle: OpaquePointer?
    let flags = mayMend ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY
    guard unsafe sqlite3_open_v2(path, &handle, flags, nil) == SQLITE_OK,
      let handle = unsafe handle
    else { throw Closed() }
    unsafe self.handle = handle
    unsafe sqlite3_busy_timeout(handle, 10_000)
  }

  deinit { unsafe sqlite3_close(handle) }

  /// The number that a question is answered with; 0 where there is none.
  func number(_ sql: String) -> Int {
    var statement: OpaquePointer?
    unsafe sqlite3_prepare_v2(handle, sql, -1, &statement, nil)
    defer { unsafe sqlite3_finalize(statement) }
    return unsafe sqlite3_step(statement) == SQLITE_ROW
      ? Int(unsafe sqlite3_column_int64(statement, 0)) : 0
  }

  /// The text that a question is answered with; empty where there is none.
  func text(_ sql: String) -> String {
    var statement: OpaquePointer?
    unsafe sqlite3_prepare_v2(handle, sql, -1, &statement, nil)
    defer { unsafe sqlite3_finalize(statement) }
    guard unsafe sqlite3_step(statement) == SQLITE_ROW,
      let text = unsafe sqlite3_column_text(statement, 0)
    else { return "" }
    return unsafe String(cString: text)
  }
}

/// Holds a database's write lock until it is released.
@safe final class WriteHold {
  // Unsafe: owns the connection, closed in deinit.
  private let handle: OpaquePointer

  init(_ path: String) throws {
    var handle: OpaquePointer?
    guard unsafe sqlite3_open_v2(path, &handle, SQLITE_OPEN_READWRITE, nil) == SQLITE_OK,
      let handle = unsafe handle,
      unsafe sqlite3_exec(handle, "BEGIN IMMEDIATE", nil, nil, nil) == SQLITE_OK
    else { throw Peek.Closed() }
    unsafe self.handle = handle
  }

  func release() { unsafe sqlite3_exec(handle, "ROLLBACK", nil, nil, nil) }

  deinit { unsafe sqlite3_close(handle) }
}

/// Changes a database by other hands. Returns how many rows the last statement changed.
@discardableResult
func change(_ path: String, _ sql: String) throws -> Int {
  var handle: OpaquePointer?
  // Unsafe: the connection is closed before this returns.
  defer { unsafe sqlite3_close(handle) }
  guard unsafe sqlite3_open_v2(path, &handle, SQLITE_OPEN_READWRITE, nil) == SQLITE_OK,
    unsafe sqlite3_exec(handle, sql, nil, nil, nil) == SQLITE_OK
  else { throw Peek.Closed() }
  return unsafe Int(sqlite3_changes(handle))
}
