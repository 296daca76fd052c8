import Built
import PatchbayHost
import PatchbayJSON
import PatchbayMessages
import Testing

@Suite struct TokenIdentityTests {
  private func signIn(
    _ token: String, config: JSON = Sample.identityConfig, _ effects: inout Effects
  ) throws -> Conversation {
    try Conversation(
      with: Built.load("tokenidentity.so"), Sample.signIn(token, config: config), &effects)
  }

  private let keys = ["token_key": Sample.key]

  @Test func aSignedTokenLetsItsBearerInOnce() throws {
    var effects = Effects(keys: keys)
    let first = try signIn(Sample.token(), &effects)
    #expect(first.kinds == [.crypto, .claim, .principal, .done])
    let principal = try #require(first.first(.principal)).head
    #expect(principal["subject"] == "ada")
    #expect(principal["issuer"] == "https://issuer.example")
    #expect(principal.at("/attributes/groups") == ["admins", "pilots"])
    #expect(principal["expires_ms"] == 1_772_784_600_000)

    let second = try signIn(Sample.token(), &effects)
    #expect(second.kinds == [.crypto, .claim, .error])
    #expect(second.first(.error)?.head["code"] == "token.replay")
  }

  @Test func aTokenMayComeInTheHeader() throws {
    var effects = Effects(keys: keys)
    let open = Message.open(
      "finish", config: Sample.identityConfig,
      input: ["headers": ["authorization": .string("Bearer \(Sample.token())")]])
    let session = try Conversation(with: Built.load("tokenidentity.so"), open, &effects)
    #expect(session.kinds == [.crypto, .claim, .principal, .done])
  }

  @Test(
    arguments: [
      ("claims", Sample.token([("jti", nil)])), ("claims", Sample.token([("sub", 5)])),
      ("claims", Sample.token([("exp", nil)])),
      ("claims", Sample.token([("exp", .number("1e300"))])),
      ("claims", Sample.token([("jti", .string(String(repeating: "x", count: 201)))])),
      ("issuer", Sample.token([("iss", "https://other.example")])),
      ("audience", Sample.token([("aud", "another")])), ("audience", Sample.token([("aud", nil)])),
      ("time", Sample.token([("exp", 1_772_784_000)])),
      ("time", Sample.token([("nbf", 1_772_784_001)])),
      ("signature", Sample.token(key: [1, 2, 3])),
      ("algorithm", Sample.token(header: [("alg", "EdDSA")])),
      ("form", Sample.token(header: [("alg", "none")])),
      ("form", Sample.token(header: [("crit", ["b64"])])),
      ("form", Sample.token() + "="), ("form", Sample.token() + ".x"), ("form", "a.b.c"),
      ("form", ".."), ("form", ""),
    ])
  func aTokenThatIsWrongIsRefusedByTheCheckThatItFails(check: String, token: String) throws {
    var effects = Effects(keys: keys)
    let session = try signIn(token, &effects)
    #expect(!session.kinds.contains(.principal))
    #expect(session.first(.error)?.head["class"] == "auth")
    #expect(session.first(.error)?.head["code"] == .string("token.\(check)"))
    if check != "replay" { #expect(effects.claimed.isEmpty) }
  }

  /// The key handle and the algorithm go to the host, which has the key.
  @Test func anEdDSATokenIsVerifiedByTheHostUnderThatAlgorithm() throws {
    var effects = Effects(keys: keys)
    let config: JSON = [
      "issuer": "https://issuer.example", "audience": "patchbay", "algorithm": "EdDSA",
    ]
    let session = try signIn(
      Sample.token(header: [("alg", "EdDSA")]), config: config, &effects)
    #expect(session.first(.crypto)?.head["algorithm"] == "EdDSA")
    #expect(session.first(.crypto)?.head["key"] == "token_key")
  }

  @Test func aKeyThatTheHostDoesNotHaveEndsTheSession() throws {
    var effects = Effects()
    effects.fails = true
    let session = try signIn(Sample.token(), &effects)
    #expect(session.kinds == [.crypto, .error])
    #expect(session.first(.error)?.head["code"] == "key.unknown")
  }

  /// An answer with a correlation that nobody asked under changes nothing.
  @Test func anAnswerToAnotherQuestionIsIgnored() throws {
    let session = try PluginSession(Built.load("tokenidentity.so"))
    _ = try session.step(Sample.signIn(Sample.token()), Conversation.moment(0))
    let answers = try session.step(
      Message(.result, correlation: 9, head: ["verified": true]), Conversation.moment(1))
    #expect(answers.isEmpty && !session.isEnded)
  }
}
