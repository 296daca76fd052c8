/// Base 64 (RFC 4648), with the standard or the URL alphabet.
package enum Base64 {
  private static let standard = Alphabet("+/")
  private static let forURLs = Alphabet("-_")

  /// The URL form is written without padding.
  package static func encode(_ bytes: [UInt8], url: Bool = false) -> String {
    let letters = (url ? forURLs : standard).letters
    var output: [UInt8] = []
    output.reserveCapacity((bytes.count + 2) / 3 * 4)
    for start in stride(from: 0, to: bytes.count, by: 3) {
      let count = min(3, bytes.count - start)
      var bits = 0
      for index in 0..<3 { bits = bits << 8 | (index < count ? Int(bytes[start + index]) : 0) }
      for index in 0..<4 {
        if index <= count {
          output.append(letters[bits >> (18 - 6 * index) & 63])
        } else if !url {
          output.append(UInt8(ascii: "="))
        }
      }
    }
    return String(decoding: output, as: UTF8.self)
  }

  /// `nil` for anything that an encoder would not have written, stray bits at the end included.
  /// Padding is optional in the URL form.
  package static func decode(_ text: some Collection<UInt8>, url: Bool = false) -> [UInt8]? {
    let values = (url ? forURLs : standard).values
    var letters = Array(text)
    let padded = letters.count
    while letters.last == UInt8(ascii: "="), padded - letters.count < 2 { letters.removeLast() }
    let padding = padded - letters.count
    let isPadded = padding > 0 && padded % 4 == 0
    guard letters.count % 4 != 1, isPadded || (padding == 0 && (url || padded % 4 == 0)) else {
      return nil
    }
    var output: [UInt8] = []
    output.reserveCapacity(letters.count * 3 / 4)
    var bits = 0
    var count = 0
    for letter in letters {
      let value = values[Int(letter)]
      guard value < 64 else { return nil }
      bits = (bits << 6 | Int(value)) & 0xFFFFFF
      count += 6
      if count >= 8 {
        count -= 8
        output.append(UInt8(bits >> count & 0xFF))
      }
    }
    return bits & ((1 << count) - 1) == 0 ? output : nil
  }

  private struct Alphabet {
    let letters: [UInt8]
    /// By letter; 255 for one that is not in the alphabet.
    let values: [UInt8]

    init(_ marks: String) {
      letters = Array(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789\(marks)".utf8)
      var values = [UInt8](repeating: 255, count: 256)
      for (index, letter) in letters.enumerated() { values[Int(letter)] = UInt8(index) }
      self.values = values
    }
  }
}
