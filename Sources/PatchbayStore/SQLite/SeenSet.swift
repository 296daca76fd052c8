// Unsafe: stored bytes are copied within the call that lends them.
internal import PatchbayCore

/// The rows that a pass has seen, or that a month has changed, as bits by row id: an unchanged
/// record is not written for it. The bits are stored with the checkpoint that covers the pages.
///
/// Not Sendable: it belongs to the store's actor.
final class SeenSet {
  /// A stored part is of 2^15 rows, in 4 KiB of bits. By shifts, any row has a place.
  private static let strideBits: Int64 = 15

  private let database: SQLiteConnection
  private let stream: Int64
  /// The part at hand, which is not among the others: neighbours mostly come together.
  private var current: Int64?
  private var words: [UInt64] = []
  private var isChanged = false
  private var others: [Int64: [UInt64]] = [:]
  private var changed: Set<Int64> = []

  /// The month whose rows these are, as 202611; `nil` for those of a pass.
  let month: Int64?

  init(_ database: SQLiteConnection, stream: Int64, month: Int64? = nil) {
    self.database = database
    self.stream = stream
    self.month = month
  }

  static func month(of atMS: Int64) -> Int64 {
    Int64(Time.format(atMS).prefix(7).filter { $0 != "-" }) ?? 0
  }

  func contains(_ row: Int64) throws(Failure) -> Bool {
    let (part, word, bit) = Self.place(of: row)
    if part != current { try turn(to: part) }
    return words[word] & bit != 0
  }

  /// Returns whether the row had not been seen before.
  func insert(_ row: Int64) throws(Failure) -> Bool {
    let (part, word, bit) = Self.place(of: row)
    if part != current { try turn(to: part) }
    if words[word] & bit != 0 { return false }
    words[word] |= bit
    isChanged = true
    return true
  }

  /// Writes what changed, within the transaction of the rows.
  func store() throws(Failure) {
    if isChanged, let current { changed.insert(current) }
    for part in changed.sorted() {
      let bits = part == current ? words : others[part] ?? []
      let bytes = unsafe bits.map { $0.littleEndian }.withUnsafeBytes { unsafe Array($0) }
      try write(part, bytes)
    }
    changed = []
    isChanged = false
  }

  /// Written over in place where it is there: what replaces it would take other pages.
  private func write(_ part: Int64, _ bytes: [UInt8]) throws(Failure) {
    var place: [SQLValue] = [.integer(stream), .integer(part), .blob(bytes)]
    if let month { place.append(.integer(month)) }
    let update = try database.prepare(
      month == nil
        ? "UPDATE seen SET bits = ?3 WHERE stream_id = ?1 AND part = ?2"
        : "UPDATE active SET bits = ?3, month = ?4 WHERE stream_id = ?1 AND part = ?2")
    update.bind(all: place)
    if try update.run() > 0 { return }
    let insert = try database.prepare(
      month == nil
        ? "INSERT INTO seen (stream_id, part, bits) VALUES (?1, ?2, ?3)"
        : "INSERT INTO active (stream_id, part, bits, month) VALUES (?1, ?2, ?3, ?4)")
    insert.bind(all: place)
    try insert.run()
  }

  private func turn(to part: Int64) throws(Failure) {
    let next = try bits(part)
    if let current {
      others[current] = words
      if isChanged { changed.insert(current) }
    }
    // Held once, so that a change copies nothing.
    others[part] = nil
    (current, words, isChanged) = (part, next, false)
  }

  private func bits(_ part: Int64) throws(Failure) -> [UInt64] {
    if let known = others[part] { return known }
    let count = 1 << (Self.strideBits - 6)
    let find =
      if let month {
        try database.prepare(
          "SELECT bits FROM active WHERE stream_id = ? AND part = ? AND month = ?"
        ).bind(.integer(stream), .integer(part), .integer(month))
      } else {
        try database.prepare("SELECT bits FROM seen WHERE stream_id = ? AND part = ?")
          .bind(.integer(stream), .integer(part))
      }
    let stored = try find.first { $0.bytes(0) }
    guard let stored, stored.count == count * 8 else { return Array(repeating: 0, count: count) }
    return unsafe stored.withUnsafeBytes { bytes in
      (0..<count).map {
        unsafe UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: $0 * 8, as: UInt64.self))
      }
    }
  }

  private static func place(of row: Int64) -> (part: Int64, word: Int, bit: UInt64) {
    let within = row & (1 << strideBits - 1)
    return (row >> strideBits, Int(within >> 6), 1 << UInt64(within & 63))
  }
}

extension RecordUse {
  /// Counts a record that is new, changed or deleted, by the rows that the month has changed.
  mutating func countChange(_ row: Int64, isEmitted: Bool, _ active: SeenSet) throws(Failure) {
    let isFirst = try active.insert(row)
    if !isEmitted { changed += 1 }
    if !isFirst { return }
    if isEmitted { emitted += 1 } else { self.active += 1 }
  }
}
