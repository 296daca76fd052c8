/// Numbers and times at which arithmetic ends: what a stranger writes where a number is wanted.
package enum Extreme {
  package static let integers: [Int64] = [
    0, 1, -1, .min, .min + 1, .max, .max - 1, 1 << 31, 1 << 32, -(1 << 31) - 1, (1 << 31) - 1,
    1 << 53, (1 << 53) + 1, (1 << 53) - 1, -(1 << 53) - 1,
  ]

  /// As JSON has them.
  package static let numbers: [String] =
    integers.map(String.init) + [
      "9223372036854775808", "-9223372036854775809", "18446744073709551615",
      "18446744073709551616", "1e308", "-1e308", "1e400", "-1e400", "1e-400", "-0", "-0.0", "0.1",
      "1e2", "9007199254740993.5",
    ]

  package static let times = [
    "0000-01-01T00:00:00Z", "0001-01-01T00:00:00Z", "0000-01-01T00:00:00+23:59",
    "9999-12-31T23:59:59.999Z", "9999-12-31T23:59:60Z", "9999-12-31T23:59:59-23:59",
    "10000-01-01T00:00:00Z", "-0001-01-01T00:00:00Z", "1969-12-31T23:59:59.999Z",
    "2016-12-31T23:59:60Z", "2262-04-11T23:47:17Z", "2038-01-19T03:14:08Z", "9999-12", "0000-00",
    "9223372036854775807-12", "2026-9223372036854775807", "2026-00-00",
  ]

  /// Amounts and numbers that stand in texts.
  package static let texts: [String] =
    integers.map(String.init) + [
      "18446744073709551615", "9999999999999999999999999.999999",
      "-9999999999999999999999999.999999", "99999999999999999999999999999999", "1e308", "-0", "",
    ]

  /// Words for a fuzzer.
  package static var words: [String] { numbers + times + texts.filter { !$0.isEmpty } }

  /// A JSON text with each of its numbers replaced by each of ``numbers``, and each text that is a
  /// number or a time by each of ``texts`` and ``times``, one at a time.
  package static func variants(of json: String) -> [String] {
    let bytes = Array(json.utf8)
    var found: [String] = []
    for (place, isText) in places(in: bytes) {
      let quote = isText ? "\"" : ""
      for replacement in isText ? texts + times : numbers {
        let whole =
          bytes[..<place.lowerBound] + Array((quote + replacement + quote).utf8)
          + bytes[place.upperBound...]
        found.append(String(decoding: whole, as: UTF8.self))
      }
    }
    return found
  }

  /// Numbers, and texts that begin with a digit or a sign, with their quotes.
  private static func places(in bytes: [UInt8]) -> [(Range<Int>, isText: Bool)] {
    var found: [(Range<Int>, isText: Bool)] = []
    var at = 0
    while at < bytes.count {
      let start = at
      if bytes[at] == UInt8(ascii: "\"") {
        at += 1
        while at < bytes.count, bytes[at] != UInt8(ascii: "\"") {
          at += bytes[at] == UInt8(ascii: "\\") ? 2 : 1
        }
        at += 1
        let isName = bytes[min(at, bytes.count)...].first { $0 > 0x20 } == UInt8(ascii: ":")
        if !isName, at - start < 40, start + 1 < bytes.count, isNumeric(bytes[start + 1]) {
          found.append((start..<at, true))
        }
      } else if isNumeric(bytes[at]) {
        while at < bytes.count, isNumeric(bytes[at]) || "eE.+".utf8.contains(bytes[at]) { at += 1 }
        found.append((start..<at, false))
      } else {
        at += 1
      }
    }
    return found
  }

  private static func isNumeric(_ byte: UInt8) -> Bool {
    (0x30...0x39).contains(byte) || byte == UInt8(ascii: "-")
  }
}
