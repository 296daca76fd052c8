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
    let registry = try context.hub().registry
    if context.wantsJSON {
      context.print([
        "plugins": .array(
          registry.files.map {
            [
              "id": .string($0.manifest.id), "version": .string($0.manifest.version),
              "kind": .string($0.manifest.kind), "path": .string($0.path),
              "sha256": .string($0.sha256),
            ]
          }),
        "refused": .array(
          registry.refused.map { ["path": .string($0.path), "error": $0.failure.json] }),
      ])
      return 0
    }
    if registry.files.isEmpty {
      context.say("No plugins. Put .so files into a folder and name it with --plugins DIR.")
    } else {
      context.print(
        Table(
          [
            .init("id"), .init("version"), .init("kind"), .init("publisher"),
            .init("about", mayShrink: true),
          ],
          rows: registry.files.map {
            [
              $0.manifest.id, $0.manifest.version, $0.manifest.kind, $0.manifest.publisher,
              visible($0.manifest.about),
            ]
          }))
    }
    for (path, failure) in registry.refused {
      Output.error("refused: \(visible(path)): \(visible(failure.description))")
    }
    return 0
  }
}

enum PluginInfoVerb: Verb {
  static let command = Command(
    ["plugin", "info"], summary: "Show what a plugin is, may reach, and needs.",
    discussion: "Example:\n  patchbay plugin info acme",
    arguments: [Argument("ID", about: "id, or id@version", completion: .dynamic("plugins"))])

  static func run(_ context: Context) async throws(Failure) -> Int32 {
    let file = try context.hub().registry.find(context.argument(0))
    let manifest = file.manifest
    if context.wantsJSON {
      context.print([
        "path": .string(file.path), "sha256": .string(file.sha256), "manifest": manifest.json,
      ])
      return 0
    }
    let limits = manifest.json["limits"]?.array?.map { limit in
      "\(limit["requests"]?.text ?? "?") per \(limit["per_ms"]?.text ?? "?") ms"
        + (limit["path"]?.string.map { " on \($0)" } ?? "")
    }
    context.print(
      Table(
        [.init(""), .init("", mayShrink: true)],
        rows: [
          ["id", "\(manifest.id) \(manifest.version) (\(manifest.kind), ABI \(manifest.abi))"],
          ["name", visible("\(manifest.name): \(manifest.about)")],
          ["publisher", manifest.publisher], ["file", visible(file.path)],
          ["sha256", file.sha256],
          ["may reach", manifest.hosts.joined(separator: ", ")],
          ["limits", (limits ?? []).joined(separator: "; ")],
        ]))
    section(context, "Settings (--set name=value)", manifest.settings.map { ($0.name, $0.about) })
    section(
      context, "Secrets (--secret name=env:VAR)", manifest.secrets.map { ($0.name, $0.about) })
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
