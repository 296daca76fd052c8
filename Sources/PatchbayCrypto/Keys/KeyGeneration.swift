internal import COpenSSL

/// New keys of any kind that OpenSSL knows, as PKCS#8.
enum KeyGeneration {
  // Unsafe: OpenSSL's objects are made and freed within the call.
  static func pkcs8(
    _ type: String, bits: Int32? = nil, group: String? = nil
  ) throws(CryptoFault) -> [UInt8] {
    defer { ERR_clear_error() }
    let context = unsafe EVP_PKEY_CTX_new_from_name(nil, type, nil)
    defer { unsafe EVP_PKEY_CTX_free(context) }
    var isReady = unsafe EVP_PKEY_keygen_init(context) == 1
    if let bits { isReady = unsafe isReady && EVP_PKEY_CTX_set_rsa_keygen_bits(context, bits) == 1 }
    if let group { isReady = unsafe isReady && EVP_PKEY_CTX_set_group_name(context, group) == 1 }
    var key: OpaquePointer?
    guard isReady, unsafe EVP_PKEY_generate(context, &key) == 1 else { throw .failed }
    defer { unsafe EVP_PKEY_free(key) }
    let info = unsafe EVP_PKEY2PKCS8(key)
    defer { unsafe PKCS8_PRIV_KEY_INFO_free(info) }
    let size = unsafe i2d_PKCS8_PRIV_KEY_INFO(info, nil)
    guard size > 0 else { throw .failed }
    var der = [UInt8](repeating: 0, count: Int(size))
    unsafe der.withUnsafeMutableBufferPointer { buffer in
      var next = buffer.baseAddress
      _ = unsafe i2d_PKCS8_PRIV_KEY_INFO(info, &next)
    }
    return der
  }
}
