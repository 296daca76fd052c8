internal import PatchbayCore
internal import PatchbayStore

/// Sealed hashes every so many entries, so that one entry of millions can be proven by those up to
/// the next mark alone.
extension Journal {
  /// Entries from one mark to the next, at least.
  private static var markStride: Int64 { 1024 }

  /// Marks the end, within a batch, where the last mark is far.
  func markEnd() throws(Failure) {
    if head.number / Self.markStride == markedUpTo / Self.markStride { return }
    try insert(.marks, [.integer(head.number), .blob(head.hash)])
    markedUpTo = head.number
  }

  func lastMark() throws(Failure) -> Int64 {
    try database.statement("SELECT coalesce(max(number), 0) FROM marks").bind()
      .first { $0.integer(0) } ?? 0
  }

  /// The entry of a key, proven to be as it was written by the hashes from there to a mark.
  func provenEntry(key: String) throws(Failure) -> Entry? {
    guard let entry = try entry(key: key) else { return nil }
    try prove([entry])
    return entry
  }

  /// Throws `ledger.damaged` where entries are not what was written.
  func prove(_ entries: [Entry]) throws(Failure) {
    var known: Int64 = 0
    for entry in entries.sorted(by: { $0.number < $1.number }) where entry.number > known {
      known = try prove(entry)
    }
  }

  /// Returns the number of the last entry that is proven with it.
  private func prove(_ entry: Entry) throws(Failure) -> Int64 {
    let mark = try rows(
      .marks, "WHERE number >= ? ORDER BY number LIMIT 1", .integer(entry.number)
    ).first
    let end = mark.map { (number: $0.integer("number"), hash: $0.bytes("hash")) }
    let (last, wanted) = end ?? (head.number, head.hash)
    var hash =
      try database.statement("SELECT hash FROM transfers WHERE number = ?")
      .bind(.integer(entry.number - 1)).first { $0.bytes(0) } ?? Entry.noHash
    var number = entry.number - 1
    try forEachRaw(numbered: entry.number...max(last, entry.number)) { (raw) throws(Failure) in
      number += 1
      hash = raw.expectedHash(after: hash)
      if raw.number != number || raw.hash != hash {
        throw Self.damaged("entry \(number) is not what was written")
      }
    }
    if number != last || hash != wanted {
      throw Self.damaged("entries from \(entry.number) to \(last) are not what was written")
    }
    return last
  }
}
