internal import PatchbayCore

/// Reads a body from the beginning to its end, and from any place again. One attempt's own.
struct BodyReader {
  private let source: BodySource
  private var piece = 0
  /// In the piece.
  private var offset: Int64 = 0
  /// What was read ahead of a stored body, from `heldFrom` on.
  private var held: [UInt8] = []
  private var heldFrom: Int64 = 0

  init(_ source: BodySource) { self.source = source }

  /// Goes to a place of the whole body.
  mutating func seek(to place: Int64) {
    (piece, offset, held) = (0, place, [])
    while piece < source.pieces.count, offset >= source.pieces[piece].size {
      offset -= source.pieces[piece].size
      piece += 1
    }
  }

  /// Fills the buffer with what comes next, and returns how many bytes that are: 0 at the end.
  // Unsafe: the buffer is lent for the call, and filled up to what is returned.
  mutating func read(into buffer: UnsafeMutableRawBufferPointer) throws(Failure) -> Int {
    var done = 0
    while done < buffer.count, piece < source.pieces.count {
      let left = source.pieces[piece].size - offset
      if left == 0 {
        (piece, offset, held) = (piece + 1, 0, [])
        continue
      }
      let room = Int(min(left, Int64(buffer.count - done)))
      let part = try next(room)
      unsafe part.withUnsafeBytes { unsafe buffer[done...].copyBytes(from: $0) }
      done += part.count
      offset += Int64(part.count)
    }
    return done
  }

  /// At least one of the next bytes of the piece, which has more than none.
  private mutating func next(_ room: Int) throws(Failure) -> ArraySlice<UInt8> {
    switch source.pieces[piece] {
    case .bytes(let bytes): return bytes[Int(offset)..<(Int(offset) + room)]
    case .stored(let body, let range):
      let place = range.lowerBound + offset
      if held.isEmpty || place >= heldFrom + Int64(held.count) {
        // Up to a multiple: stored bodies are sealed in chunks, of which none is opened twice.
        let size = Int64(BodyLimits.pieceBytes)
        let count = min(range.upperBound - place, size - place % size)
        held = try body.read(Int(count), at: place)
        heldFrom = place
        if held.isEmpty {
          throw Failure(
            .data, "egress.body",
            "the stored body \(body.id.beginning(bytes: 20)) ends at \(place) of "
              + "\(range.upperBound) bytes",
            mend: "restore the folder of blobs from a backup, or read the record again with --full")
        }
      }
      let start = Int(place - heldFrom)
      return held[start..<min(held.count, start + room)]
    }
  }
}
