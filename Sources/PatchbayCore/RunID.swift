/// A time-ordered id: 48 bits of milliseconds, 80 random bits, in Crockford's base 32 (26 letters).
public struct RunID: Sendable, Hashable, CustomStringConvertible {
  public let text: String

  /// Of `random` the lower 80 bits count.
  public init(nowMS: Int64, random: UInt128 = .random(in: 0 ... .max)) {
    let alphabet = Array("0123456789ABCDEFGHJKMNPQRSTVWXYZ".unicodeScalars)
    var value = UInt128(UInt64(clamping: nowMS)) << 80 | random & (1 << 80 - 1)
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
