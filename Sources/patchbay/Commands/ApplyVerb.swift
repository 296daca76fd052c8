internal import PatchbayCore
internal import PatchbayHost
internal import PatchbayJSON
internal import PatchbayStore
internal import PatchbaySync
internal import PatchbayTerminal
internal import PatchbayYAML

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

      Connections that the file does not name stay as they are. Either all of the others are
      changed, or none.
      """,
    options: [
      Option("dry-run", about: "check the file, show the difference and change nothing"),
      resetOption,
    ],
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
    let resets = context.invocation.flag("reset")
    let members = json["connections"]?.object?.members ?? []
    try checkNames(members.map(\.name), in: path)
    var plans: [ConnectionPlan] = []
    for member in members {
      let draft = try draft(member.name, member.value, hub, context)
      plans.append(try await hub.plan(draft, resets: resets))
    }
    // JSON is one document: the difference, or what was in its way.
    if !context.wantsJSON { show(plans, context) }
    if !context.invocation.flag("dry-run") { try await hub.save(plans, resets: resets) }
    if context.wantsJSON { context.print(list(plans)) }
    return 0
  }

  private static func checkNames(_ names: [String], in path: String) throws(Failure) {
    var known: [String: String] = [:]
    for name in names {
      if let twin = known.updateValue(name, forKey: name.lowercased()) {
        throw Failure(
          .config, "usage.name",
          "\(path): “\(twin)” and “\(name)” differ only in upper and lower case",
          mend: "rename one: both would name the same views")
      }
    }
  }

  private static func draft(_ name: String, _ json: JSON, _ hub: Hub, _ context: Context)
    throws(Failure) -> ConnectionDraft
  {
    var draft = ConnectionDraft(name: name, plugin: json["plugin"]?.string ?? "")
    let manifest = try hub.registry.find(draft.plugin).manifest
    var pairs: [String] = []
    var structured: [JSONObject.Member] = []
    for setting in json["settings"]?.object?.members ?? [] {
      if ConnectionTerms.kind(of: setting.name, for: manifest) == .json {
        structured.append(setting)
        continue
      }
      guard let value = text(of: setting.value) else {
        throw Failure(
          .config, "connection.setting",
          "the setting “\(setting.name)” of \(name) is \(setting.value.text); it takes a value, "
            + "or a list of values without commas")
      }
      pairs.append("\(setting.name)=\(value)")
    }
    draft.settings = try ConnectionTerms.parse(pairs, for: manifest)
    for setting in structured { draft.settings[setting.name] = setting.value }
    for secret in json["secrets"]?.object?.members ?? [] {
      draft.secrets[secret.name] = try context.secret(secret.name, from: secret.value.string ?? "")
    }
    return draft
  }

  /// A scalar as it is, a list with commas.
  private static func text(of value: JSON) -> String? {
    guard let elements = value.array else { return value.plainText }
    let texts = elements.compactMap(\.plainText)
    guard texts.count == elements.count, !texts.contains(where: { $0.contains(",") }) else {
      return nil
    }
    return texts.joined(separator: ",")
  }

  private static func list(_ plans: [ConnectionPlan]) -> JSON {
    .array(
      plans.map {
        [
          "connection": .string($0.draft.name), "changes": .array($0.changes.map { .string($0) }),
        ]
      })
  }

  private static func show(_ plans: [ConnectionPlan], _ context: Context) {
    for plan in plans {
      let name = visible(plan.draft.name)
      context.say(plan.changes.isEmpty ? "\(name): unchanged" : "\(name):")
      for line in plan.changes { context.say("  \(visible(line))") }
    }
  }
}
