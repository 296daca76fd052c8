internal import COpenSSL

/// SHA-256 of an input that comes in pieces.
// Unsafe: owns OpenSSL's context, freed in deinit.
@safe package struct IncrementalSHA256: ~Copyable {
  private let context: OpaquePointer?

  package init() {
    unsafe context = EVP_MD_CTX_new()
    let code = unsafe EVP_DigestInit_ex2(context, Digest.algorithm, nil)
    precondition(code == 1, "OpenSSL has no SHA-256")
  }

  deinit { unsafe EVP_MD_CTX_free(context) }

  package mutating func update(_ bytes: UnsafeRawBufferPointer) {
    // It can only fail where the context was not begun.
    _ = unsafe EVP_DigestUpdate(context, bytes.baseAddress, bytes.count)
  }

  package mutating func update(_ bytes: [UInt8]) {
    unsafe bytes.withUnsafeBytes { unsafe update($0) }
  }

  /// The digest of everything until now.
  package consuming func finish() -> [UInt8] {
    var digest = [UInt8](repeating: 0, count: 32)
    let code = unsafe EVP_DigestFinal_ex(context, &digest, nil)
    precondition(code == 1, "a digest was not begun")
    return digest
  }
}
