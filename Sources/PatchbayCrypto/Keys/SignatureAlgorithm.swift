internal import COpenSSL

/// The ways of signing. Each goes with one kind of key.
package enum SignatureAlgorithm: Sendable, CaseIterable {
  /// RSASSA-PKCS1-v1_5 with SHA-256.
  case rsaPKCS1
  /// RSASSA-PSS with SHA-256, and a salt as long as the hash.
  case rsaPSS
  /// As ``rsaPSS``, and verifies salts of every length: other implementations have used those.
  case rsaPSSAnySalt
  /// ECDSA on P-256 with SHA-256, the signature in DER.
  case p256
  /// The same with the signature as r ‖ s, 32 bytes each (JOSE, IEEE P1363).
  case p256Joined
  case ed25519

  package var kind: KeyKind {
    switch self {
    case .rsaPKCS1, .rsaPSS, .rsaPSSAnySalt: .rsa
    case .p256, .p256Joined: .p256
    case .ed25519: .ed25519
    }
  }

  // Unsafe: OpenSSL's constant.
  /// The hash that is made before signing; Ed25519 makes its own.
  var digest: OpaquePointer? { unsafe self == .ed25519 ? nil : EVP_sha256() }

  // Unsafe: the context lives as long as the one it belongs to, which the caller holds.
  /// Sets what OpenSSL must know beside the hash.
  func configure(_ context: OpaquePointer?, isSigning: Bool) -> Bool {
    switch self {
    case .ed25519, .p256, .p256Joined: return true
    case .rsaPKCS1: return unsafe EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PADDING) == 1
    case .rsaPSS, .rsaPSSAnySalt:
      let isAny = self == .rsaPSSAnySalt && !isSigning
      return unsafe EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PSS_PADDING) == 1
        && EVP_PKEY_CTX_set_rsa_pss_saltlen(
          context, isAny ? RSA_PSS_SALTLEN_AUTO : RSA_PSS_SALTLEN_DIGEST) == 1
    }
  }
}
