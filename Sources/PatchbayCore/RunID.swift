/// A time-ordered id: 48 bits of milliseconds, 80 random bits, in Crockford's base 32 (26 letters).
public struct RunID: Sendable, Hashable, CustomStringConvertible {
  public let text: String

  public init(nowMS: Int64, random: inout some RandomNumberGenerator) {
    let alphabet = Array("0123456789ABCDEFGHJKMNPQRSTVWXYZ".unicodeScalars)
    var value = UInt128(UInt64(clamping: nowMS)) << 80 | UInt128(random.next() as UInt64)
    value |= UInt128((random.next() as UInt64) & 0xFFFF) << 64
    var letters: [Unicode.Scalar] = []
    for _ in 0..<26 {
      letters.append(alphabet[Int(value & 31)])
      value >>= 5
    }
    var text = String.UnicodeScalarView()
    text.append(contentsOf: letters.reversed())
    self.text = String(text)
  }

  public var description: String { text }
}
