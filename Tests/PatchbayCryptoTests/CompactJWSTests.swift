import Seeded
import Testing

@testable import PatchbayCrypto

@Suite("Signed tokens") struct CompactJWSTests {
  private static let claims =
    "{\"iss\":\"joe\",\r\n \"exp\":1300819380,\r\n \"http://example.com/is_root\":true}"

  private static func secret() throws -> JWSVerifier {
    try JWSVerifier(secret: try base64URL(JOSEVectors.hs256Secret))
  }

  private static func rsa(_ algorithms: [JWSAlgorithm]) throws -> JWSVerifier {
    let members = ["kty": "RSA", "e": "AQAB", "n": JOSEVectors.rs256Modulus]
    return try JWSVerifier(try JWK { members[$0] }.key, algorithms)
  }

  private static func p256() throws -> JWSVerifier {
    let members = [
      "kty": "EC", "crv": "P-256", "x": JOSEVectors.es256X, "y": JOSEVectors.es256Y,
    ]
    return try JWSVerifier(try JWK { members[$0] }.key, [.es256])
  }

  private static func payload(
    _ token: String, _ verifier: JWSVerifier, _ alg: String
  ) throws -> String {
    let bytes = try CompactJWS(token.utf8).payload(provenBy: verifier, alg: alg)
    return String(decoding: bytes, as: UTF8.self)
  }

  // MARK: - The examples of the standards

  @Test func `The examples of RFC 7515 are genuine`() throws {
    #expect(try Self.payload(JOSEVectors.hs256, Self.secret(), "HS256") == Self.claims)
    #expect(try Self.payload(JOSEVectors.rs256, Self.rsa([.rs256]), "RS256") == Self.claims)
    #expect(try Self.payload(JOSEVectors.es256, Self.p256(), "ES256") == Self.claims)
    let header = try CompactJWS(JOSEVectors.hs256.utf8).header
    #expect(header == Array("{\"typ\":\"JWT\",\r\n \"alg\":\"HS256\"}".utf8))
  }

  @Test func `Tokens of the algorithms that have one result are those of the RFCs`() throws {
    let claims = Array(Self.claims.utf8)
    let hs256 = try JWSSigner(secret: try base64URL(JOSEVectors.hs256Secret))
    let header = Array("{\"typ\":\"JWT\",\r\n \"alg\":\"HS256\"}".utf8)
    #expect(try hs256.sign(claims, header: header) == JOSEVectors.hs256)
    let rs256 = try JWSSigner(try SigningKey(pem: JOSEVectors.rs256Key.utf8), .rs256)
    let rsaHeader = Array("{\"alg\":\"RS256\"}".utf8)
    #expect(try rs256.sign(claims, header: rsaHeader) == JOSEVectors.rs256)
    let key = try SigningKey(ed25519Seed: try base64URL(JOSEVectors.edDSASeed))
    let edDSA = try JWSSigner(key, .edDSA)
    let words = Array("Example of Ed25519 signing".utf8)
    #expect(try edDSA.sign(words, header: Array("{\"alg\":\"EdDSA\"}".utf8)) == JOSEVectors.edDSA)
    let verifier = try JWSVerifier(key.verifyingKey, [.edDSA])
    #expect(try Self.payload(JOSEVectors.edDSA, verifier, "EdDSA") == "Example of Ed25519 signing")
  }

  @Test(arguments: [JWSAlgorithm.rs256, .ps256, .es256, .edDSA])
  func `Every algorithm of key pairs signs what it verifies`(algorithm: JWSAlgorithm) throws {
    let kind = try #require(algorithm.signature?.kind)
    let key = try SigningKey.generate(kind, rsaBits: 2048)
    let thumbprint = try JWK(key.verifyingKey).thumbprint
    let token = try JWSSigner(key, algorithm).sign([1, 2, 3], keyID: thumbprint)
    let read = try CompactJWS(token.utf8)
    #expect(
      String(decoding: read.header, as: UTF8.self)
        == "{\"alg\":\"\(algorithm.rawValue)\",\"typ\":\"JWT\",\"kid\":\"\(thumbprint)\"}")
    let verifier = try JWSVerifier(key.verifyingKey, [algorithm])
    #expect(try read.payload(provenBy: verifier, alg: algorithm.rawValue) == [1, 2, 3])
    let other = try JWSVerifier(
      try SigningKey.generate(kind, rsaBits: 2048).verifyingKey, [algorithm])
    #expect(throws: CryptoFault.wrongSignature) {
      try read.payload(provenBy: other, alg: algorithm.rawValue)
    }
  }

  // MARK: - Confusion of algorithms

  @Test func `A token that says “none” proves nothing`() throws {
    for alg in ["none", "None", "NONE", ""] {
      for verifier in [try Self.secret(), try Self.rsa([.rs256, .ps256]), try Self.p256()] {
        #expect(throws: CryptoFault.algorithmNotAllowed) {
          try Self.payload(JOSEVectors.none, verifier, alg)
        }
      }
    }
    let token = JOSEVectors.hs256.split(separator: ".").prefix(2).joined(separator: ".") + "."
    #expect(throws: CryptoFault.wrongSignature) {
      try Self.payload(token, try Self.secret(), "HS256")
    }
  }

  /// The public key is known to all, so an HMAC under its text proves nothing.
  @Test func `A token under the text of a public key is not taken for one of its owner`() throws {
    let key = try SigningKey(pem: JOSEVectors.rs256Key.utf8).verifyingKey
    let forged = try JWSSigner(secret: key.pem).sign(Array(Self.claims.utf8))
    let verifier = try JWSVerifier(key, [.rs256])
    #expect(throws: CryptoFault.algorithmNotAllowed) {
      try Self.payload(forged, verifier, "HS256")
    }
    #expect(throws: CryptoFault.wrongSignature) { try Self.payload(forged, verifier, "RS256") }
    #expect(throws: CryptoFault.algorithmNotAllowed) { try JWSVerifier(key, [.hs256]) }
    #expect(throws: CryptoFault.algorithmNotAllowed) { try JWSVerifier(key, [.rs256, .hs256]) }
  }

  @Test func `An algorithm that was not named by the caller is not taken`() throws {
    #expect(throws: CryptoFault.algorithmNotAllowed) {
      try Self.payload(JOSEVectors.rs256, try Self.rsa([.ps256]), "RS256")
    }
    #expect(throws: CryptoFault.wrongSignature) {
      try Self.payload(JOSEVectors.rs256, try Self.rsa([.ps256]), "PS256")
    }
    #expect(throws: CryptoFault.algorithmNotAllowed) {
      try Self.payload(JOSEVectors.es512, try Self.p256(), "ES512")
    }
    #expect(throws: CryptoFault.algorithmNotAllowed) { try Self.rsa([]) }
    #expect(throws: CryptoFault.algorithmNotAllowed) { try Self.rsa([.es256]) }
    let key = try SigningKey.generate(.ed25519)
    #expect(throws: CryptoFault.algorithmNotAllowed) { try JWSSigner(key, .rs256) }
    #expect(throws: CryptoFault.algorithmNotAllowed) { try JWSSigner(key, .hs256) }
    #expect(JWSAlgorithm(rawValue: "none") == nil)
  }

  @Test func `A shared secret has 32 bytes at least`() throws {
    for count in [0, 1, 31] {
      let secret = [UInt8](repeating: 1, count: count)
      #expect(throws: CryptoFault.unusableKey) { try JWSSigner(secret: secret) }
      #expect(throws: CryptoFault.unusableKey) { try JWSVerifier(secret: secret) }
    }
    _ = try JWSVerifier(secret: [UInt8](repeating: 1, count: 32))
  }

  // MARK: - Form

  @Test func `What is not three parts of canonical base64url is refused`() throws {
    let parts = JOSEVectors.hs256.split(separator: ".").map(String.init)
    let (header, claims, signature) = (parts[0], parts[1], parts[2])
    for token in [
      "", ".", "..", "...", header, "\(header).\(claims)", ".\(claims).\(signature)",
      "\(JOSEVectors.hs256).", "\(JOSEVectors.hs256).\(signature)", " \(JOSEVectors.hs256)",
      "\(JOSEVectors.hs256)\n", "\(JOSEVectors.hs256)=", "\(header)=.\(claims).\(signature)",
      // The last letter of the signature holds two bits that are no part of it.
      String(JOSEVectors.hs256.dropLast()) + "l", "\(header).\(claims).+/+/",
      "\(header).\(claims).a", "\(header).\(claims).\(signature)é", "{}.{}.{}",
    ] {
      #expect(throws: CryptoFault.malformedToken, "\(token)") { try CompactJWS(token.utf8) }
    }
  }

  @Test func `A token that is too long is refused before it is read`() throws {
    let token = [UInt8](repeating: UInt8(ascii: "a"), count: (64 << 10) + 1)
    #expect(throws: CryptoFault.tooLong) { try CompactJWS(token) }
    #expect(throws: CryptoFault.tooLong) { try CompactJWS(JOSEVectors.hs256.utf8, limitBytes: 10) }
  }

  @Test func `An id or a type that JSON would escape is refused`() throws {
    let signer = try JWSSigner(secret: [UInt8](repeating: 1, count: 32))
    for text in ["a\"b", "a\\b", "a b", "é", "a\n"] {
      #expect(throws: CryptoFault.malformedToken) { try signer.sign([], keyID: text) }
      #expect(throws: CryptoFault.malformedToken) { try signer.sign([], type: text) }
    }
    _ = try signer.sign([], keyID: "2026-11_a.~", type: "at+jwt")
  }

  @Test(arguments: Scale.seeds(quick: 4, nightly: 200))
  func `A token with any byte changed proves nothing`(seed: UInt64) throws {
    var draw = Draw(seed)
    let key = try SigningKey.generate(.p256)
    let es256 = try JWSSigner(key, .es256).sign([1, 2, 3])
    let cases = [
      (JOSEVectors.hs256, try Self.secret(), "HS256"),
      (es256, try JWSVerifier(key.verifyingKey, [.es256]), "ES256"),
    ]
    for (token, verifier, alg) in cases {
      for _ in 0..<50 {
        var bytes = Array(token.utf8)
        let at = draw.below(bytes.count)
        let letter = UInt8(draw.below(256))
        if bytes[at] == letter { continue }
        bytes[at] = letter
        let opened = try? CompactJWS(bytes).payload(provenBy: verifier, alg: alg)
        #expect(opened == nil, "seed \(seed): \(at) \(letter)")
      }
    }
  }
}
