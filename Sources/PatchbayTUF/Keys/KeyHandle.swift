internal import COpenSSL

/// A key as OpenSSL has it.
@safe final class KeyHandle: @unchecked Sendable {
  // @unchecked: a key is never changed once it is made, and many threads may use one.
  // Unsafe: owns the key, freed in deinit; arrays are borrowed for the calls.
  private let key: OpaquePointer

  /// Reads a SubjectPublicKeyInfo.
  init?(publicDER der: [UInt8]) {
    var key: OpaquePointer?
    let isWhole = unsafe der.withUnsafeBufferPointer { buffer in
      var next = buffer.baseAddress
      unsafe key = d2i_PUBKEY(nil, &next, buffer.count)
      return unsafe next == buffer.baseAddress?.advanced(by: buffer.count)
    }
    ERR_clear_error()
    guard let key = unsafe key else { return nil }
    unsafe self.key = key
    if !isWhole { return nil }
  }

  /// Reads a PrivateKeyInfo (PKCS#8) that is not encrypted.
  init?(privateDER der: [UInt8]) {
    var key: OpaquePointer?
    let isWhole = unsafe der.withUnsafeBufferPointer { buffer in
      var next = buffer.baseAddress
      unsafe key = d2i_AutoPrivateKey(nil, &next, buffer.count)
      return unsafe next == buffer.baseAddress?.advanced(by: buffer.count)
    }
    ERR_clear_error()
    guard let key = unsafe key else { return nil }
    unsafe self.key = key
    if !isWhole { return nil }
  }

  deinit { unsafe EVP_PKEY_free(key) }

  /// The schemes that fit the key; none for a kind or a size that is not taken.
  var schemes: [SignatureScheme] {
    if unsafe EVP_PKEY_is_a(key, "ED25519") == 1 { return [.ed25519] }
    if unsafe EVP_PKEY_is_a(key, "EC") == 1 {
      var name = [CChar](repeating: 0, count: 64)
      var size = 0
      let isNamed = unsafe EVP_PKEY_get_group_name(key, &name, name.count, &size) == 1
      let letters = name.prefix(size).map { UInt8(bitPattern: $0) }
      return isNamed && letters == Array("prime256v1".utf8) ? [.ecdsaP256] : []
    }
    if unsafe EVP_PKEY_is_a(key, "RSA") == 1 {
      // What the specification asks for at least; OpenSSL computes with no more than 16,384.
      let bits = unsafe EVP_PKEY_get_bits(key)
      return (2048...16_384).contains(bits) ? [.rsaPSS, .rsaPKCS1] : []
    }
    return []
  }

  /// The public half as SubjectPublicKeyInfo.
  var publicDER: [UInt8] {
    let size = Int(unsafe i2d_PUBKEY(key, nil))
    guard size > 0 else { return [] }
    var der = [UInt8](repeating: 0, count: size)
    unsafe der.withUnsafeMutableBufferPointer { buffer in
      var next = buffer.baseAddress
      _ = unsafe i2d_PUBKEY(key, &next)
    }
    return der
  }

  func verifies(_ signature: [UInt8], of bytes: [UInt8], _ scheme: SignatureScheme) -> Bool {
    let context = DigestContext()
    let isGenuine = unsafe context.with { handle in
      var inner: OpaquePointer?
      return unsafe EVP_DigestVerifyInit(handle, &inner, scheme.digest, nil, key) == 1
        && scheme.configure(inner, isSigning: false)
        && EVP_DigestVerify(handle, signature, signature.count, bytes, bytes.count) == 1
    }
    ERR_clear_error()
    return isGenuine
  }

  /// `nil` if OpenSSL cannot sign with this key.
  func sign(_ bytes: [UInt8], _ scheme: SignatureScheme) -> [UInt8]? {
    let context = DigestContext()
    var signature = [UInt8](repeating: 0, count: max(0, Int(unsafe EVP_PKEY_get_size(key))))
    var size = signature.count
    let isSigned = unsafe context.with { handle in
      var inner: OpaquePointer?
      return unsafe EVP_DigestSignInit(handle, &inner, scheme.digest, nil, key) == 1
        && scheme.configure(inner, isSigning: true)
        && EVP_DigestSign(handle, &signature, &size, bytes, bytes.count) == 1
    }
    ERR_clear_error()
    return isSigned ? Array(signature.prefix(size)) : nil
  }
}

// Unsafe: owns OpenSSL's context, freed in deinit.
@safe private struct DigestContext: ~Copyable {
  private let handle = unsafe EVP_MD_CTX_new()
  deinit { unsafe EVP_MD_CTX_free(handle) }
  func with(_ body: (OpaquePointer?) -> Bool) -> Bool { unsafe body(handle) }
}
