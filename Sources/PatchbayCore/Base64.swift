/// Base 64 (RFC 4648), with the standard or the URL alphabet.
public enum Base64 {
  private static let standard = Array(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
  private static let forURLs = Array(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)

  /// The URL form is written without padding.
  public static func encode(_ bytes: [UInt8], url: Bool = false) -> String {
    let alphabet = url ? forURLs : standard
    var output: [UInt8] = []
    for start in stride(from: 0, to: bytes.count, by: 3) {
      let group = bytes[start..<min(start + 3, bytes.count)]
      let bits = group.reduce(0) { $0 << 8 | Int($1) } << (8 * (3 - group.count))
      for index in 0..<4 {
        if index <= group.count {
          output.append(alphabet[bits >> (18 - 6 * index) & 63])
        } else if !url {
          output.append(UInt8(ascii: "="))
        }
      }
    }
    return String(decoding: output, as: UTF8.self)
  }

  /// `nil` for anything that an encoder would not have written, stray bits at the end included.
  public static func decode(_ text: some Collection<UInt8>, url: Bool = false) -> [UInt8]? {
    var values: [UInt8: Int] = [:]
    for (index, letter) in (url ? forURLs : standard).enumerated() { values[letter] = index }
    var letters = Array(text)
    let padded = letters.count
    while letters.last == UInt8(ascii: "="), padded - letters.count < 2 { letters.removeLast() }
    let padding = padded - letters.count
    let isPadded = padding > 0 && padded % 4 == 0
    guard letters.count % 4 != 1, isPadded || (padding == 0 && (url || padded % 4 == 0)) else {
      return nil
    }
    var output: [UInt8] = []
    var bits = 0
    var count = 0
    for letter in letters {
      guard let value = values[letter] else { return nil }
      bits = (bits << 6 | value) & 0xFFFFFF
      count += 6
      if count >= 8 {
        count -= 8
        output.append(UInt8(bits >> count & 0xFF))
      }
    }
    return bits & ((1 << count) - 1) == 0 ? output : nil
  }
}
