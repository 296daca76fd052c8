internal import COpenSSL

/// Message authentication codes (HMAC with SHA-256, RFC 2104) under one key, one after the other:
/// less than half of what ``HMAC`` takes for a short one. Not Sendable: it belongs to one thread at
/// a time.
@safe package final class SerialHMAC {
  // Unsafe: owns the context, freed in deinit; arrays are borrowed for the calls.
  private let context: OpaquePointer?

  package init(key: [UInt8]) {
    unsafe context = BegunHMAC.context("SHA256", key)
  }

  deinit { unsafe EVP_MAC_CTX_free(context) }

  package func code(of bytes: [UInt8]) -> [UInt8] {
    var code = [UInt8](repeating: 0, count: 32)
    var size = 0
    let isMade =
      unsafe EVP_MAC_init(context, nil, 0, nil) == 1
      && EVP_MAC_update(context, bytes, bytes.count) == 1
      && EVP_MAC_final(context, &code, &size, code.count) == 1
    precondition(isMade && size == code.count, "OpenSSL made no HMAC")
    return code
  }
}
