/// The string literals of a Swift file, as they are written, in their order. Escapes stay as they
/// are, and what is interpolated is left out: `…` stands in its place.
package struct Literals {
  package private(set) var texts: [String] = []
  private let source: [UInt8]
  private var at = 0

  package init(_ text: String) {
    source = Array(text.utf8)
    while at < source.count {
      if isAt("//") {
        while at < source.count && source[at] != UInt8(ascii: "\n") { at += 1 }
      } else if isAt("/*") {
        while at < source.count && !isAt("*/") { at += 1 }
      } else if isAt("\"") || isAt("#") {
        readLiteral()
      } else {
        at += 1
      }
    }
  }

  private func isAt(_ mark: String) -> Bool { isAt(mark.utf8) }

  private func isAt(_ mark: some Sequence<UInt8>) -> Bool { source[at...].starts(with: mark) }

  /// Reads one literal with as many `#` as it has, or steps over a `#` that begins something else.
  private mutating func readLiteral() {
    var pounds: [UInt8] = []
    while isAt("#") {
      pounds.append(source[at])
      at += 1
    }
    guard isAt("\"") else { return }
    let quote = Array(repeating: UInt8(ascii: "\""), count: isAt("\"\"\"") ? 3 : 1)
    at += quote.count
    let (end, escape) = (quote + pounds, [UInt8(ascii: "\\")] + pounds)
    var text: [UInt8] = []
    while at < source.count && !isAt(end) {
      if isAt(escape + [UInt8(ascii: "(")]) {
        at += escape.count + 1
        skipInterpolation()
        text += "…".utf8
      } else {
        let count = isAt(escape) ? escape.count + 1 : 1
        text += source[at..<min(at + count, source.count)]
        at += count
      }
    }
    at += end.count
    texts.append(String(decoding: text, as: UTF8.self))
  }

  /// Steps behind the parenthesis that ends it. Literals within it are literals, too.
  private mutating func skipInterpolation() {
    var depth = 1
    while depth > 0 && at < source.count {
      if isAt("\"") || isAt("#") {
        readLiteral()
        continue
      }
      if isAt("(") { depth += 1 }
      if isAt(")") { depth -= 1 }
      at += 1
    }
  }
}

extension StringProtocol {
  /// With one space between words.
  package var singleSpaced: String { split { $0.isWhitespace }.joined(separator: " ") }
}
