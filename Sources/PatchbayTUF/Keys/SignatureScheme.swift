internal import PatchbayCrypto

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

  /// How signatures are made and checked. Other implementations of TUF have used PSS with salts of
  /// other lengths.
  var algorithm: SignatureAlgorithm {
    switch self {
    case .ed25519: .ed25519
    case .ecdsaP256: .p256
    case .rsaPSS: .rsaPSSAnySalt
    case .rsaPKCS1: .rsaPKCS1
    }
  }

  /// What a key of ours is used with.
  init(_ kind: KeyKind) {
    self =
      switch kind {
      case .ed25519: .ed25519
      case .p256: .ecdsaP256
      case .rsa: .rsaPSS
      }
  }
}
