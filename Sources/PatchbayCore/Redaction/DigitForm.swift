/// How programs write bytes as digits, each of which is a letter of an alphabet.
enum DigitForm: CaseIterable {
  case hex
  /// Of both alphabets, that of URLs too.
  case base64

  /// Places of a run at which a byte may begin.
  var phases: Int { self == .hex ? 2 : 4 }
  private var bits: Int { self == .hex ? 4 : 6 }

  func value(of digit: UInt8) -> UInt32? {
    let isHex = self == .hex
    switch digit {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): return UInt32(digit) - 0x30 + (isHex ? 0 : 52)
    case UInt8(ascii: "A")...UInt8(ascii: "Z"):
      if isHex && digit > UInt8(ascii: "F") { return nil }
      return UInt32(digit) - 0x41 + (isHex ? 10 : 0)
    case UInt8(ascii: "a")...UInt8(ascii: "z"):
      if isHex && digit > UInt8(ascii: "f") { return nil }
      return UInt32(digit) - 0x61 + (isHex ? 10 : 26)
    case UInt8(ascii: "+"), UInt8(ascii: "-"): return isHex ? nil : 62
    case UInt8(ascii: "/"), UInt8(ascii: "_"): return isHex ? nil : 63
    default: return nil
    }
  }

  /// Runs of digits in which so many bytes have room.
  func forEachRun(in bytes: [UInt8], least: Int, _ body: (Range<Int>) -> Void) {
    let size = (least * 8 + bits - 1) / bits
    var start = 0
    for index in 0...bytes.count {
      if index < bytes.count, value(of: bytes[index]) != nil { continue }
      if index - start >= size { body(start..<index) }
      start = index + 1
    }
  }

  /// The bytes of a run whose first digit begins one.
  func decode(_ digits: ArraySlice<UInt8>, into output: inout [UInt8]) {
    output.removeAll(keepingCapacity: true)
    var (number, size): (UInt32, Int) = (0, 0)
    for digit in digits {
      number = number << UInt32(bits) | (value(of: digit) ?? 0)
      size += bits
      if size < 8 { continue }
      size -= 8
      output.append(UInt8(truncatingIfNeeded: number >> UInt32(size)))
    }
  }
}
