import PatchbayJSON
import PatchbaySDKTesting
import Testing

@Suite("The rules of a session")
struct ConductTests {
  typealias Message = Transcript.Message

  private func session(_ name: String, _ number: Int) throws -> Transcript.Session {
    try Transcript.named(name).sessions[number - 1]
  }

  private func index(
    _ session: Transcript.Session, _ kind: String, _ correlation: Int64 = 0
  ) throws -> Int {
    try #require(
      session.messages.firstIndex { $0.kind == kind && $0.correlation == correlation })
  }

  private func expect(_ session: Transcript.Session, _ text: String) {
    let problems = Conduct.problems(of: session)
    #expect(problems.contains { $0.contains(text) }, "\(problems)")
  }

  @Test("An answer comes once")
  func answeredOnce() throws {
    var broken = try session("salesforce-bulk-read", 1)
    let first = try index(broken, "http.response", 1)
    broken.messages.insert(broken.messages[first], at: first + 1)
    expect(broken, "1 is answered a second time")
  }

  @Test("An answer needs a question")
  func answerNeedsQuestion() throws {
    var broken = try session("salesforce-bulk-read", 1)
    broken.messages[try index(broken, "http.response", 1)].correlation = 99
    expect(broken, "nothing was asked under 99")
  }

  @Test("A wait is not answered by a response")
  func answerOfItsKind() throws {
    var broken = try session("salesforce-bulk-read", 1)
    broken.messages[try index(broken, "waited", 2)].kind = "result"
    expect(broken, "“result” does not answer “wait”")
  }

  @Test("A correlation is chosen once")
  func askedOnce() throws {
    var broken = try session("salesforce-bulk-read", 1)
    broken.messages[try index(broken, "wait", 2)].correlation = 1
    expect(broken, "1 is used a second time")
  }

  @Test(
    "A checkpoint covers what is known, answered and not cancelled", arguments: [42, 3] as [Int64])
  func coversKnown(correlation: Int64) throws {
    var broken = try session("evm-reorg", 2)
    let last = try #require(broken.messages.lastIndex { $0.kind == "checkpoint" })
    broken.messages[last].head = ["state": 1, "covers": [.integer(correlation), 8]]
    expect(broken, "a checkpoint covers \(correlation), which")
  }

  @Test("Records that no checkpoint covers are noticed at the end")
  func uncovered() throws {
    var broken = try session("evm-reorg", 2)
    let last = try #require(broken.messages.lastIndex { $0.kind == "checkpoint" })
    broken.messages[last].head = ["state": 1]
    expect(broken, "no checkpoint covers 8")
  }

  @Test("Every record to write has one outcome")
  func outcomes() throws {
    let whole = try session("resumable-upload", 2)
    let at = try index(whole, "outcome")
    var broken = whole
    broken.messages.insert(whole.messages[at], at: at)
    expect(broken, "a second outcome for record 0")
    broken = whole
    broken.messages.remove(at: at)
    expect(broken, "not every record has an outcome")
  }

  @Test("A session ends, and ends once")
  func end() throws {
    let whole = try session("webhook", 1)
    var broken = whole
    broken.messages.removeLast()
    expect(broken, "the session has no end")
    broken.messages = whole.messages + whole.messages.suffix(1)
    expect(broken, "“done” comes after the end")
  }

  @Test("Only what the host offers is asked for")
  func offered() throws {
    var broken = try session("salesforce-bulk-read", 1)
    var head = broken.messages[0].head.object ?? JSONObject()
    head["features"] = ["extract.json"]
    head["kinds"] = ["http.request", "checkpoint"]
    broken.messages[0].head = .object(head)
    expect(broken, "the host does not offer extract.csv")
    expect(broken, "the host did not offer “wait”")
  }

  @Test("The sizes of framed pieces add up to the body")
  func framedSizes() throws {
    var broken = try session("chat-tool-calls", 1)
    broken.messages[try index(broken, "http.events", 1)].body.removeLast()
    expect(broken, "events and body differ in size")
    let one: JSON = ["size": .integer(.max)]
    broken.messages[try index(broken, "http.events", 1)].head = ["events": [one, one, one]]
    expect(broken, "events and body differ in size")
  }

  @Test(
    "A line that is no message is refused",
    arguments: [
      #"{"direction":"to_plugin","step":1,"kind":"open","size":3}"#,
      #"{"direction":"sideways","step":1,"kind":"open"}"#,
      #"{"direction":"to_plugin","step":1,"kind":"open","body_base64":"*"}"#,
      #"{"direction":"to_host","step":1}"#, #"{"session":7,"about":"a gap"}"#,
    ])
  func badLine(line: String) {
    #expect(throws: (any Error).self) {
      _ = try Transcript(
        name: "broken", lines: [#"{"transcript":1,"plugin":"com.example.x","about":"x"}"#, line])
    }
  }
}
