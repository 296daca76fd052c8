// Unsafe: the key is borrowed for the call.
internal import Glibc
internal import PatchbayCore

/// A stream's rows in the order of their ids. A pass mostly brings records in the order in which
/// they were stored: then the next row is the one to compare with, and no key is looked up.
///
/// Not Sendable: it belongs to the store's actor.
final class RowWalk {
  /// Rows may be missing in between: of records that are gone.
  private static let longestGap: Int64 = 4

  private let rows: SQLiteStatement
  private var isOpen = false
  private var isInOrder = false
  /// The row that was found last.
  private var last: Int64 = -1

  init(_ database: SQLiteConnection, stream: Int64) throws(Failure) {
    rows = try database.makeStatement(
      """
      SELECT t.id, t.deleted_ms, r.raw, t.key
      FROM \(RecordTables.name(stream)) t
        CROSS JOIN \(RecordTables.raw(stream)) r ON r.id = t.id
      WHERE t.id > ?1 ORDER BY t.id
      """)
  }

  /// The next row, if it has this key: id, time of deletion, text. Good until the walk is closed or
  /// goes on.
  func next(_ key: UnsafeRawPointer, _ size: UInt64) throws(Failure) -> SQLiteStatement? {
    if !isInOrder { return nil }
    if !isOpen {
      rows.bind(.integer(last), at: 1)
      isOpen = true
    }
    if try rows.next(), unsafe rows.isEqual(3, key, size) {
      last = rows.integer(0)
      return rows
    }
    close()
    isInOrder = false
    return nil
  }

  /// A row was found by its key.
  func found(_ row: Int64) {
    isInOrder = row > last && row.subtracting(clamped: last) <= Self.longestGap
    last = row
  }

  /// Before anything is written, and at the end of a transaction.
  func close() {
    if isOpen { rows.reset() }
    isOpen = false
  }
}
