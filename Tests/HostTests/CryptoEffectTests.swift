import PatchbayCore
import PatchbayCrypto
import PatchbayHost
import PatchbayJSON
import PatchbayMessages
import Testing

/// What is signed, verified and decrypted for a plugin that names keys and never sees them.
@Suite("Keys that a plugin only names") struct CryptoEffectTests {
  private struct Held: KeySource {
    let keys: [String: [UInt8]]
    func key(_ name: String) async throws(Failure) -> [UInt8]? { keys[name] }
  }

  private static func effect(_ keys: [String: [UInt8]]) -> CryptoEffect {
    CryptoEffect(SessionKeys(of: "shop", from: Held(keys: keys)))
  }

  private static let body = Array("what is signed".utf8)

  private func ask(
    _ effect: CryptoEffect, _ does: String, _ algorithm: String, _ key: String = "key",
    _ more: [(String, JSON)] = [], body: [UInt8] = Self.body
  ) async throws -> Message {
    var head = JSONObject([
      .init("do", .string(does)), .init("key", .string(key)),
      .init("algorithm", .string(algorithm)),
    ])
    for (name, value) in more { head[name] = value }
    let question = Message(.crypto, correlation: 7, head: .object(head), body: body)
    #expect(Heads.shape(of: .crypto).problems(in: question.head).isEmpty)
    let answer = try await effect.answer(question) { _ in }
    #expect(answer.correlation == 7)
    #expect(Heads.shape(of: answer.kind).problems(in: answer.head).isEmpty)
    return answer
  }

  private func code(_ answer: Message) -> String? {
    answer.kind == .failed ? answer.head["code"]?.string : nil
  }

  @Test(arguments: [("RS256", KeyKind.rsa), ("ES256", .p256), ("EdDSA", .ed25519)])
  func `a signature that the host made is verified, and no other`(algorithm: String, kind: KeyKind)
    async throws
  {
    let key = try SigningKey.generate(kind, rsaBits: 2048)
    let other = try SigningKey.generate(kind == .rsa ? .p256 : .rsa, rsaBits: 2048)
    let effect = Self.effect([
      "key": key.pem, "public": key.verifyingKey.pem, "other": other.pem,
      "other public": other.verifyingKey.pem, "text": Array("s3cret".utf8),
    ])
    let signed = try await ask(effect, "sign", algorithm)
    #expect(signed.kind == .result && !signed.body.isEmpty)
    func verified(_ signature: String, body: [UInt8] = Self.body) async throws -> Bool? {
      try await ask(
        effect, "verify", algorithm, "public", [("signature", .string(signature))], body: body
      ).head["verified"]?.bool
    }
    let text = Base64.encode(signed.body, url: true)
    #expect(try await verified(text) == true)
    #expect(try await verified(text, body: Self.body + [0]) == false)
    for broken in ["", "%", String(text.dropLast(8)), text + "AAAA"] {
      #expect(try await verified(broken) == false, "\(broken)")
    }
    for (does, name) in [
      ("sign", "text"), ("sign", "other"), ("verify", "text"), ("verify", "other public"),
      ("verify", "key"), ("sign", "public"),
    ] {
      let answer = try await ask(effect, does, algorithm, name, [("signature", .string(text))])
      #expect(code(answer) == "crypto.key", "\(does) with \(name)")
      #expect(!answer.head.text.contains("s3cret"))
    }
  }

  /// Vendors send the same signature in two forms.
  @Test func `a signature of ES256 is verified joined and as DER`() async throws {
    let key = try SigningKey.generate(.p256)
    let effect = Self.effect(["key": key.verifyingKey.pem])
    for algorithm in [SignatureAlgorithm.p256, .p256Joined] {
      let signature = Base64.encode(try key.sign(Self.body, algorithm), url: true)
      let answer = try await ask(
        effect, "verify", "ES256", "key", [("signature", .string(signature))])
      #expect(answer.head["verified"] == true)
    }
  }

  @Test func `codes and secrets are compared, and their form does not matter to it`() async throws {
    let key = Array("a key of the vendor".utf8)
    let effect = Self.effect(["key": key, "empty": []])
    let hmac = try await ask(effect, "hmac", "HS256")
    #expect(hmac.body == HMAC(key: key).code(of: Self.body))
    func verified(_ algorithm: String, _ code: [UInt8]) async throws -> Bool? {
      let text = Base64.encode(code, url: true)
      return try await ask(effect, "verify", algorithm, "key", [("signature", .string(text))])
        .head["verified"]?.bool
    }
    #expect(try await verified("HS256", hmac.body) == true)
    #expect(try await verified("HS256", hmac.body.dropLast()) == false)
    #expect(try await verified("HS256", []) == false)
    #expect(try await verified("equal", key) == true)
    #expect(try await verified("equal", key + [0]) == false)
    #expect(try await verified("equal", []) == false)
    let without = try await ask(effect, "verify", "equal")
    #expect(without.head["verified"] == false)
    // A secret that is empty proves nothing.
    for name in ["empty", "missing"] {
      #expect(code(try await ask(effect, "verify", "equal", name)) == "crypto.key")
    }
  }

  @Test func `a key that was unwrapped stays with the host, and opens what is under it`()
    async throws
  {
    let effect = Self.effect(["key": Array(WrappedKey.key.utf8)])
    let wrapped = try #require(Base64.decode(WrappedKey.wrapped.utf8))
    let sealed = try #require(Base64.decode(WrappedKey.sealed.utf8))
    let kept = try await ask(effect, "unwrap", "RSA-OAEP", "key", [("as", "inner")], body: wrapped)
    #expect(kept.head == ["handle": "inner"] && kept.body.isEmpty)
    let clear = try await ask(effect, "unwrap", "A256GCM", "inner", body: sealed)
    #expect(clear.body == Array("what was inside".utf8))
    // Names of secrets and of what is kept are taken.
    for name in ["inner", "key"] {
      let again = try await ask(
        effect, "unwrap", "RSA-OAEP", "key", [("as", .string(name))], body: wrapped)
      #expect(code(again) == "crypto.handle")
    }
    // All that does not unwrap looks alike.
    for (algorithm, name, bytes) in [
      ("RSA-OAEP", "key", wrapped.dropLast() + [0]), ("RSA-OAEP", "key", []),
      ("A256GCM", "inner", sealed.dropLast() + [0]), ("A256GCM", "inner", []),
      ("A256GCM", "key", sealed),
    ] {
      let answer = try await ask(effect, "unwrap", algorithm, name, body: Array(bytes))
      #expect(code(answer) == "crypto.unwrap")
    }
    // Another session knows nothing of it.
    let other = Self.effect(["key": Array(WrappedKey.key.utf8)])
    #expect(code(try await ask(other, "unwrap", "A256GCM", "inner", body: sealed)) == "crypto.key")
  }

  @Test func `no session keeps keys without end`() async throws {
    let effect = Self.effect(["key": [1]])
    for number in 0..<64 {
      _ = try await ask(effect, "hmac", "HS256", "key", [("as", .string("k\(number)"))])
    }
    let more = try await ask(effect, "hmac", "HS256", "key", [("as", "one more")])
    #expect(code(more) == "crypto.handle")
  }

  @Test(
    arguments: [
      ("hmac", "RS256"), ("sign", "HS256"), ("sign", "xmldsig"), ("verify", "xmldsig"),
      ("verify", "A256GCM"), ("unwrap", "HS256"), ("sign", "equal"), ("hmac", "equal"),
    ])
  func `what goes with no algorithm is said`(does: String, algorithm: String) async throws {
    let answer = try await ask(Self.effect(["key": [1]]), does, algorithm)
    #expect(code(answer) == "crypto.unsupported")
  }
}
