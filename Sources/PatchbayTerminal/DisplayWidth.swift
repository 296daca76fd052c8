/// The number of columns a terminal uses for `text`: 2 for wide characters of East Asia and for
/// emoji, 0 for combining marks and control characters, 1 for the rest.
package func displayWidth(_ text: String) -> Int {
  var width = 0
  for character in text { width += displayWidth(character) }
  return width
}

/// The columns of one character as its reader sees it, which may be several scalars.
func displayWidth(_ character: Character) -> Int {
  if let ascii = character.asciiValue {
    // The pair of return and newline is one character, and its value is that of the newline.
    return ascii < 0x20 || ascii == 0x7F ? 0 : 1
  }
  let scalars = character.unicodeScalars
  guard let first = scalars.first else { return 0 }
  if scalars.count > 1 && isEmojiSequence(character, first: first) { return 2 }
  var width = 0
  for scalar in scalars { width += displayWidth(scalar) }
  return width
}

/// Whether several scalars are drawn as one emoji: by a variation selector, a joiner, a skin
/// tone, or as the two letters of a flag.
private func isEmojiSequence(_ character: Character, first: Unicode.Scalar) -> Bool {
  guard first.properties.isEmoji else { return false }
  return character.unicodeScalars.dropFirst().contains {
    $0.value == 0xFE0F || $0.value == 0x200D || $0.properties.isEmojiModifier
      || (0x1F1E6...0x1F1FF).contains($0.value)
  }
}

private func displayWidth(_ scalar: Unicode.Scalar) -> Int {
  let value = scalar.value
  if value < 0x20 || (0x7F..<0xA0).contains(value) { return 0 }
  if value < 0x300 { return value == 0xAD ? 0 : 1 }
  // Vowels and final consonants of Hangul join the syllable before them.
  if (0x1160...0x11FF).contains(value) || (0xD7B0...0xD7FF).contains(value) { return 0 }
  switch scalar.properties.generalCategory {
  case .nonspacingMark, .enclosingMark, .format, .control, .lineSeparator, .paragraphSeparator:
    return 0
  default:
    return isWide(value) || scalar.properties.isEmojiPresentation ? 2 : 1
  }
}

/// Blocks whose characters are two columns wide, by Unicode's East Asian widths W and F.
private let wideRanges: [ClosedRange<UInt32>] = [
  0x1100...0x115F, 0x2329...0x232A, 0x2E80...0x303E, 0x3041...0x3247, 0x3250...0x4DBF,
  0x4E00...0xA4CF, 0xA960...0xA97F, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE10...0xFE19,
  0xFE30...0xFE6F, 0xFF01...0xFF60, 0xFFE0...0xFFE6, 0x16FE0...0x18DFF, 0x1AFF0...0x1B2FF,
  0x1D300...0x1D376, 0x1F200...0x1F2FF, 0x20000...0x3FFFD,
]

private func isWide(_ value: UInt32) -> Bool {
  guard value >= 0x1100 else { return false }
  var low = 0
  var high = wideRanges.count
  while low < high {
    let middle = (low + high) / 2
    if value > wideRanges[middle].upperBound { low = middle + 1 } else { high = middle }
  }
  return low < wideRanges.count && wideRanges[low].contains(value)
}
