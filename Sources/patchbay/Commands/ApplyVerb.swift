internal import PatchbayCore
internal import PatchbayHost
internal import PatchbayJSON
internal import PatchbayStore
internal import PatchbaySync
internal import PatchbayTerminal

/// Connections as code.
enum ApplyVerb: Verb {
  static let command = Command(
    ["apply"], summary: "Bring connections to what a file says; shows the difference first.",
    discussion: """
      The file names connections, their plugins, settings and where their secrets are:

        connections:
          crm:
            plugin: acme
            settings:
              properties: email,firstname,lastname
            secrets:
              token: env:ACME_TOKEN

      Connections that the file does not name stay as they are.
      """,
    options: [Option("dry-run", about: "show the difference and change nothing")],
    arguments: [Argument("FILE", about: "patchbay.yaml", completion: .files)])

  private static let text = Shape.text(.init(length: 1...4096))

  static let shape = Shape.object([
    .optional(
      "connections",
      .map(
        of: .object([
          .required("plugin", text, "id, or id@version"), .optional("settings", .map(of: .any)),
          .optional("secrets", .map(of: text), "env:VARIABLE or file:PATH"),
        ])), "connections by name")
  ])

  static func run(_ context: Context) async throws(Failure) -> Int32 {
    let path = context.argument(0)
    let json = try YAML.read(try FileBytes.read(path, limit: 4 << 20), from: path)
    let problems = shape.problems(in: json)
    if !problems.isEmpty {
      let list = problems.map(\.description).joined(separator: "; ")
      throw Failure(.config, "usage.apply", "\(path) does not fit: \(list)")
    }
    let hub = try context.hub()
    var drafts: [(draft: ConnectionDraft, changes: [String])] = []
    for member in json["connections"]?.object?.members ?? [] {
      let draft = try draft(member.name, member.value, hub, context)
      drafts.append((draft, try await changes(draft, hub)))
    }
    show(drafts, context)
    if context.invocation.flag("dry-run") { return 0 }
    for (draft, changes) in drafts where !changes.isEmpty { try await draft.save(in: hub) }
    return 0
  }

  private static func draft(_ name: String, _ json: JSON, _ hub: Hub, _ context: Context)
    throws(Failure) -> ConnectionDraft
  {
    var draft = ConnectionDraft(name: name, plugin: json["plugin"]?.string ?? "")
    let manifest = try hub.registry.find(draft.plugin).manifest
    var pairs: [String] = []
    for setting in json["settings"]?.object?.members ?? [] {
      let list = setting.value.array?.compactMap(\.plainText).joined(separator: ",")
      guard let value = list ?? setting.value.plainText else {
        throw Failure(
          .config, "connection.setting", "the setting “\(setting.name)” of \(name) has no value")
      }
      pairs.append("\(setting.name)=\(value)")
    }
    draft.settings = try ConnectionTerms.parse(pairs, for: manifest)
    for secret in json["secrets"]?.object?.members ?? [] {
      draft.secrets[secret.name] = try context.secret(from: secret.value.string ?? "")
    }
    return draft
  }

  private static func changes(_ draft: ConnectionDraft, _ hub: Hub) async throws(Failure)
    -> [String]
  {
    guard let old = try await hub.store.connection(draft.name) else {
      return ["+ plugin: \(draft.plugin)"]
        + draft.settings.members.map { "+ \($0.name): \($0.value.text)" }
        + draft.secrets.keys.sorted().map { "+ \($0): (secret)" }
    }
    var lines: [String] = []
    if old.plugin != draft.plugin {
      lines += ["- plugin: \(old.plugin)", "+ plugin: \(draft.plugin)"]
    }
    for name in Set(old.settings.names + draft.settings.names).sorted()
    where old.settings[name] != draft.settings[name] {
      if let value = old.settings[name] { lines.append("- \(name): \(value.text)") }
      if let value = draft.settings[name] { lines.append("+ \(name): \(value.text)") }
    }
    let secrets = try await hub.vault.secrets(of: draft.name)
    for (name, value) in draft.secrets.sorted(by: { $0.key < $1.key }) where secrets[name] != value
    {
      lines.append("~ \(name): (secret)")
    }
    return lines
  }

  private static func show(
    _ drafts: [(draft: ConnectionDraft, changes: [String])], _ context: Context
  ) {
    if context.wantsJSON {
      context.print(
        .array(
          drafts.map { draft, changes in
            [
              "connection": .string(draft.name),
              "changes": .array(changes.map { .string($0) }),
            ]
          }))
    }
    for (draft, changes) in drafts {
      context.say(changes.isEmpty ? "\(draft.name): unchanged" : "\(draft.name):")
      for line in changes { context.say("  \(visible(line))") }
    }
  }
}
