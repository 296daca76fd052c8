internal import PatchbayCrypto

/// Proves that the hub wrote the end of the journal: HMAC-SHA-256 (RFC 2104) under a key that is in
/// no database.
struct Seal {
  private let hmac: HMAC

  init(_ key: [UInt8]) { hmac = HMAC(key: key) }

  func of(_ number: Int64, _ bytes: [UInt8]) -> [UInt8] {
    let count = (0..<8).map { UInt8(truncatingIfNeeded: number >> Int64(56 - 8 * $0)) }
    return hmac.code(of: count + bytes)
  }
}
