internal import PatchbayCore

/// Proves that the hub wrote the end of the journal: HMAC-SHA-256 (RFC 2104) under a key that is in
/// no database.
struct Seal {
  private let inner: [UInt8]
  private let outer: [UInt8]

  init(_ key: [UInt8]) {
    let short = key.count > 64 ? Digest.sha256(key) : key
    let block = short + [UInt8](repeating: 0, count: 64 - short.count)
    inner = block.map { $0 ^ 0x36 }
    outer = block.map { $0 ^ 0x5C }
  }

  func of(_ number: Int64, _ bytes: [UInt8]) -> [UInt8] {
    let count = (0..<8).map { UInt8(truncatingIfNeeded: number >> Int64(56 - 8 * $0)) }
    return Digest.sha256(outer + Digest.sha256(inner + count + bytes))
  }
}
