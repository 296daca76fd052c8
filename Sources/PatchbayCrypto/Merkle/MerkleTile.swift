/// A file with a part of a tree's hashes: up to 256 of one level, 8 levels of the tree above the
/// next tile's. So a log of any size is a set of small files that any web server can have, and a
/// full one never changes. The form is that of the C2SP's tlog-tiles.
package struct MerkleTile: Hashable, Sendable {
  package static let span = 256
  static let height = 8
  /// Of one hash, in bytes.
  package static let hashSize = 32

  /// 0 for hashes of entries, 1 for those of 256 entries each, and so on.
  package let level: Int
  package let index: Int
  /// Hashes in it: 256, or fewer in the last one of a level.
  package let width: Int

  package init(level: Int, index: Int, width: Int) {
    (self.level, self.index, self.width) = (level, index, width)
  }

  /// The tile with what stands for a complete subtree in a tree of `size` entries.
  package init(holding node: MerkleNode, in size: Int) {
    level = node.level / Self.height
    index = node.index << (node.level % Self.height) / Self.span
    width = min(Self.span, size >> (level * Self.height) - index * Self.span)
  }

  /// All tiles of a tree.
  package static func all(in size: Int) -> [MerkleTile] {
    var (found, level): ([MerkleTile], Int) = ([], 0)
    while case let count = size >> (level * height), count > 0 {
      for index in 0...(count - 1) / span {
        found.append(
          MerkleTile(level: level, index: index, width: min(span, count - index * span)))
      }
      level += 1
    }
    return found
  }

  /// Bytes of the file.
  package var size: Int { width * Self.hashSize }

  /// The tile with the same place that is full.
  package var full: MerkleTile { MerkleTile(level: level, index: index, width: Self.span) }

  /// From the log's folder on: `tile/0/x001/x234/067`, and `.p/W` for one of W hashes.
  package var path: String { "tile/\(level)/\(place)" }

  /// Where the entries are whose hashes it has.
  package var entriesPath: String { "tile/entries/\(place)" }

  private var place: String {
    var (groups, rest): ([String], Int) = ([], index)
    repeat {
      let digits = String(rest % 1000)
      groups.append(String(repeating: "0", count: 3 - digits.utf8.count) + digits)
      rest /= 1000
    } while rest > 0
    let last = groups.removeFirst()
    let path = (groups.reversed().map { "x\($0)" } + [last]).joined(separator: "/")
    return width == Self.span ? path : "\(path).p/\(width)"
  }

  /// What stands for a complete subtree, by the bytes of its tile; `nil` where they are too few.
  package func hash(of node: MerkleNode, in bytes: [UInt8]) -> [UInt8]? {
    let depth = node.level % Self.height
    let first = node.index << depth - index * Self.span
    let end = first + 1 << depth
    guard node.level / Self.height == level, first >= 0, end <= width, bytes.count >= size else {
      return nil
    }
    var range = MerkleRange()
    for position in first..<end {
      range.append(Array(bytes[position * Self.hashSize..<(position + 1) * Self.hashSize]))
    }
    return range.root
  }
}
