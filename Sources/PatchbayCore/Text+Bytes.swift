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

  /// Replaces every place where the bytes of a text stand, whatever stands beside them.
  package func replacingBytes(of text: String, with other: String) -> String {
    let (all, part, new) = (Array(utf8), Array(text.utf8), Array(other.utf8))
    if part.isEmpty || part.count > all.count { return String(self) }
    var bytes: [UInt8] = []
    var place = 0
    while place < all.count {
      if all[place] == part[0], all[place...].starts(with: part) {
        bytes += new
        place += part.count
      } else {
        bytes.append(all[place])
        place += 1
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
