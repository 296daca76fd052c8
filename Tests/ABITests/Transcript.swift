import PatchbayCore
import PatchbayCrypto
import PatchbayHost
import PatchbayJSON

/// A transcript: what went over the border of a plugin, one JSON object a line.
struct Transcript: CustomStringConvertible {
  struct Session {
    var messages: [Message] = []
  }

  struct Message {
    var line: Int
    var isToPlugin: Bool
    var step: Int64
    /// `nil` for a step without a message.
    var kind: String?
    var correlation: Int64 = 0
    var head: JSON = [:]
    var body: [UInt8] = []
  }

  struct Problem: Error, CustomStringConvertible {
    let line: Int
    let text: String

    var description: String { "line \(line): \(text)" }
  }

  static let names = [
    "salesforce-bulk-read", "resumable-upload", "evm-reorg", "chat-tool-calls", "saml-sign-in",
    "webhook",
  ]

  let name: String
  var sessions: [Session] = []

  var description: String { name }
  var messages: [Message] { sessions.flatMap(\.messages) }

  static func named(_ name: String) throws -> Transcript {
    try Transcript(name: name, lines: Files.lines("\(Files.transcripts)/\(name).ndjson"))
  }

  init(name: String, lines: [String]) throws {
    self.name = name
    for (index, text) in lines.enumerated() {
      let line = index + 1
      let value = try JSON(reading: text)
      if line == 1 || value["session"] != nil {
        try Self.require(line == 1 ? Self.header : Self.separator, value, line)
        sessions.append(Session())
        if line > 1 && value["session"]?.integer != Int64(sessions.count) {
          throw Problem(line: line, text: "session \(sessions.count) comes here")
        }
      } else {
        try Self.require(Self.message, value, line)
        try sessions[sessions.count - 1].messages.append(Message(value, line: line))
      }
    }
  }

  private static func require(_ shape: Shape, _ value: JSON, _ line: Int) throws {
    if let problem = shape.problems(in: value).first {
      throw Problem(line: line, text: problem.description)
    }
  }

  private static let about = Shape.text(.init(length: 1...300))
  static let header = Shape.object([
    .required("transcript", .integer(1...1)), .required("plugin", .text()),
    .required("about", about),
  ])
  static let separator = Shape.object([
    .required("session", .integer(2...1000)), .required("about", about),
  ])
  static let message = Shape.object([
    .required("direction", .choice("to_plugin", "to_host")),
    .required("step", .integer(1...1_000_000)),
    .optional("now_ms", .integer(), "to_plugin: the step's moment"),
    .optional("seed", .integer(), "to_plugin: the step's random bits, where they matter"),
    .optional("kind", .text(), "absent for a step without a message"),
    .optional("correlation", .integer(1...Int64.max)), .optional("head", .object([], isOpen: true)),
    .optional("body", .text()), .optional("body_base64", .text()),
  ])
}

extension Transcript.Message {
  init(_ value: JSON, line: Int) throws {
    self.init(
      line: line, isToPlugin: value["direction"]?.string == "to_plugin",
      step: value["step"]?.integer ?? 0, kind: value["kind"]?.string,
      correlation: value["correlation"]?.integer ?? 0, head: value["head"] ?? [:])
    if let text = value["body"]?.string { body = Array(text.utf8) }
    if let text = value["body_base64"]?.string {
      guard let bytes = Base64.decode(text.utf8), value["body"] == nil else {
        throw Transcript.Problem(line: line, text: "body_base64 is not base64, or stands with body")
      }
      body = bytes
    }
    if kind == nil && (!isToPlugin || value["head"] != nil || !body.isEmpty) {
      throw Transcript.Problem(line: line, text: "a message without a kind")
    }
  }
}
