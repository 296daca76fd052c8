/// The text with everything that could steer a terminal replaced by something one can see.
///
/// Shown data is foreign: an escape sequence could recolour or rewrite the screen, a newline
/// could fake a line, and a bidirectional override could show words in another order than they
/// are. Control characters become their pictures ("␛", "␊"); other controls, line separators
/// and invisible format characters become `<U+202E>`. The joiners that scripts and emoji need
/// stay.
package func visible(_ text: String) -> String {
  guard text.unicodeScalars.contains(where: isHarmful) else { return text }
  var shown = ""
  for scalar in text.unicodeScalars {
    if !isHarmful(scalar) {
      shown.unicodeScalars.append(scalar)
    } else if scalar.value == 0x7F {
      shown += "\u{2421}"
    } else if scalar.value < 0x20, let picture = Unicode.Scalar(0x2400 + scalar.value) {
      shown.unicodeScalars.append(picture)
    } else {
      let digits = String(scalar.value, radix: 16, uppercase: true)
      shown += "<U+" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits + ">"
    }
  }
  return shown
}

private func isHarmful(_ scalar: Unicode.Scalar) -> Bool {
  let value = scalar.value
  if value < 0x80 { return value < 0x20 || value == 0x7F }
  if value < 0xA0 { return true }
  // The joiners of scripts and emoji.
  if value == 0x200C || value == 0x200D { return false }
  switch scalar.properties.generalCategory {
  case .lineSeparator, .paragraphSeparator, .control: return true
  // Arabic number signs are format characters that one sees.
  case .format: return !(0x600...0x605).contains(value) && ![0x6DD, 0x8E2].contains(value)
  default: return false
  }
}
