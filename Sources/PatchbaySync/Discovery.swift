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
    let open = Message.open("discover", config: config, limits)
    return try await StepLease.hold(plugin) { (lease) async throws(Failure) in
      // A plugin that hangs here keeps the thread: never one of the shared pool, which are few.
      try await SerialQueue("patchbay.discover").run { () throws(Failure) in
        try found(by: plugin, open, limits, lease)
      }
    }
  }

  private static func found(
    by plugin: LoadedPlugin, _ open: Message, _ limits: PluginSession.Limits, _ lease: StepLease
  ) throws(Failure) -> [Manifest.Stream] {
    let session = try PluginSession(plugin, limits: limits, lease: lease)
    var streams: [Manifest.Stream] = []
    for message in try session.step(open, .now()) {
      switch message.kind {
      case .catalog: streams.append(try stream(message.head, plugin, streams))
      case .error: throw Failure(head: message.head)
      case .done, .note, .progress: break
      default: throw broken(plugin, "asks for \(message.kind.name) to find its streams")
      }
    }
    if !session.isEnded { throw broken(plugin, "does not come to an end with its streams") }
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
