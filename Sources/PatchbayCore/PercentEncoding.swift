/// Percent-encodes everything but unreserved characters (RFC 3986).
public func percentEncoded(_ text: String, keeping marks: String = "-._~") -> String {
  let digits = Array("0123456789ABCDEF".utf8)
  var output: [UInt8] = []
  for byte in text.utf8 {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"):
      output.append(byte)
    case _ where marks.utf8.contains(byte): output.append(byte)
    default: output += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
    }
  }
  return String(decoding: output, as: UTF8.self)
}
