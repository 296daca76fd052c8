/// Reads numbers and texts within the bytes of a file; whatever lies outside is `nil`.
// Unsafe: borrows the bytes for as long as whoever made it reads; every offset is checked.
@safe struct ELFReader {
  private let bytes: UnsafeRawBufferPointer

  init(_ bytes: UnsafeRawBufferPointer) { unsafe self.bytes = bytes }

  var count: Int { unsafe bytes.count }

  func holds(_ offset: Int, _ size: Int) -> Bool {
    offset >= 0 && size >= 0 && offset <= count && size <= count - offset
  }

  /// A number of up to eight bytes, the lowest first.
  func number(_ offset: Int, _ size: Int) -> UInt64? {
    guard holds(offset, size) else { return nil }
    var value: UInt64 = 0
    for index in (0..<size).reversed() {
      value = unsafe value << 8 | UInt64(bytes[offset + index])
    }
    return value
  }

  func slice(_ offset: Int, _ size: Int) -> [UInt8]? {
    holds(offset, size) ? unsafe Array(bytes[offset..<(offset + size)]) : nil
  }

  /// Whether a text stands at an index of a table, with its end.
  func isText(_ text: StaticString, _ table: Int, _ size: Int, at index: Int) -> Bool {
    let count = text.utf8CodeUnitCount + 1
    guard holds(table, size), index >= 0, count <= size, index <= size - count else { return false }
    // Unsafe: the text is a constant of the program, with a NUL at its end.
    return (0..<count).allSatisfy { unsafe bytes[table + index + $0] == text.utf8Start[$0] }
  }

  /// The NUL-terminated text at an index of a table, of 4,096 bytes at most.
  func text(_ table: Int, _ size: Int, at index: Int) -> String? {
    guard holds(table, size), index >= 0, index < size else { return nil }
    let rest = unsafe bytes[(table + index)..<(table + min(size, index + 4096))]
    guard let end = unsafe rest.firstIndex(of: 0) else { return nil }
    return unsafe String(decoding: rest[..<end], as: UTF8.self)
  }
}
