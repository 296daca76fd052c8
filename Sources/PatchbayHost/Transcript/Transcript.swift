package import PatchbayCore
internal import PatchbayCrypto
internal import PatchbayJSON
package import PatchbayMessages

/// What was said over the border of a plugin, session by session.
package struct Transcript: Sendable {
  /// One message to the plugin, and all that it answered.
  package struct Step: Sendable {
    package var input: Message
    package var moment: Moment
    package var output: [Message] = []
  }

  private var sessions: [Int: [Int: Step]] = [:]

  /// Reads a transcript, with the bodies beside it.
  package init(reading path: String) throws(Failure) {
    try self.init(FileBytes.read(path, limit: 1 << 30), from: path)
  }

  /// Reads a transcript that came from `path`, which the bodies lie beside.
  package init(_ bytes: [UInt8], from path: String) throws(Failure) {
    // Messages belong to the session that they name, or to the one that was begun last.
    var current = 1
    for (index, line) in bytes.split(separator: UInt8(ascii: "\n")).enumerated() {
      guard let json = try? JSON(reading: line) else {
        throw Self.flaw(path, index, "is not JSON")
      }
      if index == 0 && json["transcript"]?.integer != 1 {
        throw Self.flaw(path, 0, "is not the beginning of a transcript")
      }
      if json["direction"] != nil {
        try add(json, to: Int(clamping: json["session"]?.integer ?? Int64(current)), path, index)
      } else if index > 0, json["session"] != nil {
        current = json["session"]?.integer.map { Int(clamping: $0) } ?? current.adding(clamped: 1)
      }
    }
  }

  private static func flaw(_ path: String, _ index: Int, _ what: String) -> Failure {
    Failure(
      .data, "transcript.line", "line \(index + 1) of \(path) \(what)",
      mend: "give a file that “patchbay sync run … --transcript FILE” wrote")
  }

  private mutating func add(
    _ json: JSON, to session: Int, _ path: String, _ index: Int
  ) throws(Failure) {
    let kind = json["kind"]?.string.flatMap { name in
      MessageKind.allCases.first { $0.name == name }
    }
    guard let kind, let number = json["step"]?.integer.map({ Int($0) }) else {
      throw Self.flaw(path, index, "names no step, or no kind of message")
    }
    var body = Array((json["body"]?.string ?? "").utf8)
    if let file = json["body_file"]?.string {
      guard Hex.decode(file)?.count == 32 else {
        throw Self.flaw(path, index, "names a body that is none")
      }
      body = try FileBytes.read("\(path).bodies/\(file)", limit: 64 << 20)
    }
    let message = Message(
      kind, correlation: UInt64(clamping: json["correlation"]?.integer ?? 0),
      head: json["head"] ?? [:], body: body)
    if json["direction"]?.string == "to_plugin" {
      if sessions[session]?[number] != nil { throw Self.flaw(path, index, "names a step twice") }
      let seed = json["seed"]?.plainText.flatMap { UInt64($0) } ?? 0
      let nowMS = Time.clamped(json["now_ms"]?.integer ?? 0)
      sessions[session, default: [:]][number] = Step(
        input: message, moment: Moment(nowMS: nowMS, seed: seed))
    } else {
      guard sessions[session]?[number] != nil else {
        throw Self.flaw(path, index, "answers a step that is not there")
      }
      sessions[session]?[number]?.output.append(message)
    }
  }

  /// The sessions by their numbers, each with its steps by theirs, in order.
  package var conversations: [(number: Int, steps: [(number: Int, step: Step)])] {
    sessions.sorted { $0.key < $1.key }.map { session in
      (session.key, session.value.sorted { $0.key < $1.key }.map { ($0.key, $0.value) })
    }
  }
}
