internal import COpenSSL

/// Message authentication codes (HMAC, RFC 2104) under one key. Printing one shows no key.
package struct HMAC: Sendable {
  package enum Hash: String, Sendable {
    case sha256 = "SHA256"
    case sha512 = "SHA512"
  }

  private let begun: BegunHMAC

  package init(_ hash: Hash = .sha256, key: [UInt8]) { begun = BegunHMAC(hash.rawValue, key) }

  package func code(of bytes: [UInt8]) -> [UInt8] { begun.code(of: bytes) }

  /// Compares in constant time. Codes that were cut short are refused.
  package func verifies(_ code: [UInt8], of bytes: [UInt8]) -> Bool {
    ConstantTime.areEqual(code, self.code(of: bytes))
  }
}

/// A context of OpenSSL's that has read the key. Each code is made with a copy of it.
@safe final class BegunHMAC: @unchecked Sendable {
  // @unchecked: the context is only copied from once it is made.
  // Unsafe: owns the context, freed in deinit; arrays are borrowed for the calls.
  private let context: OpaquePointer?

  /// Looked up once, as it costs more than a short code.
  nonisolated(unsafe) private static let algorithm = unsafe EVP_MAC_fetch(nil, "HMAC", nil)

  init(_ hash: String, _ key: [UInt8]) { unsafe context = Self.context(hash, key) }

  /// What the parameter is called that names the hash (OSSL_MAC_PARAM_DIGEST). OpenSSL keeps the
  /// pointer until the parameters are read: it must not be a temporary one.
  private static let parameter: StaticString = "digest"

  /// A context that has read the key; the caller frees it.
  static func context(_ hash: String, _ key: [UInt8]) -> OpaquePointer? {
    let context = unsafe EVP_MAC_CTX_new(algorithm)
    var name = Array(hash.utf8CString)
    let code = unsafe name.withUnsafeMutableBufferPointer { name in
      let digest = unsafe UnsafeRawPointer(parameter.utf8Start).assumingMemoryBound(to: CChar.self)
      let parameters = unsafe [
        OSSL_PARAM_construct_utf8_string(digest, name.baseAddress, 0), OSSL_PARAM_construct_end(),
      ]
      return unsafe EVP_MAC_init(context, key, key.count, parameters)
    }
    precondition(code == 1, "OpenSSL has no HMAC with \(hash)")
    return unsafe context
  }

  deinit { unsafe EVP_MAC_CTX_free(context) }

  func code(of bytes: [UInt8]) -> [UInt8] {
    let copy = unsafe EVP_MAC_CTX_dup(context)
    defer { unsafe EVP_MAC_CTX_free(copy) }
    var code = [UInt8](repeating: 0, count: unsafe EVP_MAC_CTX_get_mac_size(context))
    var size = 0
    let isMade =
      unsafe EVP_MAC_update(copy, bytes, bytes.count) == 1
      && EVP_MAC_final(copy, &code, &size, code.count) == 1
    precondition(isMade && size == code.count, "OpenSSL made no HMAC")
    return code
  }
}
