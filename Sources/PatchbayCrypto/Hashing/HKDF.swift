/// Keys derived from one secret (HKDF with SHA-256, RFC 5869).
package enum HKDF {
  /// - Parameters:
  ///   - secret: key material with enough entropy; never a password.
  ///   - salt: need not be secret; empty if there is none.
  ///   - info: what the key is for. Different purposes get independent keys.
  ///   - count: bytes, 1...8160.
  package static func sha256(
    _ secret: [UInt8], salt: [UInt8] = [], info: [UInt8], count: Int
  ) -> [UInt8] {
    precondition((1...(255 * 32)).contains(count), "HKDF gives from 1 to 8160 bytes")
    let expand = HMAC(key: HMAC(key: salt).code(of: secret))
    var output: [UInt8] = []
    var block: [UInt8] = []
    var number: UInt8 = 0
    while output.count < count {
      number += 1
      block = expand.code(of: block + info + [number])
      output += block
    }
    return Array(output.prefix(count))
  }
}
