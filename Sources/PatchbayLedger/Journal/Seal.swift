internal import PatchbayCrypto
internal import PatchbayStore

/// Proves that the hub wrote something: HMAC-SHA-256 (RFC 2104) under a key that is in no file of
/// the books. Not Sendable, as the journal is not.
struct Seal {
  private let hmac: SerialHMAC

  init(_ key: [UInt8]) { hmac = SerialHMAC(key: key) }

  /// What is sealed stands behind a number, so that no two kinds of things have one seal.
  func of(_ number: Int64, _ bytes: some Collection<UInt8>) -> [UInt8] {
    var sealed: [UInt8] = []
    sealed.reserveCapacity(8 + bytes.count)
    // Unsafe: the bytes of a number are copied.
    unsafe withUnsafeBytes(of: number.bigEndian) { unsafe sealed.append(contentsOf: $0) }
    sealed.append(contentsOf: bytes)
    return hmac.code(of: sealed)
  }

  /// The seal of a row.
  func of(_ table: SealedTable, _ values: [SQLValue]) -> [UInt8] {
    of(0, SealedRow.bytes(table, values))
  }

  /// A row's part of its table's sum: made of its seal, and stored nowhere.
  func element(ofSeal seal: [UInt8]) -> [UInt8] { of(-1, seal) }

  /// What is stored of a table's sum.
  func masked(_ sum: TableSum, _ table: SealedTable, _ revision: Int64) -> [UInt8] {
    var masked = of(-2, "\(table.rawValue) \(revision)".utf8)
    for (index, byte) in sum.bytes.enumerated() { masked[index] ^= byte }
    return masked
  }

  /// What may be published of a table's sum: the same for the same rows, and of no other use.
  func published(_ sum: TableSum, _ table: SealedTable) -> [UInt8] {
    of(-3, Array(table.rawValue.utf8) + sum.bytes)
  }
}
