import PatchbayTUF

@testable import PatchbayCrypto

/// Keys of every kind, made by OpenSSL.
enum KeyMaker {
  enum Kind: CaseIterable { case ed25519, ecdsa, rsa }
  enum Other { case smallRSA, p384, x25519 }

  static func make(_ kind: Kind) throws -> PrivateKey {
    switch kind {
    case .ed25519: try PrivateKey.make()
    case .ecdsa: try PrivateKey(pem: try SigningKey.generate(.p256).pem)
    case .rsa: try PrivateKey(pem: try SigningKey.generate(.rsa, rsaBits: 2048).pem)
    }
  }

  static func pem(_ kind: Other) throws -> [UInt8] {
    let der =
      switch kind {
      case .smallRSA: try KeyGeneration.pkcs8("RSA", bits: 1024)
      case .p384: try KeyGeneration.pkcs8("EC", group: "P-384")
      case .x25519: try KeyGeneration.pkcs8("X25519")
      }
    return PEM.encode(der, label: "PRIVATE KEY")
  }
}
