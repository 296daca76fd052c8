import PatchbaySDK
import PluginName
import Testing

@Suite struct PluginNameTests {
  private func opened(_ head: JSON) -> [Message] {
    var session = ConnectorSession(PluginName())
    var output = Output()
    session.receive(
      Message(.open, head: head), at: Moment(nowMS: 1_700_000_000_000, seed: 1), into: &output)
    return output.messages
  }

  @Test func `begins with the first page`() {
    let messages = opened(["op": "read", "stream": "items", "config": [:]])
    #expect(messages.map(\.kind) == [.httpRequest])
    #expect(messages.first?.head["url"]?.string == "{base_url}/v1/items")
    #expect(messages.first?.head["query"] == [["limit", "100"]])
  }

  @Test func `asks for what changed since the last time`() {
    let messages = opened([
      "op": "read", "stream": "items", "config": [:], "mode": "incremental",
      "state": ["since": "2026-01-01T00:00:00Z"],
    ])
    let query = messages.first?.head["query"]?.array ?? []
    #expect(query.contains(["updated_since", "2026-01-01T00:00:00Z"]))
  }

  @Test func `refuses a stream that it does not have`() {
    let messages = opened(["op": "read", "stream": "others", "config": [:]])
    #expect(messages.map(\.kind) == [.error])
    #expect(messages.first?.head["code"]?.string == "stream.unknown")
  }
}
