internal import PatchbayCore
internal import PatchbayHost
internal import PatchbayJSON
internal import PatchbayStore
internal import PatchbaySync
internal import PatchbayTerminal

enum SecretSetVerb: Verb {
  static let command = Command(
    ["secret", "set"], summary: "Seal a secret of a connection.",
    discussion: """
      Without --from it is typed, and not shown while it is, or comes through a pipe.

      Examples:
        patchbay secret set crm token
        patchbay secret set crm token --from env:ACME_TOKEN
      """,
    options: [
      Option(
        "from", valueName: "SOURCE",
        about: "env:VARIABLE, file:PATH, or - (typed or piped in, the default)")
    ],
    arguments: [
      Argument("CONNECTION", about: "which one", completion: .dynamic("connections")),
      Argument("NAME", about: "the secret's name"),
    ])

  static func run(_ context: Context) async throws(Failure) -> Int32 {
    let hub = try context.hub()
    let (connection, name) = (context.argument(0), context.argument(1))
    guard let stored = try await hub.store.connection(connection) else {
      throw Failure(
        .config, "connection.unknown", "there is no connection “\(connection)”",
        mend: "see: patchbay connection list")
    }
    let manifest = try hub.file(of: stored).manifest
    guard manifest.secrets.contains(where: { $0.name == name }) else {
      let known = manifest.secrets.map(\.name).joined(separator: ", ")
      throw Failure(
        .config, "usage.secret", "“\(name)” is not a secret of \(stored.plugin)",
        mend: known.isEmpty ? "it takes none" : "it takes: \(known)")
    }
    let secret = try context.secret(name, from: context.invocation.value("from") ?? "-")
    try await hub.vault.replace(secret, connection: connection, name: name)
    if context.wantsJSON { context.print(["sealed": .string(name)]) }
    context.say("Sealed \(name) of \(connection).")
    return 0
  }
}

enum SecretListVerb: Verb {
  static let command = Command(
    ["secret", "list"], summary: "Show which secrets there are; never what they are.")

  static func run(_ context: Context) async throws(Failure) -> Int32 {
    let secrets = try await context.hub().store.allSealedSecrets()
      .sorted { ($0.connection, $0.name) < ($1.connection, $1.name) }
    if context.wantsJSON {
      context.print(
        .array(
          secrets.map { ["connection": .string($0.connection), "name": .string($0.name)] }))
    } else {
      context.print(
        Table(
          [.init("connection", mayShrink: true), .init("name")],
          rows: secrets.map { [$0.connection, $0.name] }))
    }
    return 0
  }
}

enum SecretRotateVerb: Verb {
  static let command = Command(
    ["secret", "rotate"],
    summary: "Make a new master key and seal every secret of every organisation under it.")
  static let scope = VerbScope.hub

  static func run(_ context: Context) async throws(Failure) -> Int32 {
    let count = try await KeyRotation(
      store: context.wholeHub(), folder: context.folder, environment: context.environment
    ).rotate()
    if context.wantsJSON { context.print(["resealed": .integer(Int64(count))]) }
    context.say("Sealed \(count) secrets under a new master key.")
    return 0
  }
}
