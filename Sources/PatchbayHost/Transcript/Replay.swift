package import PatchbayCore
package import PatchbayJSON
internal import PatchbayMessages

/// Does a transcript again with a plugin, and finds the first step at which it says something else.
package struct Replay {
  package struct Difference: Sendable {
    package let session: Int
    package let step: Int
    /// What the transcript has, and what the plugin said.
    package let wanted: JSON
    package let found: JSON

    /// For machines: where it is, what the transcript has, and what the plugin said.
    package var json: JSON {
      [
        "session": .integer(Int64(session)), "step": .integer(Int64(step)), "transcript": wanted,
        "plugin": found,
      ]
    }
  }

  private let transcript: Transcript

  package init(_ transcript: Transcript) { self.transcript = transcript }

  /// Reads a transcript, with the bodies beside it.
  package init(reading path: String) throws(Failure) {
    transcript = try Transcript(reading: path)
  }

  /// Reads a transcript that came from `path`, which the bodies lie beside.
  init(_ bytes: [UInt8], from path: String) throws(Failure) {
    transcript = try Transcript(bytes, from: path)
  }

  /// Messages to the plugin.
  package var steps: Int { transcript.conversations.reduce(0) { $0 + $1.steps.count } }

  /// The first difference, or `nil`.
  package func run(_ plugin: LoadedPlugin) throws(Failure) -> Difference? {
    try run(plugin, limits: SessionLimits())
  }

  func run(_ plugin: LoadedPlugin, limits: SessionLimits) throws(Failure) -> Difference? {
    for (number, steps) in transcript.conversations {
      let session = try PluginSession(plugin, limits: limits)
      for (index, step) in steps {
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
