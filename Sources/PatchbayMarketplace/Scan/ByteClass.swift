/// Classes of ASCII.
enum ByteClass {
  static func isDigit(_ byte: UInt8) -> Bool { byte &- 0x30 < 10 }
  static func isLetter(_ byte: UInt8) -> Bool { (byte | 0x20) &- 0x61 < 26 }
  static func isAlphanumeric(_ byte: UInt8) -> Bool { isDigit(byte) || isLetter(byte) }
  static func isWord(_ byte: UInt8) -> Bool { isAlphanumeric(byte) || byte == UInt8(ascii: "_") }
  static func isHex(_ byte: UInt8) -> Bool { isDigit(byte) || (byte | 0x20) &- 0x61 < 6 }
  /// Of base64 for URLs.
  static func isToken(_ byte: UInt8) -> Bool { isWord(byte) || byte == UInt8(ascii: "-") }
  static func isTokenOrDot(_ byte: UInt8) -> Bool { isToken(byte) || byte == UInt8(ascii: ".") }
  static func isBase64(_ byte: UInt8) -> Bool {
    isAlphanumeric(byte) || byte == UInt8(ascii: "+") || byte == UInt8(ascii: "/")
  }
  static func isUpper(_ byte: UInt8) -> Bool { byte &- 0x41 < 26 || isDigit(byte) }
}
