internal import CSQLite
internal import Glibc
package import PatchbayCore
internal import PatchbayCrypto
package import PatchbayJSON

/// A prepared statement: bind by position from 1, then `run` or read rows.
@safe package final class SQLiteStatement: SQLStatement {
  // Unsafe: owns the statement, finalised in deinit; column memory is copied before the next step.
  private let handle: OpaquePointer
  private unowned let database: SQLiteConnection

  init(_ handle: OpaquePointer, of database: SQLiteConnection) {
    unsafe self.handle = handle
    self.database = database
  }

  deinit { unsafe sqlite3_finalize(handle) }

  package func bind(all values: [SQLValue]) {
    unsafe sqlite3_reset(handle)
    for (index, value) in values.enumerated() { bind(value, at: Int32(index + 1)) }
  }

  package func bind(_ value: SQLValue, at index: Int32) {
    switch value {
    case .null: unsafe sqlite3_bind_null(handle, index)
    case .integer(let value): unsafe sqlite3_bind_int64(handle, index, value)
    case .real(let value): unsafe sqlite3_bind_double(handle, index, value)
    case .text(let text):
      unsafe sqlite3_bind_text64(
        handle, index, text, UInt64(text.utf8.count), Self.transient, UInt8(SQLITE_UTF8))
    case .blob(let bytes):
      unsafe bytes.withUnsafeBytes {
        _ = unsafe sqlite3_bind_blob64(
          handle, index, $0.baseAddress, UInt64($0.count), Self.transient)
      }
    }
  }

  /// Runs a statement with parts of one buffer: nothing is copied. Returns how many rows it
  /// changed.
  package func run(_ buffer: [UInt8], _ parts: [SQLPart]) throws(Failure) -> Int64 {
    unsafe sqlite3_reset(handle)
    // What is bound must not outlive the buffer.
    defer { unsafe sqlite3_clear_bindings(handle) }
    let code = unsafe buffer.withUnsafeBytes { bytes in
      for (number, part) in parts.enumerated() {
        unsafe bind(part, of: bytes, at: Int32(number + 1))
      }
      return unsafe sqlite3_step(handle)
    }
    let failure = code == SQLITE_DONE ? nil : database.failure(code, sql)
    unsafe sqlite3_reset(handle)
    if let failure { throw failure }
    return database.changes
  }

  private func bind(_ part: SQLPart, of bytes: UnsafeRawBufferPointer, at index: Int32) {
    switch part {
    case .null: unsafe sqlite3_bind_null(handle, index)
    case .integer(let value): unsafe sqlite3_bind_int64(handle, index, value)
    case .text(let range):
      let slice = unsafe UnsafeRawBufferPointer(rebasing: bytes[range])
      unsafe sqlite3_bind_text64(
        handle, index, slice.baseAddress?.assumingMemoryBound(to: CChar.self),
        UInt64(slice.count), nil, UInt8(SQLITE_UTF8))
    case .blob(let range):
      let slice = unsafe UnsafeRawBufferPointer(rebasing: bytes[range])
      unsafe sqlite3_bind_blob64(handle, index, slice.baseAddress, UInt64(slice.count), nil)
    }
  }

  /// Binds text that its owner keeps until the statement has run: nothing is copied.
  func bindBorrowed(_ text: UnsafeRawPointer, _ size: UInt64, at index: Int32) {
    unsafe sqlite3_bind_text64(
      handle, index, text.assumingMemoryBound(to: CChar.self), size, nil, UInt8(SQLITE_UTF8))
  }

  func bind(real value: Double, at index: Int32) {
    unsafe sqlite3_bind_double(handle, index, value)
  }

  /// Lends a column's bytes for the call.
  func withBytes<R>(_ index: Int32, _ body: (UnsafeRawBufferPointer) -> R) -> R {
    let base = unsafe sqlite3_column_blob(handle, index)
    let count = unsafe Int(sqlite3_column_bytes(handle, index))
    return unsafe body(UnsafeRawBufferPointer(start: base, count: count))
  }

  /// Whether a column has these bytes.
  func isEqual(_ index: Int32, _ bytes: UnsafeRawPointer, _ size: UInt64) -> Bool {
    unsafe withBytes(index) { stored in
      guard stored.count == Int(size), let base = stored.baseAddress else { return size == 0 }
      return unsafe memcmp(base, bytes, stored.count) == 0
    }
  }

  package func reset() { unsafe sqlite3_reset(handle) }

  /// Runs a statement without rows; returns how many rows it changed.
  @discardableResult
  package func run() throws(Failure) -> Int64 {
    let code = unsafe sqlite3_step(handle)
    if code == SQLITE_DONE {
      unsafe sqlite3_reset(handle)
      return database.changes
    }
    if code == SQLITE_ROW {
      unsafe sqlite3_reset(handle)
      return 0
    }
    let failure = database.failure(code, sql)
    unsafe sqlite3_reset(handle)
    throw failure
  }

  /// Steps to the next row; `false` at the end.
  package func next() throws(Failure) -> Bool {
    let code = unsafe sqlite3_step(handle)
    if code == SQLITE_ROW { return true }
    let failure = code == SQLITE_DONE ? nil : database.failure(code, sql)
    unsafe sqlite3_reset(handle)
    if let failure { throw failure }
    return false
  }

  var columnCount: Int32 { unsafe sqlite3_column_count(handle) }
  var isReadOnly: Bool { unsafe sqlite3_stmt_readonly(handle) != 0 }
  private var sql: String { unsafe sqlite3_sql(handle).map { unsafe String(cString: $0) } ?? "" }

  func columnName(_ index: Int32) -> String {
    unsafe sqlite3_column_name(handle, index).map { unsafe String(cString: $0) } ?? ""
  }

  package func integer(_ index: Int32) -> Int64 { unsafe sqlite3_column_int64(handle, index) }

  package func isNull(_ index: Int32) -> Bool {
    unsafe sqlite3_column_type(handle, index) == SQLITE_NULL
  }

  package func bytes(_ index: Int32) -> [UInt8] {
    guard let base = unsafe sqlite3_column_blob(handle, index) else { return [] }
    let count = unsafe Int(sqlite3_column_bytes(handle, index))
    return unsafe Array(UnsafeRawBufferPointer(start: base, count: count))
  }

  package func optionalText(_ index: Int32) -> String? {
    if isNull(index) { return nil }
    return unsafe withBytes(index) { unsafe String(decoding: $0, as: UTF8.self) }
  }

  package func value(_ index: Int32) -> SQLValue {
    switch unsafe sqlite3_column_type(handle, index) {
    case SQLITE_INTEGER: .integer(integer(index))
    case SQLITE_FLOAT: .real(unsafe sqlite3_column_double(handle, index))
    case SQLITE_TEXT: .text(text(index))
    case SQLITE_BLOB: .blob(bytes(index))
    default: .null
    }
  }

  /// Appends a column to a line of JSON: texts with the bytes that they have, blobs as text in hex
  /// behind `\\x`, as PostgreSQL writes them.
  package func appendJSON(_ index: Int32, to line: inout [UInt8]) {
    switch unsafe sqlite3_column_type(handle, index) {
    case SQLITE_INTEGER: line += Array(String(integer(index)).utf8)
    case SQLITE_FLOAT:
      let value = unsafe sqlite3_column_double(handle, index)
      line += Array((value.isFinite ? "\(value)" : "\"\(value)\"").utf8)
    case SQLITE_TEXT: line.append(quoted: bytes(index))
    case SQLITE_BLOB:
      line += Array("\"\\\\x\(Hex.encode(bytes(index)))".utf8)
      line.append(UInt8(ascii: "\""))
    default: line += Array("null".utf8)
    }
  }

  /// The column as JSON that ``Value`` can be made of again: a blob is an object.
  package func key(_ index: Int32) -> JSON {
    guard unsafe sqlite3_column_type(handle, index) == SQLITE_BLOB else { return json(index) }
    return ["blob": json(index)]
  }

  /// The column as JSON: numbers and text as they are, blobs in hex.
  func json(_ index: Int32) -> JSON {
    switch unsafe sqlite3_column_type(handle, index) {
    case SQLITE_INTEGER: return .integer(integer(index))
    case SQLITE_FLOAT:
      let value = unsafe sqlite3_column_double(handle, index)
      return value.isFinite ? .number(String(value)) : .null
    case SQLITE_TEXT: return .string(text(index))
    case SQLITE_BLOB:
      return .string(Hex.encode(bytes(index)))
    default: return .null
    }
  }

  private static let transient = unsafe unsafeBitCast(
    -1 as Int, to: (@convention(c) (UnsafeMutableRawPointer?) -> Void).self)
}
