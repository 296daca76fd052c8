internal import PatchbayCore
internal import PatchbayHost
internal import PatchbayJSON
internal import PatchbaySync
internal import PatchbayTerminal

enum PluginListVerb: Verb {
  static let command = Command(
    ["plugin", "list"], summary: "Show the plugins that can be used.",
    discussion: "Files that were refused are shown with the reason.")

  static func run(_ context: Context) async throws(Failure) -> Int32 {
    let hub = try context.hub()
    let registry = hub.registry
    var tiers: [String: String] = [:]
    for file in registry.files { tiers[file.path] = try await hub.tier(of: file).rawValue }
    // What is built in runs as the hub itself does.
    tiers[""] = "built in"
    let files = registry.files + registry.builtIn
    if context.wantsJSON {
      context.print([
        "plugins": .array(registry.files.map { json($0, tiers[$0.path] ?? "") }),
        "built_in": .array(registry.builtIn.map { json($0, "built in") }),
        "refused": .array(
          registry.refused.map { ["path": .string($0.path), "error": $0.failure.json] }),
      ])
      return 0
    }
    context.print(
      Table(
        [
          .init("id"), .init("version"), .init("kind"), .init("tier"), .init("publisher"),
          .init("about", mayShrink: true),
        ],
        rows: files.map {
          [
            $0.manifest.id, $0.manifest.version, $0.manifest.kind, tiers[$0.path] ?? "",
            $0.manifest.publisher, visible($0.manifest.about),
          ]
        }))
    if registry.files.isEmpty {
      context.say("No plugins are installed. Look for some with: patchbay market search")
    }
    for (path, failure) in registry.refused {
      Output.error("refused: \(visible(path)): \(visible(failure.description))")
    }
    return 0
  }
}

extension PluginListVerb {
  private static func json(_ file: PluginFile, _ tier: String) -> JSON {
    [
      "id": .string(file.manifest.id), "version": .string(file.manifest.version),
      "kind": .string(file.manifest.kind), "tier": .string(tier), "path": .string(file.path),
      "sha256": .string(file.sha256),
    ]
  }
}

enum PluginInfoVerb: Verb {
  static let command = Command(
    ["plugin", "info"], summary: "Show what a plugin is, may reach, and needs.",
    discussion: "Example:\n  patchbay plugin info acme",
    arguments: [Argument("ID", about: "id, or id@version", completion: .dynamic("plugins"))])

  static func run(_ context: Context) async throws(Failure) -> Int32 {
    let hub = try context.hub()
    let file = try hub.registry.find(context.argument(0))
    let manifest = file.manifest
    let tier = file.isBuiltIn ? "built in" : try await hub.tier(of: file).rawValue
    if context.wantsJSON {
      context.print([
        "tier": .string(tier), "path": .string(file.path), "sha256": .string(file.sha256),
        "manifest": manifest.json,
      ])
      return 0
    }
    let limits = manifest.json["limits"]?.array?.map { limit in
      "\(limit["requests"]?.text ?? "?") per \(limit["per_ms"]?.text ?? "?") ms"
        + (limit["path"]?.string.map { " on \($0)" } ?? "")
    }
    context.print(
      Table(
        [.init(""), .init("", wraps: true)],
        rows: [
          ["id", "\(manifest.id) \(manifest.version) (\(manifest.kind), ABI \(manifest.abi))"],
          ["name", visible("\(manifest.name): \(manifest.about)")],
        ] + (file.isBuiltIn ? [["built in", "read by the hub itself"]] : place(file, tier))
          + [["limits", (limits ?? []).joined(separator: "; ")]]))
    section(context, "Settings (--set name=value)", manifest.settings.map { ($0.name, $0.about) })
    section(
      context, "Secrets (--secret name=env:VAR)", manifest.secrets.map { ($0.name, $0.about) })
    if manifest.hasOwnStreams {
      section(
        context, "Streams",
        [("", "each connection has its own; patchbay connection check NAME shows them")])
    }
    section(
      context, "Streams",
      manifest.streams.map {
        (
          $0.name,
          $0.about + ($0.isIncremental ? "" : " (always in full)")
            + ($0.isDefault ? "" : " (only when named)")
        )
      })
    section(
      context, "Settings of every connection",
      HostSetting.all.map { ($0.name, $0.about) })
    return 0
  }

  /// Where a plugin's code is, how far it is trusted, and what it may reach.
  private static func place(_ file: PluginFile, _ tier: String) -> [[String]] {
    let manifest = file.manifest
    return [
      [
        "trusted as",
        "\(tier) (runs in \(tier == Tier.core.rawValue ? "the hub's process" : "a worker"))",
      ],
      ["publisher", manifest.publisher], ["file", visible(file.path)], ["sha256", file.sha256],
    ] + Destinations(manifest).facts.filter { !$0.1.isEmpty }.map { [$0.0, visible($0.1)] }
  }

  private static func section(
    _ context: Context, _ title: String, _ rows: [(name: String, about: String)]
  ) {
    if rows.isEmpty { return }
    Output.line("\n\(title)")
    context.print(
      Table(
        [.init(""), .init("", mayShrink: true)],
        rows: rows.map { ["  \($0.name)", visible($0.about)] }))
  }
}

enum PluginReplayVerb: Verb {
  static let command = Command(
    ["plugin", "replay"], summary: "Do a transcript again with a plugin's file.",
    discussion: """
      Says the first step at which the plugin says something else than the transcript has. The same
      file must say the same; a newer version shows what an upgrade would change. No vendor is
      asked, and nothing is stored.

      Example:
        patchbay sync run crm --transcript run.ndjson
        patchbay plugin replay acme-2.so run.ndjson
      """,
    arguments: [
      Argument("FILE.so", about: "the plugin's file", completion: .files),
      Argument("TRANSCRIPT", about: "what “sync run --transcript” wrote", completion: .files),
    ])

  static func run(_ context: Context) async throws(Failure) -> Int32 {
    let file = try PluginFile(reading: context.argument(0))
    let replay = try Replay(reading: context.argument(1))
    let difference = try replay.run(LoadedPlugin.load(file, in: .worker))
    if context.wantsJSON {
      var json = JSONObject([
        .init("steps", .integer(Int64(replay.steps))), .init("same", .bool(difference == nil)),
      ])
      for member in difference?.json.object?.members ?? [] { json[member.name] = member.value }
      context.print(.object(json))
    } else if let difference {
      Output.error("session \(difference.session), step \(difference.step) differs")
      Output.error("transcript: \(visible(difference.wanted.text))")
      Output.error("plugin:     \(visible(difference.found.text))")
    } else {
      context.say("\(replay.steps) steps, all the same.")
    }
    return difference == nil ? 0 : 1
  }
}
