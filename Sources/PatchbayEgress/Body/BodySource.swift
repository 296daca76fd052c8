package import PatchbayCore
internal import PatchbayCrypto

/// What a request sends. Its size is known beforehand; each attempt reads it from the beginning.
///
/// Bytes in memory are held as they are. Of stored bodies at most ``BodyLimits/pieceBytes`` are
/// held at a time, whatever their size; they are read on the thread that all traffic goes through.
package struct BodySource: Sendable {
  /// What is sent one after the other.
  enum Piece: Sendable {
    case bytes([UInt8])
    /// A range of a stored body.
    case stored(any StoredBody, Range<Int64>)

    var size: Int64 {
      switch self {
      case .bytes(let bytes): Int64(bytes.count)
      case .stored(_, let range): range.upperBound - range.lowerBound
      }
    }
  }

  let pieces: [Piece]
  /// Bytes, all of them together.
  package let size: Int64
  /// What the header `Content-Type` says; `nil` where that is the request's to say.
  package let contentType: String?
  /// The same for two bodies that send the same, but for the boundary between parts.
  package let identity: [UInt8]

  /// All of it is in memory.
  var isInMemory: Bool {
    pieces.allSatisfy { if case .bytes = $0 { true } else { false } }
  }

  package static func bytes(_ bytes: [UInt8]) -> BodySource {
    BodySource([.bytes(bytes)], identity: bytes)
  }

  /// A stored body, or a range of it in bytes. Throws `egress.body_range` for what it has not.
  ///
  /// Where less can be read than there should be the request fails with `egress.body`, and is not
  /// sent again; what the reader throws fails it likewise.
  package static func stored(_ body: any StoredBody, _ range: Range<Int64>? = nil) throws(Failure)
    -> BodySource
  {
    let range = range ?? 0..<body.size
    guard range.lowerBound >= 0, range.upperBound <= body.size else {
      throw Failure(
        .data, "egress.body_range",
        "bytes \(range.lowerBound) to \(range.upperBound) cannot be sent: the stored body "
          + "\(body.id.beginning(bytes: 20)) has \(body.size)",
        mend: "ask for a range of what is stored")
    }
    return BodySource(
      [.stored(body, range)],
      identity: Array("\(body.id) \(range.lowerBound) \(range.upperBound)".utf8))
  }

  init(_ pieces: [Piece], contentType: String? = nil, identity: [UInt8]) {
    self.pieces = pieces
    self.contentType = contentType
    self.identity = identity
    size = pieces.reduce(0) { $0.adding(clamped: $1.size) }
  }
}

extension BodySource: ExpressibleByArrayLiteral {
  package init(arrayLiteral bytes: UInt8...) { self = .bytes(bytes) }
}
