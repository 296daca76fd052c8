import PatchbayCrypto
import Seeded
import Testing

/// Trees of random sizes, beside the definition of RFC 6962.
@Suite("Merkle trees") struct MerkleTests {
  /// MTH of the RFC, word by word.
  static func root(_ leaves: ArraySlice<[UInt8]>) -> [UInt8] {
    if leaves.isEmpty { return Digest.sha256([UInt8]()) }
    if leaves.count == 1 { return leaves[leaves.startIndex] }
    var half = 1
    while half * 2 < leaves.count { half *= 2 }
    let middle = leaves.startIndex + half
    return Digest.sha256([1] + root(leaves[..<middle]) + root(leaves[middle...]))
  }

  static func leaves(_ count: Int, _ draw: inout Draw) -> [[UInt8]] {
    (0..<count).map { index in Merkle.leaf([UInt8(index & 255), UInt8(draw.below(256))]) }
  }

  /// All tiles of a tree, by the definition.
  static func tiles(_ leaves: [[UInt8]]) -> [MerkleTile: [UInt8]] {
    var found: [MerkleTile: [UInt8]] = [:]
    for tile in MerkleTile.all(in: leaves.count) {
      let step = 1 << (8 * tile.level)
      found[tile] = (0..<tile.width).flatMap { position in
        let first = (tile.index * 256 + position) * step
        return root(leaves[first..<first + step])
      }
    }
    return found
  }

  static func reader(_ tiles: [MerkleTile: [UInt8]], _ size: Int) -> (MerkleNode) -> [UInt8]? {
    { node in
      let tile = MerkleTile(holding: node, in: size)
      return tiles[tile].flatMap { tile.hash(of: node, in: $0) }
    }
  }

  @Test(arguments: Scale.seeds(quick: 4, nightly: 60))
  func `what tiles prove is what the definition says`(seed: UInt64) throws {
    var draw = Draw(seed)
    let limit = draw.pick([5, 40, 300, 700])
    let all = Self.leaves(limit, &draw)
    for _ in 0..<12 {
      let size = 1 + draw.below(limit)
      let (leaves, first, index) = (Array(all.prefix(size)), draw.below(size + 1), draw.below(size))
      let hash = Self.reader(Self.tiles(leaves), size)
      let root = Self.root(leaves[...])
      #expect(MerkleTree(leaves).root == root, "seed \(seed), \(size)")
      let proof = try #require(MerkleProof(of: first, in: size, hash))
      #expect(proof.root == root && proof.earlier == Self.root(leaves[..<first]), "seed \(seed)")
      #expect(
        MerkleProof.root(with: leaves[index], at: index, in: size, hash) == root, "seed \(seed)")
      // Nothing else is proven: another entry, another place, other hashes.
      let other = Merkle.leaf([1, 2, 3])
      #expect(MerkleProof.root(with: other, at: index, in: size, hash) != root, "seed \(seed)")
      if size > 1 {
        let place = (index + 1 + draw.below(size - 1)) % size
        #expect(
          leaves[place] == leaves[index]
            || MerkleProof.root(with: leaves[index], at: place, in: size, hash) != root)
        let nodes = MerkleProof.nodes(at: index, in: size).filter {
          $0 != MerkleNode(level: 0, index: index)
        }
        let bad = draw.pick(nodes)
        let changed = MerkleProof.root(with: leaves[index], at: index, in: size) { node in
          node == bad ? other : hash(node)
        }
        #expect(changed != root, "seed \(seed)")
      }
      let count = MerkleProof.nodes(of: first, in: size).count
      #expect(count <= 2 * (Int.bitWidth - size.leadingZeroBitCount), "seed \(seed)")
    }
  }

  @Test(arguments: Scale.seeds(quick: 4, nightly: 60))
  func `a log that changed an earlier entry is not consistent`(seed: UInt64) throws {
    var draw = Draw(seed)
    let all = Self.leaves(2 + draw.below(400), &draw)
    let first = 1 + draw.below(all.count - 1)
    var forked = all
    forked[draw.below(first)] = Merkle.leaf([9, 9, 9])
    let hash = Self.reader(Self.tiles(forked), forked.count)
    let proof = try #require(MerkleProof(of: first, in: forked.count, hash))
    // The hashes are those of the forked log, and what they prove of its beginning is another root.
    #expect(proof.root == Self.root(forked[...]), "seed \(seed)")
    #expect(proof.earlier != Self.root(all[..<first]), "seed \(seed)")
  }

  @Test func `what is not to be had proves nothing`() {
    #expect(MerkleProof(of: 3, in: 2) { _ in [] } == nil)
    #expect(MerkleProof(of: -1, in: 2) { _ in [] } == nil)
    #expect(MerkleProof(of: 1, in: 2) { _ in nil } == nil)
    #expect(MerkleProof.root(with: [], at: 2, in: 2) { _ in [] } == nil)
    #expect(MerkleProof.root(with: [], at: 0, in: 2) { _ in nil } == nil)
    let tile = MerkleTile(level: 0, index: 0, width: 2)
    let node = MerkleNode(level: 1, index: 0)
    for count in [0, 1, 32, 63] {
      #expect(tile.hash(of: node, in: [UInt8](repeating: 0, count: count)) == nil)
    }
    #expect(tile.hash(of: node, in: [UInt8](repeating: 0, count: 64)) != nil)
    #expect(
      tile.hash(of: MerkleNode(level: 2, index: 0), in: [UInt8](repeating: 0, count: 128)) == nil)
    #expect(
      tile.hash(of: MerkleNode(level: 8, index: 0), in: [UInt8](repeating: 0, count: 64)) == nil)
  }

  @Test func `tiles lie where tlog-tiles has them`() {
    #expect(MerkleTile(level: 0, index: 0, width: 256).path == "tile/0/000")
    #expect(MerkleTile(level: 3, index: 1_234_067, width: 256).path == "tile/3/x001/x234/067")
    #expect(MerkleTile(level: 1, index: 1000, width: 5).path == "tile/1/x001/000.p/5")
    #expect(MerkleTile(level: 0, index: 7, width: 1).entriesPath == "tile/entries/007.p/1")
    let all = MerkleTile.all(in: 70_000)
    #expect(all.count == 274 + 2 + 1 && all.map(\.path).contains("tile/2/000.p/1"))
    #expect(MerkleTile.all(in: 0).isEmpty && MerkleTile.all(in: 256).count == 2)
  }
}
