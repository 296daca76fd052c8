internal import PatchbayCrypto

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

/// What a percent-encoded text stands for.
///
/// - Parameters:
///   - isForm: a plus stands for a space, as in forms and queries.
///   - keepsBroken: a percent sign that is not followed by two digits stands for itself.
/// - Returns: `nil` where two hexadecimal digits are missing behind a percent sign, unless kept.
package func percentDecoded(
  _ text: some StringProtocol, isForm: Bool = false, keepsBroken: Bool = false
) -> [UInt8]? {
  var output: [UInt8] = []
  var rest = Array(text.utf8)[...]
  while let byte = rest.popFirst() {
    if byte == UInt8(ascii: "%") {
      if let escaped = Hex.decode(rest.prefix(2)), escaped.count == 1 {
        output += escaped
        rest = rest.dropFirst(2)
        continue
      }
      guard keepsBroken else { return nil }
    }
    output.append(isForm && byte == UInt8(ascii: "+") ? UInt8(ascii: " ") : byte)
  }
  return output
}
