/// The alphabets whose letters look like each other's.
enum Alphabet {
  private static let ranges: [(name: String, range: ClosedRange<UInt32>)] = [
    ("Latin", 0x41...0x5A), ("Latin", 0x61...0x7A), ("Latin", 0xC0...0x24F),
    ("Latin", 0x1E00...0x1EFF), ("Latin", 0xFF21...0xFF5A), ("Greek", 0x370...0x3FF),
    ("Greek", 0x1F00...0x1FFF), ("Cyrillic", 0x400...0x52F), ("Cyrillic", 0x1C80...0x1C8F),
    ("Cyrillic", 0x2DE0...0x2DFF), ("Cyrillic", 0xA640...0xA69F), ("Armenian", 0x530...0x58F),
    ("Cherokee", 0x13A0...0x13FF), ("Cherokee", 0xAB70...0xABBF),
  ]

  /// A word with letters of more than one of them, which hardly any language has. Scripts that
  /// stand beside Latin as a matter of course, such as kana, are none of them.
  static func mixture(in text: String) -> (word: String, alphabets: [String])? {
    for word in text.split(whereSeparator: { !$0.isLetter && !$0.isNumber }) {
      var names: [String] = []
      for scalar in word.unicodeScalars where scalar.properties.isAlphabetic {
        let known = ranges.first { $0.range.contains(scalar.value) }?.name
        if let known, !names.contains(known) { names.append(known) }
      }
      if names.count > 1 { return (String(word), names) }
    }
    return nil
  }
}
