/// Addresses that a request must not reach unless an administrator says so: this machine, its
/// networks, link-local (cloud metadata), multicast and reserved ranges.
enum PrivateAddress {
  static func contains(v4 a: UInt8, _ b: UInt8, _ c: UInt8) -> Bool {
    switch (a, b) {
    case (0, _), (10, _), (127, _), (224..., _): true
    case (100, 64...127), (169, 254), (172, 16...31), (192, 168), (198, 18...19): true
    case (192, 0): c == 0 || c == 2
    case (198, 51): c == 100
    case (203, 0): c == 113
    default: false
    }
  }

  /// The 16 bytes of an IPv6 address, in network order.
  static func contains(v6 bytes: [UInt8]) -> Bool {
    guard bytes.count == 16 else { return true }
    func embedded(at index: Int) -> Bool {
      contains(v4: bytes[index], bytes[index + 1], bytes[index + 2])
    }
    let leading = bytes.prefix(10).allSatisfy { $0 == 0 }
    if leading && bytes[10] == 0xFF && bytes[11] == 0xFF { return embedded(at: 12) }
    // The unspecified address, loopback, and the old IPv4-compatible form.
    if leading && bytes[10] == 0 && bytes[11] == 0 { return true }
    switch (bytes[0], bytes[1]) {
    case (0xFC...0xFD, _), (0xFF, _), (0xFE, 0x80...0xFF): return true
    case (0x00, 0x64): return bytes[2] != 0xFF || embedded(at: 12)  // NAT64
    case (0x20, 0x02): return embedded(at: 2)  // 6to4
    case (0x20, 0x01): return bytes[2] == 0 && bytes[3] == 0 || bytes[2] == 0x0D && bytes[3] == 0xB8
    default: return false
    }
  }
}
