internal import PatchbayCore
internal import PatchbayHost
internal import PatchbayJSON
internal import PatchbayMessages

/// The streams of a connection: those of the manifest, or where that names none, those that the
/// plugin finds in the connection's settings.
enum Discovery {
  /// Also checks the settings, where the plugin knows what they must be. Asks no vendor.
  static func streams(
    _ plugin: LoadedPlugin, config: JSONObject, _ limits: PluginSession.Limits
  ) async throws(Failure) -> [Manifest.Stream] {
    if !plugin.manifest.hasOwnStreams { return plugin.manifest.streams }
    let role = Role.discover.answering([])
    let opening = Message.open(role, config: config, limits)
    let outcome = try await Conversation.run(role, opening, with: plugin, limits, [])
    _ = try outcome.done()
    var streams: [Manifest.Stream] = []
    for word in outcome.told where word.kind == .catalog {
      streams.append(try stream(word.head, plugin, streams))
    }
    return streams
  }

  private static func stream(
    _ head: JSON, _ plugin: LoadedPlugin, _ known: [Manifest.Stream]
  ) throws(Failure) -> Manifest.Stream {
    let stream = Manifest.stream(catalog: head)
    if let problem = Manifest.streamName.problems(in: .string(stream.name)).first {
      throw broken(plugin, "names a stream: expected \(problem.wanted), found \(problem.found)")
    }
    if known.contains(where: { $0.name == stream.name }) {
      throw broken(plugin, "names the stream “\(stream.name)” twice")
    }
    return stream
  }

  private static func broken(_ plugin: LoadedPlugin, _ what: String) -> Failure {
    Failure(
      .bug, "plugin.discover", "the plugin \(plugin.manifest.id) \(what)",
      mend: "report it to \(plugin.manifest.publisher)")
  }

  /// Whether the programs of the streams can be used at all.
  static func tryPrograms(of streams: [Manifest.Stream]) throws(Failure) {
    for stream in streams {
      guard let program = stream.jq else { continue }
      do throws(Failure) {
        try Mapping(program).begin()
      } catch {
        var named = error
        named.message = "the stream “\(stream.name)”: \(error.message)"
        throw named
      }
    }
  }
}
