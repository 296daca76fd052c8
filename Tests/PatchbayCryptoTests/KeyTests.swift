import Seeded
import Testing

@testable import PatchbayCrypto

@Suite("Keys and signatures") struct KeyTests {
  private static let words = Array("words".utf8)

  @Test(arguments: SignatureAlgorithm.allCases)
  func `Every algorithm signs, and its key is read again from PEM`(
    algorithm: SignatureAlgorithm
  ) throws {
    let key = try SigningKey.generate(algorithm.kind, rsaBits: 2048)
    let again = try SigningKey(pem: key.pem)
    #expect(again.verifyingKey == key.verifyingKey && again.kind == algorithm.kind)
    let verifier = try VerifyingKey(pem: key.verifyingKey.pem)
    #expect(verifier == key.verifyingKey)
    let signature = try again.sign(Self.words, algorithm)
    #expect(verifier.verifies(signature, of: Self.words, algorithm))
    #expect(!verifier.verifies(signature, of: Self.words + [0], algorithm))
    #expect(!verifier.verifies(signature + [0], of: Self.words, algorithm))
    #expect(!verifier.verifies(signature.dropLast(), of: Self.words, algorithm))
    #expect(!verifier.verifies([], of: Self.words, algorithm))
    let other = try SigningKey.generate(algorithm.kind, rsaBits: 2048)
    #expect(!other.verifyingKey.verifies(signature, of: Self.words, algorithm))
    let strangers: [SignatureAlgorithm] = algorithm.kind == .ed25519 ? [.p256] : [.ed25519]
    for stranger in strangers {
      #expect(!verifier.verifies(signature, of: Self.words, stranger))
      #expect(throws: CryptoFault.algorithmNotAllowed) { try again.sign(Self.words, stranger) }
    }
  }

  @Test(arguments: Scale.seeds(quick: 3, nightly: 100))
  func `A signature with any bit changed is not genuine`(seed: UInt64) throws {
    var draw = Draw(seed)
    let kinds: [SignatureAlgorithm] = [.p256, .p256Joined, .ed25519]
    for algorithm in kinds {
      let key = try SigningKey.generate(algorithm.kind)
      let signature = try key.sign(Self.words, algorithm)
      for _ in 0..<20 {
        var changed = signature
        changed[draw.below(changed.count)] ^= 1 << draw.below(8)
        let isGenuine = key.verifyingKey.verifies(changed, of: Self.words, algorithm)
        #expect(!isGenuine, "seed \(seed): \(algorithm) \(Hex.encode(changed))")
      }
    }
  }

  @Test func `The vectors of RFC 8032 hold for Ed25519`() throws {
    for vector in SignatureVectors.ed25519 {
      let key = try SigningKey(ed25519Seed: try hex(vector.seed))
      let message = try hex(vector.message)
      #expect(key.verifyingKey.ed25519Bytes == (try hex(vector.key)))
      #expect(try key.sign(message, .ed25519) == hex(vector.signature))
      let verifier = try VerifyingKey(ed25519: try hex(vector.key))
      #expect(verifier.verifies(try hex(vector.signature), of: message, .ed25519))
      #expect(!verifier.verifies(try hex(vector.signature), of: message + [1], .ed25519))
    }
  }

  @Test func `NIST's vectors hold for ECDSA, in both forms`() throws {
    for vector in SignatureVectors.ecdsa {
      let key = try VerifyingKey(p256Point: [4] + hex(vector.x) + hex(vector.y))
      let (r, s) = (try hex(vector.r), try hex(vector.s))
      let message = try hex(vector.message)
      #expect(key.verifies(r + s, of: message, .p256Joined) == vector.isGenuine)
      let der = DER.sequence([DER.integer(r), DER.integer(s)])
      #expect(key.verifies(der, of: message, .p256) == vector.isGenuine)
      #expect(!key.verifies(der, of: message, .p256Joined))
      #expect(!key.verifies(r + s, of: message, .p256))
    }
  }

  @Test func `r and s of another length, zero, or beside the curve are refused`() throws {
    let key = try SigningKey.generate(.p256)
    let signature = try key.sign(Self.words, .p256Joined)
    #expect(signature.count == 64)
    let (r, s) = (Array(signature.prefix(32)), Array(signature.suffix(32)))
    let zero = [UInt8](repeating: 0, count: 32)
    let order = try hex("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551")
    for forged in [
      r + s + [0], [0] + r + s, [0] + r + [0] + s, r, r + s.dropFirst(), zero + s, r + zero,
      zero + zero, order + s, r + order, [UInt8](repeating: 0xFF, count: 64),
    ] {
      #expect(!key.verifyingKey.verifies(forged, of: Self.words, .p256Joined))
    }
    let long = DER.sequence([DER.integer([1] + r), DER.integer(s)])
    #expect(ECDSASignature.joined(der: long) == nil)
    #expect(ECDSASignature.joined(der: []) == nil)
  }

  @Test func `A PSS signature with a short salt is for those who take any`() throws {
    let key = try VerifyingKey(
      rsaModulus: try hex(SignatureVectors.pssModulus),
      exponent: try hex(SignatureVectors.pssExponent))
    let message = try hex(SignatureVectors.pssMessage)
    let signature = try hex(SignatureVectors.pssSignature)
    #expect(key.verifies(signature, of: message, .rsaPSSAnySalt))
    #expect(!key.verifies(signature, of: message, .rsaPSS))
    #expect(!key.verifies(signature, of: message, .rsaPKCS1))
    #expect(!key.verifies(signature, of: message.dropLast(), .rsaPSSAnySalt))
  }

  @Test func `No printed form of a private key shows it`() throws {
    for kind in KeyKind.allCases {
      let key = try SigningKey.generate(kind, rsaBits: 2048)
      let der = try #require(PEM.decode(key.pem, label: "PRIVATE KEY"))
      var dumped = ""
      dump(key, to: &dumped)
      let secret = der.suffix(20)
      for text in ["\(key)", String(reflecting: key), dumped, "\([key])"] {
        #expect(!text.contains("PRIVATE") && !text.contains(Hex.encode(secret)))
        #expect(!text.contains(secret.map(String.init).joined(separator: ", ")))
      }
    }
    let key = try DecryptionKey(pem: JOSEVectors.oaepKey.utf8)
    #expect("\(key)" == "decryption key (rsa)" && "\([key])" == "[decryption key (rsa)]")
  }

  // MARK: - Refused

  @Test func `Weak keys, and keys of another kind, are refused`() throws {
    for der in [
      try KeyGeneration.pkcs8("RSA", bits: 1024), try KeyGeneration.pkcs8("EC", group: "P-384"),
      try KeyGeneration.pkcs8("X25519"), try KeyGeneration.pkcs8("ED448"),
    ] {
      #expect(throws: CryptoFault.unusableKey) { try SigningKey(der: der) }
    }
    #expect(throws: CryptoFault.unusableKey) { try VerifyingKey(ed25519: []) }
    #expect(throws: CryptoFault.unusableKey) {
      try VerifyingKey(ed25519: [UInt8](repeating: 1, count: 33))
    }
    #expect(throws: CryptoFault.unusableKey) { try SigningKey(ed25519Seed: [1]) }
  }

  @Test(arguments: ["01", "02", "010000", "", "01000000000000000001"])
  func `An RSA exponent that is even, one, or long is refused`(exponent: String) throws {
    let modulus = try hex(SignatureVectors.pssModulus)
    #expect(throws: CryptoFault.unusableKey) {
      try VerifyingKey(rsaModulus: modulus, exponent: try hex(exponent))
    }
  }

  @Test func `An RSA modulus is taken from 2048 bits to 16,384`() throws {
    func key(_ count: Int) throws -> VerifyingKey {
      try VerifyingKey(
        rsaModulus: [0xFF] + [UInt8](repeating: 0x55, count: count - 1), exponent: [1, 0, 1])
    }
    #expect(try key(256).kind == .rsa && key(2048).kind == .rsa)
    for count in [1, 128, 255, 2049, 100_000] {
      #expect(throws: CryptoFault.unusableKey) { try key(count) }
    }
  }

  @Test func `A point that is not on the curve, or is compressed, is refused`() throws {
    let vector = SignatureVectors.ecdsa[0]
    let (x, y) = (try hex(vector.x), try hex(vector.y))
    var moved = y
    moved[31] ^= 1
    for point in [
      [4] + x + moved, [4] + x, [2] + x, [4] + x + y + [0], [6] + x + y,
      [4] + [UInt8](repeating: 0, count: 64), [],
    ] {
      #expect(throws: CryptoFault.unusableKey) { try VerifyingKey(p256Point: point) }
    }
  }

  /// Whoever counts signatures of different keys must not count one key twice.
  @Test func `A point that is written otherwise makes the same key`() throws {
    let vector = SignatureVectors.ecdsa[0]
    let (x, y) = (try hex(vector.x), try hex(vector.y))
    let key = try VerifyingKey(p256Point: [4] + x + y)
    let identifier = Array(key.der[2..<23])
    let parity = y[31] & 1
    for point in [[2 + parity] + x, [6 + parity] + x + y] {
      let other = try VerifyingKey(der: DER.sequence([identifier, DER.bits(point)]))
      #expect(other == key && other.pem == key.pem)
    }
  }

  @Test(arguments: KeyKind.allCases) func `Keys with more bytes, or fewer, are refused`(
    kind: KeyKind
  ) throws {
    let key = try SigningKey.generate(kind, rsaBits: 2048)
    let der = key.verifyingKey.der
    let secret = try #require(PEM.decode(key.pem, label: "PRIVATE KEY"))
    for cut in [der + [0], der.dropLast(), Array(der.dropFirst()), secret, []] {
      #expect(throws: CryptoFault.unusableKey) { try VerifyingKey(der: cut) }
    }
    for cut in [secret + [0], secret.dropLast(), Array(secret.dropFirst()), der, []] {
      #expect(throws: CryptoFault.unusableKey) { try SigningKey(der: cut) }
    }
    #expect(throws: CryptoFault.unusableKey) { try SigningKey(pem: key.verifyingKey.pem) }
    #expect(throws: CryptoFault.unusableKey) { try VerifyingKey(pem: key.pem) }
  }

  @Test func `PEM is found between other lines, and nowhere else`() throws {
    let pem = PEM.encode([1, 2, 3], label: "THING")
    #expect(pem == Array("-----BEGIN THING-----\nAQID\n-----END THING-----\n".utf8))
    let around = Array("before\r\n".utf8) + pem + Array("after".utf8)
    #expect(PEM.decode(around, label: "THING") == [1, 2, 3])
    #expect(PEM.decode(pem, label: "OTHER") == nil)
    #expect(PEM.decode(pem.dropLast(6), label: "THING") == nil)
    #expect(PEM.decode(Array("-----BEGIN A-----\nA\n-----END A-----".utf8), label: "A") == nil)
  }
}
