/// A complete subtree: the hashes of 2^`level` entries, from `index` · 2^`level` on.
package struct MerkleNode: Hashable, Sendable {
  package let level: Int
  package let index: Int

  package init(level: Int, index: Int) { (self.level, self.index) = (level, index) }

  /// The fewest complete subtrees that stand for the entries of a range, from left to right: at
  /// most two for each level of the tree.
  package static func covering(_ range: Range<Int>) -> [MerkleNode] {
    var (found, position): ([MerkleNode], Int) = ([], range.lowerBound)
    while position < range.upperBound {
      let room = (Int.bitWidth - 1) - (range.upperBound - position).leadingZeroBitCount
      let level = position == 0 ? room : min(room, position.trailingZeroBitCount)
      found.append(MerkleNode(level: level, index: position >> level))
      position += 1 << level
    }
    return found
  }
}

/// The first entries of a log, by the fewest hashes that stand for them: what an append needs to
/// know, and what a proof is put together with.
package struct MerkleRange: Sendable {
  /// Entries so far.
  package private(set) var size = 0
  private var peaks: [(level: Int, hash: [UInt8])] = []

  package init() {}

  /// Appends a complete subtree, which must begin where one of its size can.
  package mutating func append(_ hash: [UInt8], level: Int = 0) {
    precondition(size & ((1 << level) - 1) == 0, "a subtree begins at a multiple of its size")
    size += 1 << level
    var new = (level: level, hash: hash)
    while let last = peaks.last, last.level == new.level {
      peaks.removeLast()
      new = (new.level + 1, Merkle.node(last.hash, new.hash))
    }
    peaks.append(new)
  }

  /// The root of a tree of these entries.
  package var root: [UInt8] {
    guard var hash = peaks.last?.hash else { return Merkle.empty }
    for peak in peaks.dropLast().reversed() { hash = Merkle.node(peak.hash, hash) }
    return hash
  }
}

/// What complete subtrees of a tree prove of it. Their hashes may come from anywhere: what holds is
/// what leads to a root that is known. `hash` gives `nil` for one that is not to be had.
package struct MerkleProof: Sendable {
  /// The root of the whole tree, as these hashes have it; where it is not the one that is known,
  /// the hashes are not those of the tree, and prove nothing.
  package let root: [UInt8]
  /// The root of the first entries alone, if the hashes are those of the tree.
  package let earlier: [UInt8]

  /// Subtrees that show how the first entries of a tree are among all of them.
  package static func nodes(of first: Int, in size: Int) -> [MerkleNode] {
    MerkleNode.covering(0..<first) + MerkleNode.covering(first..<size)
  }

  /// Consistency: of the first entries with all of them.
  package init?(of first: Int, in size: Int, _ hash: (MerkleNode) -> [UInt8]?) {
    guard first >= 0, first <= size else { return nil }
    var range = MerkleRange()
    for node in MerkleNode.covering(0..<first) {
      guard let hash = hash(node) else { return nil }
      range.append(hash, level: node.level)
    }
    earlier = range.root
    for node in MerkleNode.covering(first..<size) {
      guard let hash = hash(node) else { return nil }
      range.append(hash, level: node.level)
    }
    root = range.root
  }

  /// Subtrees that show where an entry is among all of them.
  package static func nodes(at index: Int, in size: Int) -> [MerkleNode] {
    MerkleNode.covering(0..<index) + [MerkleNode(level: 0, index: index)]
      + MerkleNode.covering(index + 1..<size)
  }

  /// Inclusion: the root of the tree if `leaf` is the entry at `index`.
  package static func root(
    with leaf: [UInt8], at index: Int, in size: Int, _ hash: (MerkleNode) -> [UInt8]?
  ) -> [UInt8]? {
    guard index >= 0, index < size else { return nil }
    var range = MerkleRange()
    for node in nodes(at: index, in: size) {
      guard let hash = node == MerkleNode(level: 0, index: index) ? leaf : hash(node) else {
        return nil
      }
      range.append(hash, level: node.level)
    }
    return range.root
  }
}
