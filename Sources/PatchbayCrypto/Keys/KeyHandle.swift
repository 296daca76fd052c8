internal import COpenSSL

/// A key as OpenSSL has it, of a kind and strength that is taken.
@safe final class KeyHandle: @unchecked Sendable {
  // @unchecked: a key is never changed once it is made, and many threads may use one.
  // Unsafe: owns the key, freed in deinit; arrays are borrowed for the calls.
  let key: OpaquePointer
  let kind: KeyKind

  /// Takes over a key; frees it where it is not of a kind that is taken.
  private init?(_ key: OpaquePointer?) {
    defer { ERR_clear_error() }
    guard let key = unsafe key else { return nil }
    guard let kind = unsafe Self.kind(of: key) else {
      unsafe EVP_PKEY_free(key)
      return nil
    }
    unsafe self.key = key
    self.kind = kind
  }

  deinit { unsafe EVP_PKEY_free(key) }

  /// Reads a SubjectPublicKeyInfo.
  convenience init?(publicDER der: [UInt8]) {
    unsafe self.init(Self.read(der) { unsafe d2i_PUBKEY(nil, $0, $1) })
  }

  /// Reads a PrivateKeyInfo (PKCS#8) that is not encrypted.
  convenience init?(privateDER der: [UInt8]) {
    unsafe self.init(
      Self.read(der) {
        let info = unsafe d2i_PKCS8_PRIV_KEY_INFO(nil, $0, $1)
        defer { unsafe PKCS8_PRIV_KEY_INFO_free(info) }
        return unsafe info == nil ? nil : EVP_PKCS82PKEY(info)
      })
  }

  /// What is read of all the bytes; `nil` where some are left over.
  private static func read(
    _ der: [UInt8],
    _ parse: (UnsafeMutablePointer<UnsafePointer<UInt8>?>, Int) -> OpaquePointer?
  ) -> OpaquePointer? {
    unsafe der.withUnsafeBufferPointer { buffer in
      var next = buffer.baseAddress
      let key = unsafe parse(&next, buffer.count)
      if unsafe next == buffer.baseAddress?.advanced(by: buffer.count) { return unsafe key }
      unsafe EVP_PKEY_free(key)
      return nil
    }
  }

  private static func kind(of key: OpaquePointer) -> KeyKind? {
    if unsafe EVP_PKEY_is_a(key, "ED25519") == 1 { return .ed25519 }
    if unsafe EVP_PKEY_is_a(key, "EC") == 1 {
      var name = [CChar](repeating: 0, count: 64)
      var size = 0
      let isNamed = unsafe EVP_PKEY_get_group_name(key, &name, name.count, &size) == 1
      let letters = name.prefix(size).map { UInt8(bitPattern: $0) }
      return isNamed && letters == Array("prime256v1".utf8) ? .p256 : nil
    }
    if unsafe EVP_PKEY_is_a(key, "RSA") == 1 {
      // Less than 2048 bits is too weak; OpenSSL computes with no more than 16,384.
      let bits = unsafe EVP_PKEY_get_bits(key)
      return unsafe (2048...16_384).contains(bits) && hasSoundExponent(key) ? .rsa : nil
    }
    return nil
  }

  /// With the exponent 1 everybody's signatures are genuine, an even one has no inverse, and a long
  /// one makes every check slow.
  private static func hasSoundExponent(_ key: OpaquePointer) -> Bool {
    var exponent: OpaquePointer?
    defer { unsafe BN_free(exponent) }
    guard unsafe EVP_PKEY_get_bn_param(key, "e", &exponent) == 1 else { return false }
    return unsafe BN_is_odd(exponent) == 1 && (2...64).contains(BN_num_bits(exponent))
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

  /// Whether the signature is genuine; `false` too for an algorithm of another kind of key.
  func verifies(
    _ signature: [UInt8], of bytes: [UInt8], _ algorithm: SignatureAlgorithm
  ) -> Bool {
    guard algorithm.kind == kind else { return false }
    let given: [UInt8]
    if algorithm == .p256Joined {
      guard let der = ECDSASignature.der(joined: signature) else { return false }
      given = der
    } else {
      given = signature
    }
    let context = DigestContext()
    let isGenuine = unsafe context.with { handle in
      var inner: OpaquePointer?
      return unsafe EVP_DigestVerifyInit(handle, &inner, algorithm.digest, nil, key) == 1
        && algorithm.configure(inner, isSigning: false)
        && EVP_DigestVerify(handle, given, given.count, bytes, bytes.count) == 1
    }
    ERR_clear_error()
    return isGenuine
  }

  /// `nil` if OpenSSL cannot sign so with this key.
  func sign(_ bytes: [UInt8], _ algorithm: SignatureAlgorithm) -> [UInt8]? {
    guard algorithm.kind == kind else { return nil }
    let context = DigestContext()
    var signature = [UInt8](repeating: 0, count: max(0, Int(unsafe EVP_PKEY_get_size(key))))
    var size = signature.count
    let isSigned = unsafe context.with { handle in
      var inner: OpaquePointer?
      return unsafe EVP_DigestSignInit(handle, &inner, algorithm.digest, nil, key) == 1
        && algorithm.configure(inner, isSigning: true)
        && EVP_DigestSign(handle, &signature, &size, bytes, bytes.count) == 1
    }
    ERR_clear_error()
    guard isSigned else { return nil }
    let made = Array(signature.prefix(size))
    return algorithm == .p256Joined ? ECDSASignature.joined(der: made) : made
  }
}

// Unsafe: owns OpenSSL's context, freed in deinit.
@safe private struct DigestContext: ~Copyable {
  private let handle = unsafe EVP_MD_CTX_new()
  deinit { unsafe EVP_MD_CTX_free(handle) }
  func with(_ body: (OpaquePointer?) -> Bool) -> Bool { unsafe body(handle) }
}
