internal import PatchbayCore
internal import PatchbayStore

/// Where the journal ends, as it is stored: the last entry, the last closed month, and the seal
/// over both. One month that is opened again shows.
struct JournalEnd {
  typealias Closed = (period: String, root: [UInt8])

  let database: any SQLConnection

  func head() throws(Failure) -> Journal.Head? {
    try database.statement("SELECT number, hash, last_ms, last_tail FROM head").bind().first {
      Journal.Head(
        number: $0.integer(0), hash: $0.bytes(1), lastMS: $0.integer(2),
        lastTail: UInt64(bitPattern: $0.integer(3)))
    }
  }

  /// The last month that is closed, with its root.
  func closed() throws(Failure) -> Closed {
    try database.statement("SELECT period, root FROM periods ORDER BY period DESC LIMIT 1")
      .bind().first { ($0.text(0), $0.bytes(1)) } ?? ("", [])
  }

  func isSealed(by seal: Seal) throws(Failure) -> Bool {
    let stored = try database.statement("SELECT seal FROM head").bind().first { $0.bytes(0) }
    return stored == Self.seal(of: try head() ?? Journal.Head(), try closed(), by: seal)
  }

  static func seal(of head: Journal.Head, _ closed: Closed, by seal: Seal) -> [UInt8] {
    seal.of(head.number, head.hash + Array(closed.period.utf8) + closed.root)
  }
}

extension Journal {
  /// Whether a file has books with an end, which something sealed.
  static func hasEnd(path: String) throws(Failure) -> Bool {
    let database = try SQLiteConnection(path: path, mode: .readWrite)
    guard try database.hasTable("head") else { return false }
    return try JournalEnd(database: database).head() != nil
  }

  /// Whether the end of the books in a file was sealed by a key.
  static func isSealed(path: String, key: [UInt8]) throws(Failure) -> Bool {
    let database = try SQLiteConnection(path: path, mode: .readWrite)
    return try JournalEnd(database: database).isSealed(by: Seal(key))
  }
}
