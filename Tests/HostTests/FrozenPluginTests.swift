import Built
import PatchbayCore
import PatchbayHost
import PatchbayJSON
import PatchbayMessages
import Testing

/// Plugins that were written for a released ABI run as they did, in both modes.
@Suite struct FrozenPluginTests {
  /// Built with the header of then, and as it was built then.
  static let files = [
    "\(Built.folder)/frozen-1.0.so", "\(Built.root)/Tests/Plugins/Frozen/1.0/plugin-x86_64.so",
  ]

  private func session(_ file: String, _ isolation: Isolation) throws -> PluginSession {
    _ = try Built.path("frozen-1.0.so")
    Built.nameWorker()
    return try PluginSession(LoadedPlugin.load(PluginFile(reading: file), in: isolation))
  }

  private func texts(_ messages: [Message]) -> [String] {
    messages.map {
      let body = String(decoding: $0.body, as: UTF8.self)
      return "\($0.kind.name) \($0.correlation) \($0.head.text) \(body)"
    }
  }

  @Test(arguments: files, [Isolation.process, .worker])
  func aPluginForABI1_0SaysWhatItAlwaysSaid(file: String, isolation: Isolation) throws {
    let session = try session(file, isolation)
    let open = Message(
      .open,
      head: [
        "op": "read", "stream": "items", "config": ["word": "grüße"], "kinds": [], "features": [],
        "limits": ["head_bytes": 1, "body_bytes": 1, "requests_in_flight": 1], "later": [1],
      ])
    #expect(
      try texts(session.step(open, Conversation.moment(7))) == [
        #"note 0 {"level":"info","text":"grüße goXRrYTGtuR1 2026-03-06T08:00:00.007Z 1"} "#,
        #"http.request 1 {"method":"GET","url":"{base_url}/items","query":[["page","1"]],"#
          + #""headers":{"x":"y"},"extract":[{"records":"/items","key":["/a","/b"],"#
          + #""cursor":{"at":"/at","type":"time"},"keep":["/a"],"inject":{"c":"/c"},"#
          + #""total":"/total"}]} "#,
        #"http.request 2 {"method":"POST","url":"{base_url}/late","idempotent":true} {}"#,
        "http.cancel 2 {} ",
      ])
    let answer = Message(
      .httpResponse, correlation: 1, head: ["status": 200, "headers": [:]],
      body: Array(#"{"a":"b","c":["d","e"],"f":1}"#.utf8))
    #expect(
      try texts(session.step(answer, Conversation.moment(8))) == [
        #"progress 0 {"done":3,"total":0} "#,
        #"records 1 {"extract":{"format":"ndjson","records":"","key":"/id"}} "#
          + "{\"id\":1}\n{\"id\":2}\n",
        #"catalog 0 {"stream":"items","columns":[{"name":"id","at":"/id"}]} "#,
        #"checkpoint 0 {"state":{"page":2},"tag":"v1","covers":[1]} "#,
        #"wait 3 {"delay_ms":10,"for":"job","ceiling_ms":1000} "#,
      ])
    let waited = Message(.waited, correlation: 3)
    #expect(
      try texts(session.step(waited, Conversation.moment(9))) == [
        #"done 0 {"unproven":"it is an example"} "#
      ])
    #expect(session.isEnded)
  }

  @Test(
    arguments: [
      (
        Message(.failed, correlation: 1, head: ["class": "auth", "code": "a", "message": "b"]),
        "data"
      ),
      (Message(.cancel, head: ["grace_ms": 5]), "cancelled"),
    ])
  func itEndsWhenItIsToldTo(message: Message, kind: String) throws {
    for file in Self.files {
      let session = try session(file, .worker)
      let said = try texts(session.step(message, Conversation.moment(0)))
      #expect(
        said == [
          #"error 0 {"class":"\#(kind)","code":"frozen","message":"it is over","#
            + #""retryable":false} "#
        ])
    }
  }
}
