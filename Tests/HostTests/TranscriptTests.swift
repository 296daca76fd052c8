import Built
import PatchbayCore
import PatchbayJSON
import PatchbayMessages
import Testing

@testable import PatchbayHost

@Suite struct TranscriptTests {
  private func manifest() throws -> Manifest {
    try Manifest(reading: Built.manifest("Contrary").bytes, from: "plugin.json")
  }

  @Test func `Bodies that are no text have a file each, even if they read alike`() async throws {
    let folder = try TestFolder()
    let path = folder.file("run.ndjson")
    let writer = try TranscriptWriter(path, plugin: try manifest()) { Redactor([]) }
    let bodies: [[UInt8]] = [[0x61, 0xFF], [0x61, 0xFE]]
    writer.session("a session", number: 1).note(
      step: 1, Message(.open, body: bodies[0]), Moment(nowMS: 1, seed: 2),
      [Message(.records, correlation: 1, body: bodies[1])])
    try await writer.finish()
    let files = try FileBytes.read(path).split(separator: 0x0A)
      .compactMap { try JSON(reading: $0)["body_file"]?.string }
    #expect(Set(files).count == 2)
    #expect(try files.map { try FileBytes.read("\(path).bodies/\($0)") } == bodies)
    #expect(try Replay(reading: path).steps == 1)
  }

  @Test func `Lines may end as another system writes them`() throws {
    let lines = [
      #"{"transcript":1}"#, #"{"direction":"to_plugin","step":1,"kind":"open","head":{}}"#,
      #"{"direction":"to_host","step":1,"kind":"done","head":{}}"#, "",
    ]
    let replay = try Replay(Array(lines.joined(separator: "\r\n").utf8), from: "run.ndjson")
    #expect(replay.steps == 1)
  }

  @Test func `A line that is not UTF-8 is refused, not repaired`() {
    let bytes = Array(#"{"transcript":1,"about":""#.utf8) + [0xFF] + Array("\"}\n".utf8)
    let failure = #expect(throws: Failure.self) { try Replay(bytes, from: "run.ndjson") }
    #expect(failure?.code == "transcript.line" && failure?.message.contains("line 1") == true)
  }

  private func transcript(_ lines: [String]) throws -> Transcript {
    let text = [#"{"transcript":1,"plugin":"p","about":"a"}"#] + lines
    return try Transcript(Array(text.joined(separator: "\n").utf8), from: "run.ndjson")
  }

  private static func line(_ direction: String, _ step: Int, _ kind: String) -> String {
    #"{"direction":"\#(direction)","step":\#(step),"kind":"\#(kind)","head":{}}"#
  }

  @Test func aLineWithASessionBeginsTheNext() throws {
    let open = Self.line("to_plugin", 1, "open")
    let done = Self.line("to_host", 1, "done")
    let read = try transcript([open, done, #"{"session":2,"about":"b"}"#, open])
    #expect(read.conversations.map(\.number) == [1, 2])
    #expect(read.conversations.map { $0.steps.map(\.step.output.count) } == [[1], [0]])
  }

  @Test(arguments: [
    ([line("to_plugin", 1, "open"), line("to_plugin", 1, "cancel")], "names a step twice"),
    ([line("to_plugin", 1, "open"), line("to_host", 2, "done")], "a step that is not there"),
    ([line("to_plugin", 1, "opened")], "no kind of message"),
  ])
  func stepsThatDoNotFitAreRefused(lines: [String], reason: String) throws {
    let failure = #expect(throws: Failure.self) { try transcript(lines) }
    #expect(failure?.code == "transcript.line" && failure?.message.contains(reason) == true)
  }
}
