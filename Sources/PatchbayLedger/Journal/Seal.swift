internal import PatchbayCrypto
internal import PatchbayStore

/// Proves that the hub wrote something: HMAC-SHA-256 (RFC 2104) under a key that is in no file of
/// the books. Not Sendable, as the journal is not.
struct Seal {
  private let hmac: SerialHMAC

  init(_ key: [UInt8]) { hmac = SerialHMAC(key: key) }

  /// What is sealed stands behind a number, so that no two kinds of things have one seal.
  func of(_ number: Int64, _ bytes: [UInt8]) -> [UInt8] {
    let count = (0..<8).map { UInt8(truncatingIfNeeded: number >> Int64(56 - 8 * $0)) }
    return hmac.code(of: count + bytes)
  }

  /// The seal of a row.
  func of(_ table: SealedTable, _ values: [SQLValue]) -> [UInt8] {
    of(0, SealedRow.bytes(table, values))
  }

  /// A row's part of its table's sum: made of its seal, and stored nowhere.
  func element(ofSeal seal: [UInt8]) -> [UInt8] { of(-1, seal) }

  /// What is stored of a table's sum.
  func masked(_ sum: TableSum, _ table: SealedTable, _ revision: Int64) -> [UInt8] {
    zip(sum.bytes, of(-2, Array("\(table.rawValue) \(revision)".utf8))).map { $0 ^ $1 }
  }

  /// What may be published of a table's sum: the same for the same rows, and of no other use.
  func published(_ sum: TableSum, _ table: SealedTable) -> [UInt8] {
    of(-3, Array(table.rawValue.utf8) + sum.bytes)
  }
}
