import PatchbayCore
import PatchbayCrypto
import PatchbayHost
import PatchbayJSON
import PatchbayMessages

/// Plays the host's part: verifies with keys that the plugin does not have, and consumes ids.
struct Effects {
  var keys: [String: [UInt8]] = [:]
  private(set) var claimed: Set<String> = []
  /// Answers every question with `failed`.
  var fails = false

  init(keys: [String: [UInt8]] = [:]) { self.keys = keys }

  mutating func answer(_ message: Message) -> Message? {
    guard message.kind == .crypto || message.kind == .claim else { return nil }
    if fails {
      return Message(
        .failed, correlation: message.correlation,
        head: ["class": "config", "code": "key.unknown", "message": "there is no such key"])
    }
    let head: JSON
    if message.kind == .claim {
      let id = "\(message.head["scope"]?.string ?? "") \(message.head["id"]?.string ?? "")"
      head = ["fresh": .bool(claimed.insert(id).inserted)]
    } else {
      head = ["verified": .bool(isVerified(message))]
    }
    return Message(.result, correlation: message.correlation, head: head)
  }

  private func isVerified(_ message: Message) -> Bool {
    guard message.head["do"] == "verify", message.head["algorithm"] == "HS256",
      let key = keys[message.head["key"]?.string ?? ""],
      let signature = Base64.decode((message.head["signature"]?.string ?? "").utf8, url: true)
    else { return false }
    return signature == Self.hmac(message.body, key)
  }

  static func hmac(_ bytes: [UInt8], _ key: [UInt8]) -> [UInt8] {
    HMAC(key: key).code(of: bytes)
  }
}

/// A session from its first message to its end.
struct Conversation {
  /// Everything that the plugin said, in order.
  private(set) var said: [Message] = []
  private(set) var steps = 0
  private(set) var isEnded = false

  /// Goes on until the plugin has ended or waits for something that nobody will answer.
  init(
    with plugin: LoadedPlugin, _ first: Message, _ effects: inout Effects,
    limits: PluginSession.Limits = .init()
  ) throws {
    let session = try PluginSession(plugin, limits: limits)
    var waiting = [first]
    while !session.isEnded, !waiting.isEmpty {
      let answers = try session.step(waiting.removeFirst(), Self.moment(steps))
      steps += 1
      said += answers
      waiting += answers.compactMap { effects.answer($0) }
    }
    isEnded = session.isEnded
  }

  /// Always the same for the same step.
  static func moment(_ step: Int) -> Moment {
    Moment(nowMS: 1_772_784_000_000 + Int64(step), seed: UInt64(step) &* 0x9E37_79B9_7F4A_7C15)
  }

  var kinds: [MessageKind] { said.map(\.kind) }

  func first(_ kind: MessageKind) -> Message? { said.first { $0.kind == kind } }

  /// All that was said as bytes, for comparison.
  var bytes: [UInt8] { said.flatMap(\.comparableBytes) }
}

extension Message {
  var comparableBytes: [UInt8] {
    Array("\(kind.name) \(correlation) ".utf8) + head.bytes + [0] + body + [0]
  }

  /// The first message of a session, as the host writes it.
  static func open(
    _ operation: String, config: JSON = [:], input: JSON? = nil, body: [UInt8] = []
  ) -> Message {
    var head = JSONObject([
      .init("op", .string(operation)), .init("config", config),
      .init("kinds", .array(MessageKind.allCases.map { .string($0.name) })),
      .init("features", []),
      .init(
        "limits", ["head_bytes": 1_048_576, "body_bytes": 1_048_576, "requests_in_flight": 16]),
    ])
    head["input"] = input
    return Message(.open, head: .object(head), body: body)
  }
}
