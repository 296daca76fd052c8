import PatchbaySDK
import PluginName
import Testing

@Suite struct PluginNameTests {
  private func chat(_ messages: JSON) -> [Message] {
    var model = PluginName()
    var output = Output()
    model.receive(
      Message(.open, head: ["op": "chat", "input": ["messages": messages]]),
      at: Moment(nowMS: 1_700_000_000_000, seed: 1), into: &output)
    return output.messages
  }

  @Test func `says the last user message word by word`() {
    let messages = chat([
      ["role": "system", "content": "Be brief."], ["role": "user", "content": "Good  morning"],
    ])
    #expect(messages.map(\.kind) == [.delta, .delta, .done])
    #expect(messages.last?.head["usage"]?["prompt_tokens"] == 4)
    #expect(messages.last?.head["usage"]?["completion_tokens"] == 2)
  }

  @Test func `says so when there is nothing to answer`() {
    #expect(chat([]).first?.head["code"]?.string == "chat.messages")
  }
}
