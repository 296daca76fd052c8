/// Trees of hashes over entries, as in RFC 6962: a root stands for all of them, and a short proof
/// shows that one entry is among them.
package enum Merkle {
  /// The root of no entries.
  package static let empty = Digest.sha256([UInt8]())

  /// The hash of one entry's bytes.
  package static func leaf(_ bytes: [UInt8]) -> [UInt8] { Digest.sha256(leafMark + bytes) }

  /// What stands before the bytes of a leaf when they are hashed.
  package static let leafMark: [UInt8] = [0]

  /// The hash of two subtrees that lie side by side.
  package static func node(_ left: [UInt8], _ right: [UInt8]) -> [UInt8] {
    Digest.sha256([1] + left + right)
  }

  /// Whether a leaf is the one at `index` of `count` under a root.
  package static func holds(
    _ leaf: [UInt8], at index: Int, of count: Int, _ proof: [[UInt8]], root: [UInt8]
  ) -> Bool {
    guard index >= 0, index < count else { return false }
    var (position, last, hash) = (index, count - 1, leaf)
    for sibling in proof {
      if last == 0 { return false }
      if position % 2 == 1 || position == last {
        hash = node(sibling, hash)
        while position % 2 == 0 && position != 0 { (position, last) = (position / 2, last / 2) }
      } else {
        hash = node(hash, sibling)
      }
      (position, last) = (position / 2, last / 2)
    }
    return last == 0 && hash == root
  }
}

/// A tree with all of its hashes, so that many proofs cost little.
package struct MerkleTree {
  /// The hashes of each complete level, the leaves first; a last one without a neighbour moves up.
  private var levels: [[[UInt8]]]

  package init(_ leaves: [[UInt8]]) {
    levels = [leaves]
    while let level = levels.last, level.count > 1 {
      var next: [[UInt8]] = []
      next.reserveCapacity((level.count + 1) / 2)
      for index in stride(from: 0, to: level.count - 1, by: 2) {
        next.append(Merkle.node(level[index], level[index + 1]))
      }
      if level.count % 2 == 1, let last = level.last { next.append(last) }
      levels.append(next)
    }
  }

  /// What stands for all leaves.
  package var root: [UInt8] { levels.last?.first ?? Merkle.empty }

  /// The hashes beside the way from a leaf to the root.
  package func proof(_ index: Int) -> [[UInt8]] {
    // The nearest first.
    var (position, found): (Int, [[UInt8]]) = (index, [])
    for level in levels.dropLast() {
      let neighbour = position ^ 1
      if neighbour < level.count { found.append(level[neighbour]) }
      position /= 2
    }
    return found
  }
}
