internal import COpenSSL

/// Random bytes by OpenSSL, fit for keys and nonces.
package enum RandomBytes {
  package static func make(_ count: Int) throws(CryptoFault) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    // Unsafe: the array is lent for the call.
    guard let size = Int32(exactly: count), unsafe RAND_priv_bytes(&bytes, size) == 1 else {
      ERR_clear_error()
      throw .noRandomBytes
    }
    return bytes
  }
}
