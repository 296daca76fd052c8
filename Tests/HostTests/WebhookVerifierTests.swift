import Built
import PatchbayHost
import PatchbayJSON
import PatchbayMessages
import Testing

@Suite struct WebhookVerifierTests {
  private func deliver(
    _ first: Message, fails: Bool = false, limits: PluginSession.Limits = .init()
  ) throws -> Conversation {
    var effects = Effects(keys: ["webhook_secret": Sample.key])
    effects.fails = fails
    return try Conversation(
      with: Built.load("webhookverifier.so"), first, &effects, limits: limits)
  }

  @Test func aSignedBodyIsTold() throws {
    let session = try deliver(Sample.webhook(signature: Sample.signature(of: Sample.event)))
    #expect(session.kinds == [.crypto, .reply, .event, .done])
    #expect(session.first(.reply)?.head == ["status": 200])
    #expect(session.first(.event)?.head == ["type": "order.paid", "key": "evt_1"])
    #expect(session.first(.event)?.body == Sample.event)
  }

  @Test func aMessageThatTheHostRefusedIsEmittedAgainAfterCredit() throws {
    var limits = PluginSession.Limits()
    limits.messages = 1
    let session = try deliver(
      Sample.webhook(signature: Sample.signature(of: Sample.event)), limits: limits)
    #expect(session.kinds == [.crypto, .reply, .event, .done])
  }

  @Test(
    arguments: [
      nil, "", "sha256=", "sha1=00", Sample.signature(of: Sample.event, key: [1]),
      Sample.signature(of: []), Sample.signature(of: Sample.event) + "0",
      "sha256=" + String(repeating: "g", count: 64), String(repeating: "x", count: 100_000),
    ])
  func aSignatureThatDoesNotVerifyIsRefused(signature: String?) throws {
    let session = try deliver(Sample.webhook(signature: signature))
    #expect(session.kinds.filter { $0 != .crypto } == [.reply, .error])
    #expect(session.first(.reply)?.head == ["status": 401])
    #expect(session.first(.error)?.head["class"] == "auth")
  }

  @Test(
    arguments: [
      ("", "webhook"), ("not json", "webhook"), ("{}", "webhook"), ("[]", "webhook"),
      (#"{"type":5}"#, "webhook"), (#"{"type":""}"#, "webhook"),
      (#"{"type":"a\"b\\c\n\u0001é"}"#, "a\"b\\c\n\u{1}é"),
      ("{\"type\":\"\(String(repeating: "t", count: 300))\"}", "webhook"),
    ])
  func membersThatAreMissingOrOddDoNoHarm(body: String, type: String) throws {
    let bytes = Array(body.utf8)
    let session = try deliver(
      Sample.webhook(signature: Sample.signature(of: bytes), body: bytes))
    #expect(session.kinds == [.crypto, .reply, .event, .done])
    #expect(session.first(.event)?.head == ["type": .string(type)])
    #expect(session.first(.event)?.body == bytes)
  }

  @Test func aRequestWithoutHeadersOrInputIsRefused() throws {
    for input: JSON? in [nil, [:], ["headers": []], ["headers": ["x-hub-signature-256": 5]]] {
      let session = try deliver(.open("webhook", input: input, body: Sample.event))
      #expect(session.kinds == [.reply, .error])
    }
  }

  @Test func aKeyThatTheHostDoesNotHaveIsNotTheSendersFault() throws {
    let session = try deliver(
      Sample.webhook(signature: Sample.signature(of: Sample.event)), fails: true)
    #expect(session.kinds == [.crypto, .reply, .error])
    #expect(session.first(.reply)?.head == ["status": 503])
    #expect(session.first(.error)?.head["class"] == "config")
  }

  @Test func anotherOperationIsNotSupported() throws {
    let session = try deliver(.open("chat"))
    #expect(session.kinds == [.error])
    #expect(session.first(.error)?.head["class"] == "unsupported")
  }
}
