package import PatchbayJSON

/// Takes secrets out of what is shown or written down: as they are, in the forms in which programs
/// write texts (percent and form encoding, escapes of JSON and HTML, hexadecimal, base 64 at any
/// place in it), and in pieces.
///
/// A secret of four bytes or more is found whole, and each piece of ``pieceSize`` bytes or more.
/// Time and memory grow with the text alone: it is read in blocks, once for each way to read it.
package struct Redactor: Sendable {
  /// What stands in place of a secret.
  package static let mark = "•••"
  /// Bytes of a secret of which fewer tell nothing, unless they are all of it.
  package static let pieceSize = 12
  /// Shorter secrets are not looked for: too much would be hidden that is none.
  package static let leastSize = 4

  private static let blockSize = 64 << 10
  /// A piece in any form is shorter than this, so that it lies in one block.
  private static let overlap = 512

  private let finder: PieceFinder

  package init(_ secrets: some Sequence<String>) {
    var texts: Set<[UInt8]> = []
    for secret in secrets {
      let bytes = Array(secret.utf8)
      texts.insert(bytes)
      // A line break at its end is not sent.
      let isSpace = { (byte: UInt8) in byte <= 0x20 }
      let body = bytes.drop(while: isSpace)
      let count = body.reversed().drop(while: isSpace).count
      texts.insert(Array(body.prefix(count)))
    }
    finder = PieceFinder(texts.filter { $0.count >= Self.leastSize })
  }

  package func hiding(_ text: String) -> String {
    if finder.isEmpty { return text }
    let bytes = Array(text.utf8)
    let found = places(in: bytes)
    return found.isEmpty ? text : String(decoding: replaced(bytes, found), as: UTF8.self)
  }

  package func hiding(_ bytes: [UInt8]) -> [UInt8] {
    if finder.isEmpty { return bytes }
    let found = places(in: bytes)
    return found.isEmpty ? bytes : replaced(bytes, found)
  }

  /// A value without secrets in its texts and names. A number that is one becomes a text.
  package func hiding(_ value: JSON) -> JSON {
    if finder.isEmpty { return value }
    switch value {
    case .null, .bool: return value
    case .string(let text): return .string(hiding(text))
    case .integer, .number:
      let text = value.text
      let shown = hiding(text)
      return shown == text ? value : .string(shown)
    case .array(let elements): return .array(elements.map { hiding($0) })
    case .object(let object):
      return .object(JSONObject(object.members.map { .init(hiding($0.name), hiding($0.value)) }))
    }
  }

  /// Places that hold a secret, in their order and apart from each other.
  private func places(in bytes: [UInt8]) -> [Range<Int>] {
    var found: [Range<Int>] = []
    var start = 0
    while true {
      let end = min(bytes.count, start + Self.blockSize)
      search(Array(bytes[start..<end])) {
        found.append($0.lowerBound + start..<$0.upperBound + start)
      }
      if end == bytes.count { break }
      start = end - Self.overlap
    }
    if found.isEmpty { return [] }
    return Self.joined(found.map { Self.whole($0, in: bytes) })
  }

  private func search(_ block: [UInt8], _ report: (Range<Int>) -> Void) {
    var views = [DecodedText(block)]
    var newest = views
    // Twice: a text that was escaped may stand in another one.
    for _ in 0..<2 {
      newest = newest.flatMap { view in EscapeForm.allCases.compactMap { view.decoded($0) } }
      views += newest
    }
    var decoded: [UInt8] = []
    for view in views {
      finder.scan(view.bytes) {
        report(view.source($0))
        return true
      }
      for form in DigitForm.allCases {
        form.forEachRun(in: view.bytes, least: finder.leastSize) { run in
          for phase in 0..<form.phases {
            form.decode(view.bytes[run].dropFirst(phase), into: &decoded)
            guard finder.isAnywhere(in: decoded) else { continue }
            let tail = view.bytes[run.upperBound...].prefix(2).prefix { $0 == UInt8(ascii: "=") }
            return report(view.source(run.lowerBound..<tail.endIndex))
          }
        }
      }
    }
  }

  /// The place without half a character at either end.
  private static func whole(_ place: Range<Int>, in bytes: [UInt8]) -> Range<Int> {
    let isInside = { (index: Int) in index < bytes.count && bytes[index] & 0xC0 == 0x80 }
    var (start, end) = (place.lowerBound, place.upperBound)
    while start > 0, isInside(start) { start -= 1 }
    while isInside(end) { end += 1 }
    return start..<end
  }

  private static func joined(_ places: [Range<Int>]) -> [Range<Int>] {
    var joined: [Range<Int>] = []
    for place in places.sorted(by: { $0.lowerBound < $1.lowerBound }) {
      if let last = joined.last, place.lowerBound <= last.upperBound {
        joined[joined.count - 1] = last.lowerBound..<max(last.upperBound, place.upperBound)
      } else {
        joined.append(place)
      }
    }
    return joined
  }

  private func replaced(_ bytes: [UInt8], _ places: [Range<Int>]) -> [UInt8] {
    var output: [UInt8] = []
    output.reserveCapacity(bytes.count)
    var end = 0
    for place in places {
      output += bytes[end..<place.lowerBound]
      output += Self.mark.utf8
      end = place.upperBound
    }
    output += bytes[end...]
    return output
  }
}
