extension StringProtocol {
  /// The text between two of a quotation mark, with each one in it doubled. By bytes: as Swift
  /// counts characters, a mark beside a combining sign is another one, and would stay single.
  package func enclosed(by mark: Unicode.Scalar) -> String {
    let mark = UInt8(ascii: mark)
    var bytes: [UInt8] = [mark]
    for byte in utf8 {
      if byte == mark { bytes.append(mark) }
      bytes.append(byte)
    }
    bytes.append(mark)
    return String(decoding: bytes, as: UTF8.self)
  }

  /// The beginning of a text, of so many bytes at most, with a sign where something is left out. By
  /// bytes: a single character, with marks on it, may be as long as one likes.
  package func beginning(bytes limit: Int) -> String {
    let bytes = Array(utf8.prefix(limit + 1))
    if bytes.count <= limit { return String(self) }
    var end = limit
    while end > 0, bytes[end] & 0xC0 == 0x80 { end -= 1 }
    return String(decoding: bytes[..<end], as: UTF8.self) + "…"
  }
}
