internal import CSimdJSON
internal import PatchbayCore

/// Reads the typed columns of a stream's records, with the reader that also cuts pages.
///
/// Not Sendable: it belongs to the store's actor.
@safe final class CellReader {
  // Unsafe: owns the C reader, freed in deinit. Cells are good until the next record is read.
  private let native: OpaquePointer
  private(set) var columns: [StoredColumn]
  /// Whether a column's pointer led to something, if only to null.
  private(set) var isFound: [Bool]
  private var scratch: [UInt8] = []

  init(_ columns: [StoredColumn]) {
    self.columns = columns
    isFound = columns.map(\.isFound)
    unsafe native = psj_columns_new()
    for column in columns {
      unsafe psj_columns_add(
        native, column.at, UInt64(column.at.utf8.count), Self.kind(column.kind))
    }
  }

  deinit { unsafe psj_columns_free(native) }

  /// What was found is written down.
  func knowsAsFound() {
    for index in columns.indices where isFound[index] { columns[index].isFound = true }
  }

  private static func kind(_ kind: Column.Kind) -> UInt32 {
    switch kind {
    case .text: UInt32(PSJ_COLUMN_TEXT)
    case .number: UInt32(PSJ_COLUMN_NUMBER)
    case .boolean: UInt32(PSJ_COLUMN_BOOLEAN)
    case .time: UInt32(PSJ_COLUMN_TIME)
    case .json: UInt32(PSJ_COLUMN_JSON)
    }
  }

  /// Binds the columns of a record from a place on. `record` is readable for `PSJ_PADDING` bytes
  /// more. Counts what does not fit by the column's name.
  // Unsafe: the cells point into the record, which the caller keeps until the statement has run, or
  // into the reader, which keeps them until its next record.
  func bind(
    _ record: UnsafeRawPointer, _ size: UInt64, to statement: SQLiteStatement, from first: Int32,
    misfits: inout [String: Int64]
  ) {
    if columns.isEmpty { return }
    let cells = unsafe psj_columns_read(
      native, record.assumingMemoryBound(to: CChar.self), size)
    for index in isFound.indices {
      let cell = unsafe cells[index]
      if unsafe cell.is_there != 0 && !isFound[index] { isFound[index] = true }
      if unsafe cell.is_misfit != 0, !columns[index].isHidden {
        misfits[columns[index].name, default: 0] += 1
      }
      let place = first + Int32(index)
      switch unsafe cell.kind {
      case UInt32(PSJ_CELL_INTEGER): unsafe statement.bind(.integer(cell.integer), at: place)
      case UInt32(PSJ_CELL_DOUBLE): unsafe statement.bind(real: cell.number, at: place)
      case UInt32(PSJ_CELL_TEXT):
        unsafe statement.bindBorrowed(
          cell.text.data.map { unsafe UnsafeRawPointer($0) } ?? UnsafeRawPointer(cells),
          cell.text.size,
          at: place)
      default: statement.bind(.null, at: place)
      }
    }
  }

  /// The same for a record that is kept; what is bound is good during `body`.
  func bind(
    _ record: [UInt8], to statement: SQLiteStatement, from first: Int32,
    misfits: inout [String: Int64], _ body: () throws(Failure) -> Void
  ) throws(Failure) {
    scratch.removeAll(keepingCapacity: true)
    scratch += record
    scratch += [UInt8](repeating: 0x20, count: Int(PSJ_PADDING))
    let record = scratch.count - Int(PSJ_PADDING)
    let result = unsafe scratch.withUnsafeBytes { bytes -> Result<Void, Failure> in
      guard let base = bytes.baseAddress else { return .success(()) }
      unsafe bind(base, UInt64(record), to: statement, from: first, misfits: &misfits)
      do throws(Failure) {
        return .success(try body())
      } catch {
        return .failure(error)
      }
    }
    try result.get()
  }
}

/// Whether a record changed, where its bytes did.
@safe final class Sameness {
  // Unsafe: owns the C list of pointers, freed in deinit.
  private let native: OpaquePointer

  /// `volatile`: JSON Pointers to members whose change is none.
  init(_ volatile: [String]) {
    unsafe native = psj_columns_new()
    for pointer in volatile {
      unsafe psj_columns_add(
        native, pointer, UInt64(pointer.utf8.count), UInt32(PSJ_COLUMN_JSON))
    }
  }

  deinit { unsafe psj_columns_free(native) }

  /// Whether two records differ in nothing but the order of members, the spelling of texts, and
  /// members that are volatile.
  // Unsafe: both are read within the call.
  func isSame(_ old: UnsafeRawBufferPointer, _ new: UnsafeRawPointer, _ size: UInt64) -> Bool {
    guard let base = old.baseAddress else { return false }
    return unsafe psj_same(
      native, base.assumingMemoryBound(to: CChar.self), UInt64(old.count),
      new.assumingMemoryBound(to: CChar.self), size) != 0
  }
}
