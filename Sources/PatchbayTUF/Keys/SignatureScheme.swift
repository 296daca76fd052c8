internal import COpenSSL

/// The ways of signing that the specification names, and what they are called in metadata.
enum SignatureScheme: String, Sendable, CaseIterable {
  case ed25519
  case ecdsaP256 = "ecdsa-sha2-nistp256"
  case rsaPSS = "rsassa-pss-sha256"
  case rsaPKCS1 = "rsa-pkcs1v15-sha256"

  /// The key types it goes with, the usual one first.
  var keyTypes: [String] {
    switch self {
    case .ed25519: ["ed25519"]
    case .ecdsaP256: ["ecdsa", "ecdsa-sha2-nistp256"]
    case .rsaPSS, .rsaPKCS1: ["rsa"]
    }
  }

  // Unsafe: OpenSSL's constant.
  /// The hash that is made before signing; Ed25519 makes its own.
  var digest: OpaquePointer? { unsafe self == .ed25519 ? nil : EVP_sha256() }

  // Unsafe: the context lives as long as the one it belongs to, which the caller holds.
  /// Sets what OpenSSL must know beside the hash.
  func configure(_ context: OpaquePointer?, isSigning: Bool) -> Bool {
    switch self {
    case .ed25519, .ecdsaP256: true
    case .rsaPKCS1: unsafe EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PADDING) == 1
    case .rsaPSS:
      // Other implementations have used salts of other lengths.
      unsafe EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PSS_PADDING) == 1
        && EVP_PKEY_CTX_set_rsa_pss_saltlen(
          context, isSigning ? RSA_PSS_SALTLEN_DIGEST : RSA_PSS_SALTLEN_AUTO) == 1
    }
  }
}
