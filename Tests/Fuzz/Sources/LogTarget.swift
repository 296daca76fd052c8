import PatchbayCore
import PatchbayCrypto

@testable import PatchbayMarketplace

extension FuzzTarget {
  /// The log of releases: a head is read as it is written and as nothing else, entries are found
  /// one behind the other, and tiles of any bytes give hashes or none.
  static let log = FuzzTarget(
    name: "log", seeds: { [Array(written.text.utf8), [0, 1, 0x61, 0, 0]] },
    words: ["patchbay-market/", "\n1\n", "\n1099511627776\n", "=\n"], run: checkLog)
}

private let written = LogHead(
  origin: "patchbay-market/a", size: 300, root: [UInt8](repeating: 7, count: MerkleTile.hashSize))

private func checkLog(_ bytes: [UInt8]) {
  if let head = try? LogHead(reading: bytes, from: "it") {
    let text = Array(head.text.utf8)
    expect(text == bytes || text.dropLast() == bytes[...], "a head is written otherwise")
    _ = MerkleProof(of: head.size / 3, in: head.size) { node in
      let tile = MerkleTile(holding: node, in: head.size)
      expect((1...MerkleTile.span).contains(tile.width), "a tile has \(tile.width) hashes")
      return tile.hash(of: node, in: bytes)
        ?? tile.hash(of: node, in: [UInt8](repeating: 1, count: tile.size))
    }
  }
  _ = try? RepositoryLog.entries(in: bytes)
}
