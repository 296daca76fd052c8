/// An amount of money in millionths of a unit of some currency: 1,000,000 are one euro, one yen.
package typealias Micros = Int128

extension Micros {
  /// 16 bytes, the greatest first: what is hashed and stored. Only for what is not negative.
  var bigEndianBytes: [UInt8] {
    // Unsafe: the bytes of a number are copied.
    unsafe withUnsafeBytes(of: bigEndian) { unsafe Array($0) }
  }

  /// What is more than an amount can be is the first that is too great: it can be negated, and sums
  /// of a few fit.
  init(bigEndian bytes: [UInt8]) {
    let value = bytes.prefix(16).reduce(Int128(0)) { $0 << 8 | Int128($1) }
    self = Swift.min(Swift.max(value, -(1 << 120)), 1 << 120)
  }

  /// The amount with its six decimals, such as `-0.400000`.
  package var decimalText: String {
    var text = Array("\(self < 0 ? "-" : "")\(magnitude / 1_000_000).".utf8)
    var (rest, power) = (UInt32(magnitude % 1_000_000), UInt32(100_000))
    while power > 0 {
      text.append(UInt8(ascii: "0") + UInt8(rest / power))
      (rest, power) = (rest % power, power / 10)
    }
    return String(decoding: text, as: UTF8.self)
  }

  /// Reads an amount such as `12`, `12.5` or `-0.000001`; `nil` for anything else.
  package init?(decimal text: String) {
    let isNegative = text.hasPrefix("-")
    let parts = (isNegative ? text.dropFirst() : text[...])
      .split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
    func digits(_ part: Substring) -> Bool {
      !part.isEmpty
        && part.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    }
    guard let first = parts.first, digits(first), first.utf8.count <= 25,
      parts.count == 1 || (digits(parts[1]) && parts[1].utf8.count <= 6)
    else { return nil }
    let decimals = parts.count == 2 ? String(parts[1]) : ""
    let padded = decimals + String(repeating: "0", count: 6 - decimals.utf8.count)
    guard let whole = Int128(first), let rest = Int128(padded) else { return nil }
    self = (whole * 1_000_000 + rest) * (isNegative ? -1 : 1)
  }

  /// `self × factor ÷ divisor`, rounded down, also below nothing: so it never falls while `self`
  /// grows. The factor is not negative, and the divisor is positive. What is more than can be
  /// written down is the greatest amount there is, which is refused where it is posted.
  func times(_ factor: Int128, over divisor: Int128) -> Int128 {
    let product = magnitude.multipliedFullWidth(by: factor.magnitude)
    if product.high >= divisor.magnitude { return self < 0 ? -.max : .max }
    let (quotient, remainder) = divisor.magnitude.dividingFullWidth(product)
    let whole = Int128(clamping: quotient)
    if self >= 0 { return whole }
    return whole == .max ? -.max : -whole - (remainder > 0 ? 1 : 0)
  }
}

/// A currency by its code (ISO 4217), and how far it is divided.
package struct Currency: Sendable, Hashable, Comparable, CustomStringConvertible {
  package let code: String

  /// `nil` for what is no three capital letters.
  package init?(_ code: String) {
    let isCode =
      code.utf8.count == 3
      && code.utf8.allSatisfy { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) }
    guard isCode else { return nil }
    self.code = code
  }

  init(known code: String) { self.code = code }

  /// Digits after the point in which it is paid (ISO 4217, list one, of 2024).
  package var minorUnits: Int {
    if Self.undivided.contains(code) { return 0 }
    if Self.three.contains(code) { return 3 }
    return Self.four.contains(code) ? 4 : 2
  }

  /// The smallest amount that can be paid.
  package var minorMicros: Micros {
    [1_000_000, 100_000, 10_000, 1000, 100][minorUnits]
  }

  private static let undivided: Set<String> = [
    "BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "UYI", "VND",
    "VUV", "XAF", "XOF", "XPF",
  ]
  private static let three: Set<String> = ["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"]
  private static let four: Set<String> = ["CLF", "UYW"]

  package var description: String { code }
  package static func < (one: Currency, other: Currency) -> Bool { one.code < other.code }
}
