/// Hexadecimal digits: two for each byte.
package enum Hex {
  private static let digits = Array("0123456789abcdef".utf8)

  /// In lower case.
  package static func encode(_ bytes: some Sequence<UInt8>) -> String {
    var letters: [UInt8] = []
    append(bytes, to: &letters)
    return String(decoding: letters, as: UTF8.self)
  }

  package static func append(_ bytes: some Sequence<UInt8>, to letters: inout [UInt8]) {
    let digits = digits
    letters.reserveCapacity(letters.count + 2 * bytes.underestimatedCount)
    for byte in bytes {
      letters.append(digits[Int(byte >> 4)])
      letters.append(digits[Int(byte & 15)])
    }
  }

  /// Digits of either case; `nil` for anything else, and for half a byte.
  package static func decode(_ letters: some Sequence<UInt8>) -> [UInt8]? {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(letters.underestimatedCount / 2)
    var high: UInt8?
    for letter in letters {
      guard let digit = value(of: letter) else { return nil }
      if let first = high {
        bytes.append(first << 4 | digit)
        high = nil
      } else {
        high = digit
      }
    }
    return high == nil ? bytes : nil
  }

  package static func decode(_ text: String) -> [UInt8]? { decode(text.utf8) }

  private static func value(of letter: UInt8) -> UInt8? {
    switch letter {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): letter - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): letter - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): letter - UInt8(ascii: "A") + 10
    default: nil
    }
  }
}
