import PatchbayCrypto
import Testing

@Suite("JSON Web Keys") struct JWKTests {
  private static let ed25519 = ["kty": "OKP", "crv": "Ed25519", "x": JOSEVectors.edDSAX]
  private static let rsa = ["kty": "RSA", "e": "AQAB", "n": JOSEVectors.thumbprintModulus]
  private static let p256 = [
    "kty": "EC", "crv": "P-256", "x": JOSEVectors.es256X, "y": JOSEVectors.es256Y,
  ]

  @Test func `Thumbprints are those of RFC 7638 and RFC 8037`() throws {
    #expect(try JWK { Self.rsa[$0] }.thumbprint == JOSEVectors.thumbprint)
    #expect(try JWK { Self.ed25519[$0] }.thumbprint == JOSEVectors.edDSAThumbprint)
  }

  @Test(arguments: [rsa, p256, ed25519])
  func `A key is read from its members, and written with the same`(
    members: [String: String]
  ) throws {
    let jwk = try JWK { members[$0] }
    #expect(Dictionary(uniqueKeysWithValues: jwk.members.map { ($0.name, $0.value) }) == members)
    #expect(jwk.members.map(\.name) == members.keys.sorted())
    let again = try JWK(try VerifyingKey(pem: jwk.key.pem))
    #expect(again == jwk && again.thumbprint == jwk.thumbprint)
  }

  @Test(arguments: KeyKind.allCases) func `A new key comes back from its members`(
    kind: KeyKind
  ) throws {
    let key = try SigningKey.generate(kind, rsaBits: 2048).verifyingKey
    let members = try JWK(key).members
    let again = try JWK { name in members.first { $0.name == name }?.value }
    #expect(again.key == key)
  }

  private static let changes: [(of: [String: String], name: String, value: String?)] = [
    (rsa, "kty", "oct"), (rsa, "kty", nil), (rsa, "kty", "rsa"), (rsa, "n", nil), (rsa, "e", nil),
    (rsa, "e", ""), (rsa, "e", "AQ"), (rsa, "e", "AAEAAQ"), (rsa, "e", "AQAB="),
    (rsa, "n", "AA" + JOSEVectors.thumbprintModulus), (rsa, "n", "AQAB"),
    (rsa, "n", JOSEVectors.thumbprintModulus + "=="), (rsa, "n", "+/+/"),
    (p256, "crv", "P-384"), (p256, "crv", "secp256k1"), (p256, "crv", nil), (p256, "y", nil),
    (p256, "x", JOSEVectors.es256Y), (p256, "x", "AA"), (p256, "x", "AA" + JOSEVectors.es256X),
    (p256, "kty", "OKP"), (ed25519, "crv", "Ed448"), (ed25519, "crv", "X25519"),
    (ed25519, "x", nil), (ed25519, "x", "AA"), (ed25519, "kty", "EC"),
    // The last letter holds bits that are no part of the key.
    (ed25519, "x", "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURp"),
  ]

  @Test(arguments: changes) func `Members that make no key are refused`(
    change: (of: [String: String], name: String, value: String?)
  ) {
    var members = change.of
    members[change.name] = change.value
    #expect(throws: CryptoFault.unusableKey) { try JWK { members[$0] } }
  }

  @Test func `A curve that is not taken is refused`() {
    let members = [
      "kty": "EC", "crv": "P-521", "x": JOSEVectors.es512X, "y": JOSEVectors.es512Y,
    ]
    #expect(throws: CryptoFault.unusableKey) { try JWK { members[$0] } }
  }
}
