/// The algorithms of signed tokens (RFC 7518, RFC 8037) that are taken. `none` is not among them.
package enum JWSAlgorithm: String, Sendable, CaseIterable {
  /// HMAC with SHA-256.
  case hs256 = "HS256"
  /// RSASSA-PKCS1-v1_5 with SHA-256.
  case rs256 = "RS256"
  /// RSASSA-PSS with SHA-256.
  case ps256 = "PS256"
  /// ECDSA on P-256 with SHA-256.
  case es256 = "ES256"
  /// Ed25519; never Ed448.
  case edDSA = "EdDSA"

  /// How keys sign; `nil` for the one with a shared secret.
  var signature: SignatureAlgorithm? {
    switch self {
    case .hs256: nil
    case .rs256: .rsaPKCS1
    case .ps256: .rsaPSS
    case .es256: .p256Joined
    case .edDSA: .ed25519
    }
  }
}
