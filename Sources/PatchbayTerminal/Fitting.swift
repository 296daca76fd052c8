/// The longest beginning of `text` that fits `width` columns, ending in "…" if anything is lost.
///
/// A character is never split: where a wide one would stand half outside, it is left out.
func truncated(_ text: String, to width: Int) -> String {
  // A text of a few bytes cannot be wider than it has bytes, so most texts need no measuring.
  if text.utf8.count <= width || displayWidth(text) <= width { return text }
  guard width > 0 else { return "" }
  var kept = ""
  var used = 0
  for character in text {
    let next = used + displayWidth(character)
    if next > width - 1 { break }
    used = next
    kept.append(character)
  }
  return kept + "…"
}

/// So many spaces; none for a negative count.
func padding(_ count: Int) -> String {
  String(repeating: " ", count: max(0, count))
}

/// The text with spaces behind it, or before it, up to `width` columns.
func padded(_ text: String, to width: Int, isTrailing: Bool = false) -> String {
  let space = padding(width - displayWidth(text))
  return isTrailing ? space + text : text + space
}

/// The line without the spaces at its end.
func trimmedEnd(_ line: String) -> String {
  var line = Substring(line)
  while line.last == " " { line.removeLast() }
  return String(line)
}

/// The words of `text` in lines of at most `width` columns, a longer word in several: nothing is
/// lost but blanks between words.
package func folded(_ text: String, width: Int) -> [String] {
  var lines: [String] = []
  for line in wrapped(text, width: width) {
    var rest = line
    while displayWidth(rest) > width {
      var piece = ""
      var used = 0
      for character in rest {
        let next = used + displayWidth(character)
        if next > width, !piece.isEmpty { break }
        used = next
        piece.append(character)
      }
      lines.append(piece)
      rest = String(rest.dropFirst(piece.count))
    }
    if !rest.isEmpty { lines.append(rest) }
  }
  return lines.isEmpty ? [""] : lines
}

/// The words of `text` in lines of at most `width` columns; a longer word has a line of its own.
/// All lines but the first begin with `indent` spaces.
func wrapped(_ text: String, width: Int, indent: Int = 0) -> [String] {
  var lines: [String] = []
  var line = ""
  for word in text.split(whereSeparator: { $0 == " " || $0.isNewline }) {
    let needed = displayWidth(line) + 1 + displayWidth(String(word))
    if line.isEmpty {
      line = String(word)
    } else if needed <= width {
      line += " " + word
    } else {
      lines.append(line)
      line = padding(indent) + word
    }
  }
  if !line.isEmpty { lines.append(line) }
  return lines
}
