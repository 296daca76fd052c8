/// Addresses that a request must not reach unless an administrator says so: this machine, its
/// networks, link-local (cloud metadata), multicast and reserved ranges.
enum PrivateAddress {
  static func contains(v4 a: UInt8, _ b: UInt8, _ c: UInt8) -> Bool {
    switch (a, b) {
    case (0, _), (10, _), (127, _), (224..., _): true
    case (100, 64...127), (169, 254), (172, 16...31), (192, 168), (198, 18...19): true
    case (192, 0): c == 0 || c == 2
    case (192, 88): c == 99
    case (198, 51): c == 100
    case (203, 0): c == 113
    default: false
    }
  }

  /// The 16 bytes of an IPv6 address, in network order. Where it stands for an IPv4 address, as in
  /// the forms for the passage from the one to the other, that address decides.
  static func contains(v6 bytes: [UInt8]) -> Bool {
    guard bytes.count == 16 else { return true }
    func number(_ index: Int) -> UInt16 { UInt16(bytes[index]) << 8 | UInt16(bytes[index + 1]) }
    func isZero(_ range: Range<Int>) -> Bool { bytes[range].allSatisfy { $0 == 0 } }
    func embedded(_ at: Int) -> Bool { contains(v4: bytes[at], bytes[at + 1], bytes[at + 2]) }
    // Within any prefix (ISATAP, RFC 5214).
    if number(8) & 0xFDFF == 0, number(10) == 0x5EFE, embedded(12) { return true }
    switch (number(0), number(2)) {
    case (0, 0) where isZero(4..<8):
      // Mapped, and translated without a state (RFC 6052).
      if isZero(8..<10) && number(10) == 0xFFFF { return embedded(12) }
      if number(8) == 0xFFFF && number(10) == 0 { return embedded(12) }
      // The unspecified address, loopback, and the old IPv4-compatible form among them.
      return true
    case (0x64, 0xFF9B): return contains(nat64: bytes)
    case (0x2002, _): return embedded(2)  // 6to4
    // Protocols of the IETF, with Teredo; documentation; discarding; segments of routes.
    case (0x2001, 0..<0x200), (0x2001, 0xDB8), (0x3FFF, 0..<0x1000), (0x5F00, _): return true
    case (0x100, 0) where isZero(4..<8): return true
    case (0...0xFF, _): return true
    default: return bytes[0] & 0xFE == 0xFC || number(0) >= 0xFE80
    }
  }

  /// 64:ff9b::/96, and 64:ff9b:1::/48, in which whoever runs the network says where the address
  /// stands: at any place where it can, it must not be private (RFC 6052, RFC 8215).
  private static func contains(nat64 bytes: [UInt8]) -> Bool {
    func embedded(_ at: [Int]) -> Bool { contains(v4: bytes[at[0]], bytes[at[1]], bytes[at[2]]) }
    func isZero(from index: Int) -> Bool { bytes[index...].allSatisfy { $0 == 0 } }
    if bytes[4..<12].allSatisfy({ $0 == 0 }) { return embedded([12, 13, 14]) }
    guard bytes[4] == 0, bytes[5] == 1, bytes[8] == 0 else { return true }
    return embedded([12, 13, 14]) || isZero(from: 13) && embedded([9, 10, 11])
      || isZero(from: 12) && embedded([7, 9, 10]) || isZero(from: 11) && embedded([6, 7, 9])
  }
}
