internal import PatchbayCore
internal import PatchbayCrypto
internal import PatchbayTUF

/// How two heads of a log go together.
package enum LogComparison: String, Sendable {
  /// The same, or one goes on from the other.
  case consistent
  /// They cannot be of one log: somebody was shown another one.
  case forked
  /// The other one is newer, and what is to be had here does not show how it goes on.
  case unproven
}

/// Reads a log whose head is signed. Tiles come from anywhere: they are believed as far as they
/// lead to the root that is signed.
struct LogReader {
  /// In what way a log does not go on from where it was.
  enum Break: String {
    case gone = "the marketplace keeps no log any more"
    case other = "it is another log"
    case rewound = "it has fewer releases than before"
    case forked = "releases that were in it are not, or are others"
  }

  let head: LogHead
  private let source: any TUFSource
  private let place: String
  private var tiles: [MerkleTile: [UInt8]] = [:]

  init(_ head: LogHead, _ source: any TUFSource, place: String) {
    (self.head, self.source, self.place) = (head, source, place)
  }

  /// How it does not go on from a head that was signed before; `nil` where it does. Throws
  /// `market.tile` where the place has not what would show it.
  mutating func `break`(since known: LogHead) async throws(Failure) -> Break? {
    if head.origin != known.origin { return .other }
    if head.size < known.size { return .rewound }
    if head.size == known.size { return head.root == known.root ? nil : .forked }
    let proof = try await proof(of: known.size, in: head)
    guard let proof, proof.root == head.root else { throw wrongTiles() }
    // The hashes are those of the signed log: what they say of its beginning is proven.
    return proof.earlier == known.root ? nil : .forked
  }

  /// Compares with a head that another hub has seen.
  mutating func compare(_ other: LogHead) async throws(Failure) -> LogComparison {
    if other.origin != head.origin { return .forked }
    if other.size <= head.size {
      return try await self.break(since: other) == nil ? .consistent : .forked
    }
    // The place may have the tiles of a newer head already.
    let proof: MerkleProof?
    do throws(Failure) {
      proof = try await self.proof(of: head.size, in: other)
    } catch  where error.code == "market.tile" {
      proof = nil
    }
    guard let proof, proof.root == other.root else { return .unproven }
    return proof.earlier == head.root ? .consistent : .forked
  }

  /// Throws `market.unlogged` unless the log has an entry at this place.
  mutating func check(_ entry: LogEntry, at index: Int?) async throws(Failure) {
    func refuse(_ text: String) -> Failure {
      Failure(
        .permission, "market.unlogged",
        "\(entry.text.split(separator: " ").prefix(2).joined(separator: " ")) is not in the "
          + "marketplace's log of releases: \(text)",
        mend: "do not install it: this hub may be shown another release than everybody else; tell "
          + "the marketplace, and compare with another hub: patchbay market log")
    }
    guard let index, index < head.size else { throw refuse("no place in it is named") }
    let nodes = MerkleProof.nodes(at: index, in: head.size)
    try await fetch(nodes.map { MerkleTile(holding: $0, in: head.size) })
    let place = MerkleNode(level: 0, index: index)
    guard let found = hash(of: place, in: head),
      MerkleProof.root(
        with: found, at: index, in: head.size, { hash(of: $0, in: head) }) == head.root
    else { throw wrongTiles() }
    if found != entry.leaf { throw refuse("entry \(index) is of another release") }
  }

  private mutating func proof(of first: Int, in head: LogHead) async throws(Failure)
    -> MerkleProof?
  {
    let nodes = MerkleProof.nodes(of: first, in: head.size)
    try await fetch(nodes.map { MerkleTile(holding: $0, in: head.size) })
    return MerkleProof(of: first, in: head.size) { hash(of: $0, in: head) }
  }

  private func hash(of node: MerkleNode, in head: LogHead) -> [UInt8]? {
    let tile = MerkleTile(holding: node, in: head.size)
    return tiles[tile].flatMap { tile.hash(of: node, in: $0) }
  }

  // MARK: Tiles

  /// Fetches those that are not here yet. Part of a tile is in the full one, too.
  mutating func fetch(_ wanted: [MerkleTile]) async throws(Failure) {
    for tile in wanted where tiles[tile] == nil {
      var bytes = try await fetch(LogFiles.path(tile), limit: tile.size)
      if bytes == nil, tile.width < MerkleTile.span {
        bytes = try await fetch(LogFiles.path(tile.full), limit: tile.full.size)
      }
      guard let bytes else { throw failure("has no \(LogFiles.path(tile))") }
      guard bytes.count == tile.size || bytes.count == tile.full.size else {
        throw failure(
          "\(LogFiles.path(tile)) has \(bytes.count) bytes, and should have \(tile.size)")
      }
      tiles[tile] = bytes
    }
  }

  private func fetch(_ path: String, limit: Int) async throws(Failure) -> [UInt8]? {
    do throws(Failure) {
      return try await source.target(path, limit: limit)
    } catch {
      throw failure("\(path): \(error.message)", error.kind)
    }
  }

  private func wrongTiles() -> Failure {
    failure("its files do not lead to the root that is signed, of \(head.size) releases")
  }

  private func failure(_ text: String, _ kind: ErrorClass = .data) -> Failure {
    Failure(
      kind, "market.tile", "the log of releases at \(place) cannot be checked: \(text)",
      mend: "try again; if it stays so, use another mirror, or tell the marketplace")
  }
}
