internal import PatchbayCore
internal import PatchbayStore

/// The end of the books up to form 4: the seal was over the last entry and the last closed month.
struct FormerEnd {
  let database: any SQLConnection

  func isSealed(by seal: Seal) throws(Failure) -> Bool {
    let stored = try database.statement("SELECT number, hash, seal FROM head").bind().first {
      ($0.integer(0), $0.bytes(1), $0.bytes(2))
    }
    let closed = try JournalEnd.closed(database)
    let (number, hash, found) = stored ?? (0, Entry.noHash, [])
    return found == seal.of(number, hash + Array(closed.period.utf8) + closed.root)
  }
}

extension Journal {
  /// Whether a file has books with an end, which something sealed.
  static func hasEnd(path: String) throws(Failure) -> Bool {
    let database = try SQLiteConnection(path: path, mode: .readWrite)
    guard try database.hasTable("head") else { return false }
    return try database.statement("SELECT 1 FROM head").bind().first { _ in true } ?? false
  }

  /// Whether the end of the books in a file was sealed by a key.
  static func isSealed(path: String, key: [UInt8]) throws(Failure) -> Bool {
    let database = try SQLiteConnection(path: path, mode: .readWrite)
    if try database.form() < LedgerForm.sealedTables {
      return try FormerEnd(database: database).isSealed(by: Seal(key))
    }
    return try JournalEnd.read(database, Seal(key))?.isSealed ?? false
  }
}
