internal import COpenSSL

/// The numbers that a public key is made of, their greatest byte first.
enum PublicNumbers: Sendable, Equatable {
  /// Without zeros in front.
  case rsa(modulus: [UInt8], exponent: [UInt8])
  /// 32 bytes each.
  case p256(x: [UInt8], y: [UInt8])
  case ed25519([UInt8])
}

extension KeyHandle {
  // Unsafe: OpenSSL's numbers are copied and freed; the key lives as long as this.
  /// A number of the key by OpenSSL's name for it, with zeros in front up to `count` bytes.
  private func number(_ name: String, count: Int = 0) -> [UInt8]? {
    var number: OpaquePointer?
    defer { unsafe BN_free(number) }
    guard unsafe EVP_PKEY_get_bn_param(key, name, &number) == 1 else { return nil }
    let size = max(count, (Int(unsafe BN_num_bits(number)) + 7) / 8)
    var bytes = [UInt8](repeating: 0, count: size)
    return unsafe BN_bn2binpad(number, &bytes, Int32(size)) == Int32(size) ? bytes : nil
  }

  /// `nil` where OpenSSL does not tell.
  var publicNumbers: PublicNumbers? {
    switch kind {
    case .rsa:
      guard let modulus = number("n"), let exponent = number("e") else { return nil }
      return .rsa(modulus: modulus, exponent: exponent)
    case .p256:
      guard let x = number("qx", count: 32), let y = number("qy", count: 32) else { return nil }
      return .p256(x: x, y: y)
    case .ed25519:
      return .ed25519(Array(publicDER.suffix(32)))
    }
  }
}
