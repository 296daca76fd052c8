package import PatchbayCore
internal import PatchbayCrypto

/// How far the log of releases goes, and the root of the tree over its entries: two hubs that have
/// the same head were shown the same releases. It is a target that the registry signs, with the
/// three lines of a checkpoint as other transparency logs have them: origin, size, root in base 64.
package struct LogHead: Sendable, Equatable {
  package static let path = "log/checkpoint"
  package static let sizeLimit = 1024
  /// Entries that a log can have. A head of more is none that anybody could have made.
  package static let entryLimit = 1 << 40

  /// Which log it is: a registry that begins another one changes its name.
  package let origin: String
  package let size: Int
  /// 32 bytes.
  package let root: [UInt8]

  package init(origin: String, size: Int, root: [UInt8]) {
    (self.origin, self.size, self.root) = (origin, size, root)
  }

  /// The three lines, each with its end.
  package var text: String { "\(origin)\n\(size)\n\(Base64.encode(root))\n" }

  /// Reads what ``text`` writes, and nothing else; the last end of line may be missing. Throws
  /// `market.log_head`.
  package init(reading bytes: [UInt8], from source: String) throws(Failure) {
    let text = String(decoding: bytes, as: UTF8.self)
    var lines = text.utf8.split(separator: 0x0A, omittingEmptySubsequences: false)
      .map { String(Substring($0)) }
    if lines.last == "" { lines.removeLast() }
    guard bytes.count <= Self.sizeLimit, lines.count == 3,
      let size = Int(lines[1]), (0...Self.entryLimit).contains(size), String(size) == lines[1],
      let root = Base64.decode(lines[2].utf8), root.count == MerkleTile.hashSize,
      (1...200).contains(lines[0].utf8.count),
      lines[0].utf8.allSatisfy({ (0x21...0x7E).contains($0) })
    else {
      throw Failure(
        .config, "market.log_head", "\(source) is not the head of a log",
        mend: "give the three lines that “patchbay market log” prints: origin, size and root")
    }
    self.init(origin: lines[0], size: size, root: root)
  }
}

/// One release in the log: “NAMESPACE/ID VERSION SHA256”, the hash being that of its release.json,
/// which names each pack by its hash.
struct LogEntry: Hashable {
  let text: String

  init(_ name: String, _ version: String, sha256: String) { text = "\(name) \(version) \(sha256)" }

  /// What the tree has of it.
  var leaf: [UInt8] { Merkle.leaf(Array(text.utf8)) }
}

/// Where files of the log lie in a repository, beside the targets.
enum LogFiles {
  static let folder = "log"

  static func path(_ tile: MerkleTile) -> String { "\(folder)/\(tile.path)" }
}
