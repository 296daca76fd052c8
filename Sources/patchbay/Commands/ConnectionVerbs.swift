internal import PatchbayCore
internal import PatchbayHost
internal import PatchbayJSON
internal import PatchbayStore
internal import PatchbaySync
internal import PatchbayTerminal
internal import PatchbayYAML

private let nameArgument = Argument(
  "NAME", about: "the connection's name", completion: .dynamic("connections"))

/// For what changes a connection.
let resetOption = Option(
  "reset",
  about: "forget how far syncs came, as another account at the vendor needs: the next is full")

enum ConnectionAddVerb: Verb {
  static let command = Command(
    ["connection", "add"], summary: "Add an account at a vendor.",
    discussion: """
      Secrets are never written on the command line: say where they are.

      Example:
        patchbay connection add crm --plugin acme --secret token=env:ACME_TOKEN
      """,
    options: [
      Option(
        "plugin", valueName: "ID", isRequired: true, about: "the plugin: id, or id@version",
        completion: .dynamic("plugins")),
      Option(
        "set", valueName: "KEY=VALUE", isRepeated: true,
        about: "a setting; KEY=@FILE where it is more than a value, in YAML or JSON"),
      Option(
        "secret", valueName: "KEY=SOURCE", isRepeated: true,
        about: "a secret, from env:VARIABLE, file:PATH or - (typed without echo, or piped in)"),
      Option("replace", about: "change the connection if it is there already"),
      resetOption,
    ],
    arguments: [Argument("NAME", about: ConnectionName.rule)])

  static func run(_ context: Context) async throws(Failure) -> Int32 {
    let hub = try context.hub()
    let name = context.argument(0)
    var wanted = ConnectionDraft(name: name, plugin: context.invocation.value("plugin") ?? "")
    let manifest = try hub.registry.find(wanted.plugin).manifest
    var pairs: [String] = []
    for pair in context.invocation.values("set") { pairs.append(try written(pair, manifest)) }
    wanted.settings = try ConnectionTerms.parse(pairs, for: manifest)
    for pair in context.invocation.values("secret") {
      let parts = pair.split(separator: "=", maxSplits: 1).map(String.init)
      guard parts.count == 2 else {
        throw Failure(.config, "usage.secret", "“\(parts.first ?? "")” is not KEY=SOURCE")
      }
      guard wanted.secrets[parts[0]] == nil else {
        throw Failure(.config, "usage.secret", "the secret “\(parts[0])” is given twice")
      }
      wanted.secrets[parts[0]] = try context.secret(parts[0], from: parts[1])
    }
    let resets = context.invocation.flag("reset")
    let isKnown = try await hub.store.connection(name) != nil
    if isKnown, !context.invocation.flag("replace") {
      throw Failure(
        .conflict, "connection.exists", "there is a connection “\(name)” already",
        mend: "choose another name, or add --replace")
    }
    try await hub.save([try await hub.plan(wanted, resets: resets)], resets: resets)
    if context.wantsJSON { context.print(["connection": .string(name)]) }
    context.say(
      "\(isKnown ? "Changed" : "Added") \(name). Try it: patchbay connection check \(name)")
    return 0
  }
}

extension ConnectionAddVerb {
  /// `name=@FILE` with what stands in the file, YAML or JSON, where the setting takes that.
  private static func written(_ pair: String, _ manifest: Manifest) throws(Failure) -> String {
    let parts = pair.split(separator: "=", maxSplits: 1).map(String.init)
    guard parts.count == 2, parts[1].hasPrefix("@") else { return pair }
    let path = String(parts[1].dropFirst())
    if parts[0] == "ca" {
      let bytes = try FileBytes.read(path, limit: 1 << 20)
      return "ca=\(String(decoding: bytes, as: UTF8.self))"
    }
    guard ConnectionTerms.kind(of: parts[0], for: manifest) == .json else { return pair }
    let json = try YAML.read(try FileBytes.read(path, limit: 4 << 20), from: path)
    return "\(parts[0])=\(json.text)"
  }
}

enum ConnectionCheckVerb: Verb {
  static let command = Command(
    ["connection", "check"], summary: "Ask the vendor whether the credentials are good.",
    arguments: [nameArgument])

  static func run(_ context: Context) async throws(Failure) -> Int32 {
    let hub = try context.hub()
    let connection = try await hub.open(context.argument(0))
    let account = try await ConnectionCheck(connection, in: hub).run()
    if context.wantsJSON {
      context.print([
        "ok": true, "account": account.map { .string($0) } ?? .null,
        "streams": .array(connection.streams.map { .string($0.name) }),
      ])
    }
    context.say("\(connection.name): good" + (account.map { " (\(visible($0)))" } ?? ""))
    context.say("streams: " + connection.streams.map(\.name).joined(separator: ", "))
    return 0
  }
}

enum ConnectionAcceptVerb: Verb {
  static let command = Command(
    ["connection", "accept"],
    summary: "Agree to where a connection's plugin sends now, after it changed.",
    discussion: """
      A connection keeps what was agreed to when it was made: whose plugin it is, its hosts, the
      base URL, the ways to sign in, and defaults that stand in them. Where another version or file
      of the plugin goes beyond that, runs are refused until somebody agrees.

      Example:
        patchbay connection accept crm
      """,
    options: [Option("yes", short: "y", about: "answer yes to what is asked")],
    arguments: [nameArgument])

  static func run(_ context: Context) async throws(Failure) -> Int32 {
    let hub = try context.hub()
    let name = context.argument(0)
    let changes = try await hub.changes(of: name)
    if context.wantsJSON {
      context.print(["accepted": .array(changes.map { .string($0) })])
    } else if changes.isEmpty {
      context.say("\(name) has agreed to all of it already.")
      return 0
    } else {
      Output.line("The plugin of \(visible(name))")
      for change in changes { context.printWrapped(change, indent: 2) }
    }
    guard try context.agrees(to: "Let \(name) use it?") else {
      context.say("Nothing was changed.")
      return 1
    }
    try await hub.accept(name, actor: context.actor)
    context.say("\(name) may use it.")
    return 0
  }
}

enum ConnectionListVerb: Verb {
  static let command = Command(["connection", "list"], summary: "Show the connections.")

  static func run(_ context: Context) async throws(Failure) -> Int32 {
    let hub = try context.hub()
    var rows: [[String]] = []
    var list: [JSON] = []
    for connection in try await hub.store.connections() {
      let streams = try await hub.store.streams(of: connection.name)
      let last = streams.compactMap(\.completedMS).max()
      rows.append([
        connection.name, connection.plugin, "\(streams.count)",
        last.map { Time.format($0) } ?? "never",
      ])
      list.append([
        "name": .string(connection.name), "plugin": .string(connection.plugin),
        "settings": .object(connection.settings), "streams": .integer(Int64(streams.count)),
        "last_complete": last.map { .string(Time.format($0)) } ?? .null,
      ])
    }
    if context.wantsJSON {
      context.print(.array(list))
    } else if rows.isEmpty {
      context.say("No connections. Add one: patchbay connection add NAME --plugin ID")
    } else {
      context.print(
        Table(
          [
            .init("name", mayShrink: true), .init("plugin"), .init("streams", alignment: .right),
            .init("last complete"),
          ], rows: rows))
    }
    return 0
  }
}

enum ConnectionRemoveVerb: Verb {
  static let command = Command(
    ["connection", "remove"], summary: "Remove a connection with its records and secrets.",
    options: [Option("yes", short: "y", about: "do not ask")], arguments: [nameArgument])

  static func run(_ context: Context) async throws(Failure) -> Int32 {
    let hub = try context.hub()
    let name = context.argument(0)
    guard let connection = try await hub.store.connection(name) else {
      throw Failure(
        .config, "connection.unknown", "there is no connection “\(name)”",
        mend: "see: patchbay connection list")
    }
    if !context.invocation.flag("yes") {
      Output.error("Remove \(name) with all its records and secrets? Type its name:")
      guard readLine() == name else {
        throw Failure(.cancelled, "usage.cancelled", "nothing was removed")
      }
    }
    try await hub.remove(connection)
    if context.wantsJSON { context.print(["removed": .string(name)]) }
    context.say("Removed \(name).")
    return 0
  }
}
