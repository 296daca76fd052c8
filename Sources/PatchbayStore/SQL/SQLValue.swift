package import PatchbayJSON

/// A value that is bound to a statement, or read from a row: the five kinds that every engine has.
package enum SQLValue: Equatable, Sendable {
  case null
  case integer(Int64)
  case real(Double)
  case text(String)
  case blob([UInt8])

  package static func text(_ text: String?) -> SQLValue { text.map { .text($0) } ?? .null }
  package static func integer(_ value: Int64?) -> SQLValue { value.map { .integer($0) } ?? .null }
  package static func json(_ value: JSON?) -> SQLValue { value.map { .text($0.text) } ?? .null }
}

extension SQLValue {
  /// Appends bytes by which the value is told from every other, the same on any engine: a letter
  /// for its kind, then eight bytes (the greatest first) of a number, or of a length and what has
  /// it. Hashes and seals over rows are computed from these.
  package func append(to bytes: inout [UInt8]) {
    func add(_ letter: Unicode.Scalar, _ bits: UInt64) {
      bytes.append(UInt8(ascii: letter))
      // Unsafe: the bytes of a number are copied.
      unsafe withUnsafeBytes(of: bits.bigEndian) { unsafe bytes.append(contentsOf: $0) }
    }
    switch self {
    case .null: bytes.append(UInt8(ascii: "n"))
    case .integer(let value): add("i", UInt64(bitPattern: value))
    case .real(let value): add("r", value.bitPattern)
    case .text(let text):
      add("t", UInt64(text.utf8.count))
      bytes.append(contentsOf: text.utf8)
    case .blob(let blob):
      add("b", UInt64(blob.count))
      bytes.append(contentsOf: blob)
    }
  }
}
