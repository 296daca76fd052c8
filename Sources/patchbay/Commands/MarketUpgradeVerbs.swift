internal import PatchbayCore
internal import PatchbayHost
internal import PatchbayJSON
internal import PatchbayMarketplace
internal import PatchbayStore
internal import PatchbaySync
internal import PatchbayTerminal

enum MarketUpgradeVerb: Verb {
  static let scope = VerbScope.hub
  static let command = Command(
    ["market", "upgrade"], summary: "Bring plugins to their newest versions.",
    discussion: """
      Shows what each new version may do, and costs, beyond what was accepted, and asks. Runs that
      are under way end on the version that they began with. What is pinned stays, unless it is
      named.
      """,
    options: installOptions,
    arguments: [
      Argument("ID", about: "one plugin; all where it is left out", isOptional: true)
    ])

  static func run(_ context: Context) async throws(Failure) -> Int32 {
    let market = try context.market()
    let lock = try market.store().lock
    let named = context.argument(0)
    let plugins =
      named.isEmpty ? lock.plugins.filter { !$0.isPinned } : [try lock.installed(named)]
    var (done, declined): ([JSON], Int32) = ([], 0)
    var failures: [Failure] = []
    let installation = MarketInstallation(market, context)
    for plugin in plugins {
      do throws(Failure) {
        let candidate = try await market.prepare(InstallRequest(plugin.name))
        let isNewer =
          SemanticVersion(plugin.active.version).map { $0 < candidate.release.version } ?? true
        // The same version with another pack is a marketplace of one's own, made anew.
        let isOther = candidate.release.version.description == plugin.active.version
        guard (isNewer || isOther) && !candidate.isCurrent else {
          context.say("\(plugin.name) \(plugin.active.version) is the newest.")
          continue
        }
        let (outcome, facts) = try await installation.run(candidate)
        if outcome == .installed { done.append(facts.json) } else { declined = 1 }
      } catch {
        // The others need not wait for it.
        failures.append(error)
        if plugins.count > 1 { Output.error("\(plugin.name): \(visible(error.description))") }
      }
    }
    if context.wantsJSON && failures.isEmpty { context.print(["upgraded": .array(done)]) }
    if let first = failures.first { throw first }
    return declined
  }
}

enum MarketRollbackVerb: Verb {
  static let scope = VerbScope.hub
  static let command = Command(
    ["market", "rollback"], summary: "Go back to a version that was in use before.",
    discussion: """
      Takes the last one, or the one that is named, of those that are kept here; nothing is fetched.
      It is pinned, so that the next upgrade does not undo it: patchbay market unpin ID.
      """,
    arguments: [
      Argument("ID", about: "the plugin"),
      Argument("VERSION", about: "which version", isOptional: true),
    ])

  static func run(_ context: Context) async throws(Failure) -> Int32 {
    let version = context.argument(1)
    let market = try context.market()
    let before = try market.store().lock.installed(context.argument(0)).active
    let plugin = try await market.rollback(
      context.argument(0), to: version.isEmpty ? nil : version)
    try await context.note(
      "market.rollback",
      ["plugin": .string(plugin.name), "version": .string(plugin.active.version)])
    // Each version that is kept was agreed to when it was installed.
    _ = try await context.hub().carryAcceptance(
      of: PluginIdentity(name: plugin.name, isSigned: true),
      from: try Manifest(before.manifest, from: plugin.name),
      to: try Manifest(plugin.active.manifest, from: plugin.name), actor: context.actor)
    context.say("\(plugin.name) is \(plugin.active.version) again, and pinned.")
    if context.wantsJSON { context.print(["version": .string(plugin.active.version)]) }
    return 0
  }
}

enum MarketPinVerb: Verb {
  static let scope = VerbScope.hub
  static let command = Command(
    ["market", "pin"], summary: "Keep a plugin at its version: upgrades pass it by.",
    arguments: [Argument("ID", about: "the plugin")])

  static func run(_ context: Context) async throws(Failure) -> Int32 {
    let plugin = try await context.market().pin(context.argument(0), true)
    try await context.note("market.pin", ["plugin": .string(plugin.name)])
    context.say("\(plugin.name) stays at \(plugin.active.version).")
    return 0
  }
}

enum MarketUnpinVerb: Verb {
  static let scope = VerbScope.hub
  static let command = Command(
    ["market", "unpin"], summary: "Let upgrades take a plugin along again.",
    arguments: [Argument("ID", about: "the plugin")])

  static func run(_ context: Context) async throws(Failure) -> Int32 {
    let plugin = try await context.market().pin(context.argument(0), false)
    try await context.note("market.unpin", ["plugin": .string(plugin.name)])
    context.say("\(plugin.name) is upgraded with the others again.")
    return 0
  }
}

enum MarketRemoveVerb: Verb {
  static let scope = VerbScope.hub
  static let command = Command(
    ["market", "remove"], summary: "Remove a plugin with all its versions.",
    discussion: "Records stay. Connections that use it must be removed first, or --force given.",
    options: [Option("force", about: "also where connections use it")],
    arguments: [Argument("ID", about: "the plugin")])

  static func run(_ context: Context) async throws(Failure) -> Int32 {
    let hub = try context.hub()
    let market = try context.market()
    let plugin = try market.store().lock.installed(context.argument(0))
    let users = try await hub.store.connections().filter {
      $0.plugin.split(separator: "@").first.map(String.init) == plugin.id
    }
    if !users.isEmpty && !context.invocation.flag("force") {
      throw Failure(
        .conflict, "market.in_use",
        "\(plugin.name) is used by \(users.map(\.name).joined(separator: ", "))",
        mend: "remove them first: patchbay connection remove NAME; or say --force")
    }
    _ = try await market.remove(plugin.name)
    try await context.note("market.remove", ["plugin": .string(plugin.name)])
    context.say("\(plugin.name) is removed.")
    if context.wantsJSON { context.print(["removed": .string(plugin.name)]) }
    return 0
  }
}
