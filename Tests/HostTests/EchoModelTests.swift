import Built
import PatchbayCore
import PatchbayHost
import PatchbayJSON
import PatchbayMessages
import Testing

@Suite struct EchoModelTests {
  private func text(of said: [Message]) throws -> String {
    try said.filter { $0.kind == .delta }.map { delta in
      #expect(delta.head["form"] == "chat")
      let chunk = try JSON(reading: delta.body)
      return try #require(chunk.at("/choices/0/delta/content")?.string)
    }.joined()
  }

  @Test func aChatComesBackWordByWord() throws {
    var effects = Effects()
    let chat = try Conversation(
      with: Built.load("echomodel.so"), Sample.chat("one two  three\nfour"), &effects)
    #expect(chat.kinds == [.delta, .delta, .delta, .delta, .done])
    #expect(try text(of: chat.said) == "one two  three\nfour")
    #expect(chat.first(.done)?.head["finish"] == "stop")
    #expect(chat.first(.done)?.head.at("/usage/completion_tokens") == 4)
    #expect(chat.first(.done)?.head.at("/usage/prompt_tokens") == 7)
  }

  /// The host refuses what is beyond a step's limits; nothing is lost, and nothing overtakes.
  @Test(arguments: [1, 2, 7, 256])
  func moreThanTheHostTakesAtOnceComesAfterCredit(messages: Int) throws {
    let words = (0..<2000).map { "word\($0)" }.joined(separator: " ")
    var limits = PluginSession.Limits()
    limits.messages = messages
    var effects = Effects()
    let chat = try Conversation(
      with: Built.load("echomodel.so"), Sample.chat(words), &effects, limits: limits)
    #expect(chat.isEnded)
    #expect(try text(of: chat.said) == words)
    #expect(chat.said.count == 2001)
  }

  @Test func bytesAreLimitedAsMessagesAre() throws {
    var limits = PluginSession.Limits()
    limits.bytes = 300
    var effects = Effects()
    let chat = try Conversation(
      with: Built.load("echomodel.so"), Sample.chat("a b c d e f g h"), &effects, limits: limits)
    #expect(chat.said.count == 9)
  }

  @Test func aChatWithoutAUserIsAnErrorOfTheData() throws {
    var effects = Effects()
    for input: JSON? in [nil, [:], ["messages": 5], ["messages": [["role": "system"]]]] {
      let chat = try Conversation(
        with: Built.load("echomodel.so"), .open("chat", input: input), &effects)
      #expect(chat.kinds == [.error])
      #expect(chat.first(.error)?.head["class"] == "data")
    }
  }

  @Test func anotherOperationIsNotSupported() throws {
    var effects = Effects()
    let session = try Conversation(with: Built.load("echomodel.so"), .open("read"), &effects)
    #expect(session.first(.error)?.head["class"] == "unsupported")
  }
}
