/// Finds secrets and their pieces in bytes, in one pass: eight bytes (or four, for short secrets)
/// are looked up at each place, and compared in full only where they begin a piece.
struct PieceFinder: Sendable {
  /// The longer secrets, one after the other.
  private var all: [UInt8] = []
  /// Where in them a piece begins, by its first eight bytes.
  private var pieces: [UInt64: [Int]] = [:]
  /// Secrets shorter than a piece, by their first four bytes.
  private var short: [UInt64: [[UInt8]]] = [:]
  private var mayBePiece = BitFilter(count: 0)
  private var mayBeShort = BitFilter(count: 0)
  /// Bytes of the shortest thing to be found.
  private(set) var leastSize = Redactor.pieceSize

  var isEmpty: Bool { pieces.isEmpty && short.isEmpty }

  init(_ secrets: Set<[UInt8]>) {
    let size = Redactor.pieceSize
    for secret in secrets {
      guard secret.count >= size else {
        short[Self.number(secret[..<4]), default: []].append(secret)
        leastSize = min(leastSize, secret.count)
        continue
      }
      for start in 0...(secret.count - size) {
        pieces[Self.number(secret[start..<start + 8]), default: []].append(all.count + start)
      }
      all += secret
    }
    mayBePiece = BitFilter(count: pieces.count)
    for key in pieces.keys { mayBePiece.insert(key) }
    mayBeShort = BitFilter(count: short.count)
    for key in short.keys { mayBeShort.insert(key) }
  }

  private static func number(_ bytes: ArraySlice<UInt8>) -> UInt64 {
    bytes.reduce(0) { $0 << 8 | UInt64($1) }
  }

  /// Reports each place, until `report` says that it was enough.
  func scan(_ bytes: [UInt8], _ report: (Range<Int>) -> Bool) {
    var window: UInt64 = 0
    for index in bytes.indices {
      window = window << 8 | UInt64(bytes[index])
      if index >= 7, mayBePiece.contains(window), let place = piece(window, at: index - 7, bytes),
        !report(place)
      {
        return
      }
      let four = window & 0xFFFF_FFFF
      if index >= 3, mayBeShort.contains(four), let place = secret(four, at: index - 3, bytes),
        !report(place)
      {
        return
      }
    }
  }

  func isAnywhere(in bytes: [UInt8]) -> Bool {
    var isFound = false
    scan(bytes) { _ in
      isFound = true
      return false
    }
    return isFound
  }

  private func piece(_ key: UInt64, at start: Int, _ bytes: [UInt8]) -> Range<Int>? {
    let place = start..<start + Redactor.pieceSize
    guard place.upperBound <= bytes.count, let starts = pieces[key] else { return nil }
    let isOne = starts.contains { all[$0..<$0 + place.count].elementsEqual(bytes[place]) }
    return isOne ? place : nil
  }

  /// The longest that begins there.
  private func secret(_ key: UInt64, at start: Int, _ bytes: [UInt8]) -> Range<Int>? {
    let found = (short[key] ?? []).filter { bytes[start...].starts(with: $0) }
    return found.map(\.count).max().map { start..<start + $0 }
  }
}

/// Says of a number that it is not in a set, or may be.
private struct BitFilter: Sendable {
  private var words: [UInt64]
  private let shift: UInt64

  /// For so many numbers; with none, nothing may be in it.
  init(count: Int) {
    var bits = 6
    while bits < 22, 1 << bits < count * 16 { bits += 1 }
    words = Array(repeating: 0, count: count == 0 ? 0 : 1 << (bits - 6))
    shift = UInt64(64 - bits)
  }

  private func place(_ number: UInt64) -> (word: Int, bit: UInt64) {
    let hash = (number &* 0x9E37_79B9_7F4A_7C15) >> shift
    return (Int(hash >> 6), 1 << (hash & 63))
  }

  mutating func insert(_ number: UInt64) {
    let (word, bit) = place(number)
    words[word] |= bit
  }

  func contains(_ number: UInt64) -> Bool {
    if words.isEmpty { return false }
    let (word, bit) = place(number)
    return words[word] & bit != 0
  }
}
