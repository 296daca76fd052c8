internal import COpenSSL

/// The two forms of a signature on P-256: DER, and r ‖ s with 32 bytes each.
enum ECDSASignature {
  private static let partSize = 32

  /// `nil` for another length.
  static func der(joined: [UInt8]) -> [UInt8]? {
    guard joined.count == 2 * partSize else { return nil }
    return DER.sequence([
      DER.integer(Array(joined.prefix(partSize))), DER.integer(Array(joined.suffix(partSize))),
    ])
  }

  static func joined(der: [UInt8]) -> [UInt8]? {
    // Unsafe: the signature is made and freed here; arrays are borrowed for the calls.
    let signature = unsafe der.withUnsafeBufferPointer { buffer in
      var next = buffer.baseAddress
      return unsafe d2i_ECDSA_SIG(nil, &next, buffer.count)
    }
    defer { unsafe ECDSA_SIG_free(signature) }
    guard let signature = unsafe signature else { return nil }
    var r = [UInt8](repeating: 0, count: partSize)
    var s = r
    guard
      unsafe BN_bn2binpad(ECDSA_SIG_get0_r(signature), &r, Int32(partSize)) == Int32(partSize),
      unsafe BN_bn2binpad(ECDSA_SIG_get0_s(signature), &s, Int32(partSize)) == Int32(partSize)
    else { return nil }
    return r + s
  }
}
