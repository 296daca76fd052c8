internal import PatchbayCore

/// The rows that a pass has seen, as bits by row id: an unchanged record is not written for it. The
/// bits are stored with the checkpoint that covers the pages.
///
/// Not Sendable: it belongs to the store's actor.
final class SeenSet {
  /// Rows to a stored part: 4 KiB of bits.
  private static let stride: Int64 = 32_768

  private let database: Database
  private let stream: Int64
  private var parts: [Int64: [UInt64]] = [:]
  private var changed: Set<Int64> = []

  init(_ database: Database, stream: Int64) {
    self.database = database
    self.stream = stream
  }

  func contains(_ row: Int64) throws(Failure) -> Bool {
    let (part, word, bit) = Self.place(of: row)
    return try bits(part)[word] & bit != 0
  }

  /// Returns whether the row had not been seen before.
  func insert(_ row: Int64) throws(Failure) -> Bool {
    let (part, word, bit) = Self.place(of: row)
    var bits = try bits(part)
    if bits[word] & bit != 0 { return false }
    // Taken out for the change, so that the array is not copied.
    parts[part] = nil
    bits[word] |= bit
    parts[part] = bits
    changed.insert(part)
    return true
  }

  /// Writes what changed, within the transaction of the rows.
  func store() throws(Failure) {
    for part in changed.sorted() {
      let bytes = (parts[part] ?? []).flatMap { word in
        (0..<8).map { UInt8(truncatingIfNeeded: word >> (8 * UInt64($0))) }
      }
      try database.prepare("INSERT OR REPLACE INTO seen (stream_id, part, bits) VALUES (?, ?, ?)")
        .bind(.integer(stream), .integer(part), .blob(bytes)).run()
    }
    changed = []
  }

  /// Nothing has been seen any more.
  func clear() throws(Failure) {
    forget()
    try database.prepare("DELETE FROM seen WHERE stream_id = ?").bind(.integer(stream)).run()
  }

  /// Drops what is in memory: the transaction was undone, or another process may have gone on.
  func forget() {
    parts = [:]
    changed = []
  }

  private func bits(_ part: Int64) throws(Failure) -> [UInt64] {
    if let known = parts[part] { return known }
    var words = [UInt64](repeating: 0, count: Int(Self.stride / 64))
    let bytes = try database.prepare("SELECT bits FROM seen WHERE stream_id = ? AND part = ?")
      .bind(.integer(stream), .integer(part)).first { $0.bytes(0) }
    for (index, byte) in (bytes ?? []).enumerated() where index / 8 < words.count {
      words[index / 8] |= UInt64(byte) << (8 * UInt64(index % 8))
    }
    parts[part] = words
    return words
  }

  private static func place(of row: Int64) -> (part: Int64, word: Int, bit: UInt64) {
    let within = row % stride
    return (row / stride, Int(within / 64), 1 << UInt64(within % 64))
  }
}
