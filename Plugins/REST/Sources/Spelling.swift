import PatchbaySDK

/// What a misspelt name was perhaps meant to be.
enum Spelling {
  /// The nearest of the known names; `nil` where none is near.
  static func nearest(to name: String, among known: [String]) -> String? {
    let ranked = known.map { (name: $0, distance: distance(name, $0)) }
    guard let best = ranked.min(by: { $0.distance < $1.distance }) else { return nil }
    return best.distance <= max(1, min(name.utf8.count, best.name.utf8.count) / 3) ? best.name : nil
  }

  /// A short name of a text, which another text hardly has: FNV-1a over 128 bits.
  static func digest(of text: String) -> String {
    var (high, low): (UInt64, UInt64) = (0x6C62_272E_07BB_0142, 0x62B8_2175_6295_C58D)
    for byte in text.utf8 {
      low ^= UInt64(byte)
      // Times 2^88 + 0x13B.
      let product = low.multipliedFullWidth(by: 0x13B)
      high = high &* 0x13B &+ product.high &+ (low << 24)
      low = product.low
    }
    return String(high, radix: 16) + "-" + String(low, radix: 16)
  }

  /// How many letters are to be put in, taken out or exchanged.
  private static func distance(_ one: String, _ other: String) -> Int {
    let (from, to) = (Array(one.utf8.prefix(100)), Array(other.utf8))
    var row = Array(0...to.count)
    for (line, letter) in from.enumerated() {
      var corner = row[0]
      row[0] = line + 1
      for (column, candidate) in to.enumerated() {
        let above = row[column + 1]
        row[column + 1] = min(
          above + 1, row[column] + 1, corner + (letter == candidate ? 0 : 1))
        corner = above
      }
    }
    return row[to.count]
  }
}

extension JSON {
  /// The same text for the same value, in whatever order its members stand.
  var sortedText: String {
    switch self {
    case .object(let object):
      let members = object.members.sorted { $0.name < $1.name }
        .map { "\(JSON.string($0.name).text):\($0.value.sortedText)" }
      return "{\(members.joined(separator: ","))}"
    case .array(let elements): return "[\(elements.map(\.sortedText).joined(separator: ","))]"
    default: return text
    }
  }
}
