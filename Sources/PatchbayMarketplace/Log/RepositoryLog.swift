internal import PatchbayCore
internal import PatchbayCrypto

/// The log of a repository, for those who write it: nothing in it is ever changed or taken out.
///
/// On disk it is a set of files that any web server can have, below `targets/log`: tiles of hashes,
/// and for whoever wants to read it all the entries, each behind its length in two bytes. What a
/// signed head does not cover was left by somebody who was killed, and is written over.
struct RepositoryLog {
  private let origin: String
  private(set) var entries: [String]
  private var places: [String: Int]
  /// Entries that were there when it was read.
  private let before: Int

  /// A new one, with a name that no other has.
  init() throws(Failure) {
    let name: [UInt8]
    do {
      name = try RandomBytes.make(16)
    } catch {
      throw Failure(.bug, "market.log", "no name for the log: \(error)")
    }
    origin = "patchbay-market/" + Hex.encode(name)
    (entries, places, before) = ([], [:], 0)
  }

  /// Throws `market.log_damaged` where what lies in the folder is not what was signed.
  init(_ head: LogHead, in folder: String) throws(Failure) {
    var entries: [String] = []
    for tile in MerkleTile.all(in: head.size) where tile.level == 0 {
      let path = "\(folder)/\(LogFiles.folder)/\(tile.entriesPath)"
      entries += try Self.entries(in: FileBytes.read(path, limit: 64 << 20))
    }
    let read = entries
    (origin, self.entries, before) = (head.origin, read, read.count)
    places = Dictionary(
      zip(read, read.indices), uniquingKeysWith: { _, later in later })
    if self.head != head {
      throw Failure(
        .config, "market.log_damaged",
        "the log of releases in \(folder)/\(LogFiles.folder) is not the one that was signed: "
          + "\(head.size) entries are, and \(read.count) others are there",
        mend: "restore the folder from a backup or from a mirror; nothing was changed")
    }
  }

  /// The tree that is signed.
  var head: LogHead {
    var range = MerkleRange()
    for entry in entries { range.append(Merkle.leaf(Array(entry.utf8))) }
    return LogHead(origin: origin, size: entries.count, root: range.root)
  }

  func index(of entry: LogEntry) -> Int? { places[entry.text] }

  mutating func append(_ entry: LogEntry) {
    if places[entry.text] != nil { return }
    places[entry.text] = entries.count
    entries.append(entry.text)
  }

  /// The files that an append changed, by their paths among the targets.
  func newFiles() -> [String: [UInt8]] {
    var files: [String: [UInt8]] = [:]
    // The hashes of one level after the other, each of 256 of the one below.
    var hashes = entries.map { Merkle.leaf(Array($0.utf8)) }
    var first = before
    for tile in MerkleTile.all(in: entries.count) {
      if tile.index == 0 && tile.level > 0 {
        hashes = (0..<hashes.count / MerkleTile.span).map { index in
          var range = MerkleRange()
          for position in 0..<MerkleTile.span {
            range.append(hashes[index * MerkleTile.span + position])
          }
          return range.root
        }
        first /= MerkleTile.span
      }
      let part = tile.index * MerkleTile.span..<tile.index * MerkleTile.span + tile.width
      if part.upperBound <= first { continue }
      files[LogFiles.path(tile)] = hashes[part].flatMap(\.self)
      if tile.level == 0 {
        files["\(LogFiles.folder)/\(tile.entriesPath)"] = entries[part].flatMap { entry in
          let bytes = Array(entry.utf8)
          return [UInt8(bytes.count >> 8), UInt8(bytes.count & 255)] + bytes
        }
      }
    }
    return files
  }

  static func entries(in bytes: [UInt8]) throws(Failure) -> [String] {
    var (entries, rest): ([String], ArraySlice<UInt8>) = ([], bytes[...])
    while let high = rest.popFirst() {
      guard let low = rest.popFirst(), case let count = Int(high) << 8 | Int(low),
        rest.count >= count
      else { throw Failure(.data, "market.log_damaged", "a file of the log ends too early") }
      entries.append(String(decoding: rest.prefix(count), as: UTF8.self))
      rest = rest.dropFirst(count)
    }
    return entries
  }
}
