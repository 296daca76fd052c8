public import PatchbayCore
public import PatchbayJSON
internal import PatchbayMessages

/// Does a transcript again with a plugin, and finds the first step at which it says something else.
public struct Replay {
  public struct Difference: Sendable {
    public let session: Int
    public let step: Int
    /// What the transcript has, and what the plugin said.
    public let wanted: JSON
    public let found: JSON
  }

  private struct Step {
    var input: Message
    var moment: Moment
    var output: [Message] = []
  }

  private var sessions: [Int: [Int: Step]] = [:]
  public private(set) var steps = 0

  /// Reads a transcript, with the bodies beside it.
  public init(reading path: String) throws(Failure) {
    try self.init(FileBytes.read(path, limit: 1 << 30), from: path)
  }

  /// Reads a transcript that came from `path`, which the bodies lie beside.
  init(_ bytes: [UInt8], from path: String) throws(Failure) {
    for (index, line) in bytes.split(separator: UInt8(ascii: "\n")).enumerated() {
      guard let json = try? JSON(reading: line) else {
        throw Self.flaw(path, index, "is not JSON")
      }
      if index == 0 && json["transcript"]?.integer != 1 {
        throw Self.flaw(path, 0, "is not the beginning of a transcript")
      }
      if json["direction"] != nil { try add(json, path, index) }
    }
  }

  private static func flaw(_ path: String, _ index: Int, _ what: String) -> Failure {
    Failure(
      .data, "transcript.line", "line \(index + 1) of \(path) \(what)",
      mend: "give a file that “patchbay sync run … --transcript FILE” wrote")
  }

  private mutating func add(_ json: JSON, _ path: String, _ index: Int) throws(Failure) {
    let kind = json["kind"]?.string.flatMap { name in
      MessageKind.allCases.first { $0.name == name }
    }
    guard let kind, let number = json["step"]?.integer.map({ Int($0) }) else {
      throw Self.flaw(path, index, "names no step, or no kind of message")
    }
    var body = Array((json["body"]?.string ?? "").utf8)
    if let file = json["body_file"]?.string {
      guard file.utf8.count == 64, file.allSatisfy(\.isHexDigit) else {
        throw Self.flaw(path, index, "names a body that is none")
      }
      body = try FileBytes.read("\(path).bodies/\(file)", limit: 64 << 20)
    }
    let message = Message(
      kind, correlation: UInt64(clamping: json["correlation"]?.integer ?? 0),
      head: json["head"] ?? [:], body: body)
    let session = Int(json["session"]?.integer ?? 1)
    if json["direction"]?.string == "to_plugin" {
      let seed = json["seed"]?.plainText.flatMap { UInt64($0) } ?? 0
      sessions[session, default: [:]][number] = Step(
        input: message, moment: Moment(nowMS: json["now_ms"]?.integer ?? 0, seed: seed))
      steps += 1
    } else {
      sessions[session]?[number]?.output.append(message)
    }
  }

  /// The first difference, or `nil`.
  public func run(_ plugin: LoadedPlugin) throws(Failure) -> Difference? {
    try run(plugin, limits: SessionLimits())
  }

  func run(_ plugin: LoadedPlugin, limits: SessionLimits) throws(Failure) -> Difference? {
    for (number, steps) in sessions.sorted(by: { $0.key < $1.key }) {
      let session = try PluginSession(plugin, limits: limits)
      for (index, step) in steps.sorted(by: { $0.key < $1.key }) {
        let output = try session.step(step.input, step.moment)
        let (wanted, found) = (step.output.map(Self.shown), output.map(Self.shown))
        if wanted == found { continue }
        let place =
          zip(wanted, found).enumerated().first { $1.0 != $1.1 }?.offset
          ?? min(wanted.count, found.count)
        return Difference(
          session: number, step: index,
          wanted: wanted.indices.contains(place) ? wanted[place] : .null,
          found: found.indices.contains(place) ? found[place] : .null)
      }
    }
    return nil
  }

  private static func shown(_ message: Message) -> JSON {
    var json = JSONObject([
      .init("kind", .string(message.kind.name)),
      .init("correlation", .integer(Int64(clamping: message.correlation))),
      .init("head", message.head),
    ])
    if !message.body.isEmpty {
      json["body"] = .string(String(decoding: message.body, as: UTF8.self))
    }
    return .object(json)
  }
}
