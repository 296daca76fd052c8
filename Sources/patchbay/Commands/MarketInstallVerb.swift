internal import PatchbayCore
internal import PatchbayHost
internal import PatchbayJSON
internal import PatchbayMarketplace
internal import PatchbayStore
internal import PatchbaySync
internal import PatchbayTerminal

/// Options of what installs.
let installOptions = [
  Option("yes", short: "y", about: "answer yes to what is asked"),
  Option(
    "accept-changes",
    about: "also take what may do more, or costs more, than what was accepted before"),
  Option("allow-look-alike", about: "also take a name that looks like another"),
  Option(
    "from", valueName: "PLACE",
    about: "look there this once: a mirror's URL, a folder, or a bundle (see market bundle)",
    completion: .files),
]

enum MarketInstallVerb: Verb {
  static let scope = VerbScope.hub
  static let command = Command(
    ["market", "install"], summary: "Install a plugin; shows first what it may do, and costs.",
    discussion: """
      Takes the newest version that runs here. ID@VERSION takes that one, and pins it: upgrades pass
      it by. All that is taken must be signed by its publisher and by the marketplace, and the
      plugin is tried in a worker that can only compute before it is asked about.

      --lock FILE installs what another hub has (its market/lock.json), byte by byte. --from takes
      it from somewhere else: a stick with a copy of the marketplace, or a bundle.

      Examples:
        patchbay market install acme
        patchbay market install acme@1.4.2 --yes
        patchbay market install acme --from acme.bundle
        patchbay market install --lock lock.json --yes
      """,
    options: installOptions + [
      Option(
        "lock", valueName: "FILE", about: "install all that a lock file names",
        completion: .files)
    ],
    arguments: [
      Argument("ID", about: "ID, NAMESPACE/ID, or either @VERSION", isOptional: true)
    ])

  static func run(_ context: Context) async throws(Failure) -> Int32 {
    let market = try context.market()
    var requests: [InstallRequest] = []
    if let path = context.invocation.value("lock") {
      requests = try Lock(reading: path, mustExist: true).requests
    } else if context.argument(0).isEmpty {
      throw Failure(
        .config, "usage.plugin", "nothing is named to install",
        mend: "write patchbay market install ID; look for plugins with patchbay market search")
    } else {
      requests = [try InstallRequest(context.argument(0))]
    }
    var done: [JSON] = []
    var isRefused = false
    let installation = MarketInstallation(market, context)
    for request in requests {
      let candidate = try await market.prepare(request)
      let (outcome, facts) = try await installation.run(candidate)
      switch outcome {
      case .installed, .current: done.append(facts.json)
      case .declined: isRefused = true
      }
    }
    if context.wantsJSON { context.print(["installed": .array(done)]) }
    return isRefused ? 1 : 0
  }
}

/// Shows candidates, asks, and installs them. Used by one task at a time.
final class MarketInstallation {
  enum Outcome { case installed, current, declined }

  private let market: Market
  private let context: Context
  /// Opened once, for all of them: what cannot be written down is not done.
  private var opened: Hub?

  init(_ market: Market, _ context: Context) { (self.market, self.context) = (market, context) }

  func run(_ candidate: Candidate) async throws(Failure) -> (Outcome, MarketFacts) {
    let hub: Hub
    if let opened { hub = opened } else { hub = try context.hub() }
    opened = hub
    let facts = try await MarketFacts(candidate, in: hub, use: context.use(of: candidate))
    return (try await run(candidate, facts, in: hub), facts)
  }

  private func run(_ candidate: Candidate, _ facts: MarketFacts, in hub: Hub) async throws(Failure)
    -> Outcome
  {
    let release = candidate.release
    let title = "\(release.name) \(release.version)"
    if candidate.isCurrent && candidate.lookAlikes.isEmpty {
      if candidate.isPinned { _ = try await market.pin(release.name, true) }
      context.say("\(title) is installed already.")
      return .current
    }
    // Whoever is asked is shown what about.
    let isAsked = !context.invocation.flag("yes")
    if !context.wantsJSON && (isAsked || !context.isQuiet) { facts.show(context) }
    try refuse(candidate, facts.dearerUse)
    try await refuseForeignConnections(candidate, in: hub)
    let verb = candidate.current.map { "Go from \($0.version) to" } ?? "Install"
    guard try context.agrees(to: "\(verb) \(title)?") else {
      context.say("Nothing was changed.")
      return .declined
    }
    try await market.install(candidate)
    try await note(candidate, in: hub)
    try await carry(candidate, in: hub)
    context.say(
      "\(title) is installed."
        + (candidate.current == nil
          ? " Connect it: patchbay connection add NAME --plugin \(release.id)" : ""))
    return .installed
  }

  /// What an answer of yes does not cover.
  private func refuse(_ candidate: Candidate, _ dearerUse: [String]) throws(Failure) {
    if let first = candidate.lookAlikes.first, !context.invocation.flag("allow-look-alike") {
      throw Failure(
        .permission, "market.look_alike",
        "“\(candidate.release.name)” \(first.why)",
        mend: "make sure that it is the one you mean; then pass --allow-look-alike")
    }
    let more = candidate.wider + candidate.dearer + dearerUse
    if !more.isEmpty && context.invocation.flag("yes") && !context.invocation.flag("accept-changes")
    {
      throw Failure(
        .permission, "market.wider",
        "\(candidate.release.name) \(candidate.release.version) goes beyond what was accepted: it "
          + more.joined(separator: "; "),
        mend:
          "read what changes; then pass --accept-changes together with --yes, or leave --yes out")
    }
  }

  /// Connections of another plugin with this id would hand it their credentials.
  private func refuseForeignConnections(_ candidate: Candidate, in hub: Hub) async throws(Failure) {
    if candidate.current != nil || context.invocation.flag("accept-changes") { return }
    let users = try await hub.connectionsOfUnknown(candidate.release.id)
    if users.isEmpty { return }
    throw Failure(
      .permission, "market.connections",
      "the connections \(users.joined(separator: ", ")) are of a plugin "
        + "“\(candidate.release.id)” that is not here: \(candidate.release.name) would get their "
        + "credentials",
      mend: "if it is the same plugin, pass --accept-changes; otherwise remove them first")
  }

  /// What was agreed to for an upgrade, its connections agreed to.
  private func carry(_ candidate: Candidate, in hub: Hub) async throws(Failure) {
    guard let current = candidate.current else { return }
    _ = try await hub.carryAcceptance(
      of: PluginIdentity(name: candidate.release.name, isSigned: true),
      from: try Manifest(current.manifest, from: candidate.release.name),
      to: candidate.release.manifest, actor: context.actor)
  }

  /// Writes down who installed what.
  private func note(_ candidate: Candidate, in hub: Hub) async throws(Failure) {
    try await context.note(
      "market.install",
      [
        "plugin": .string(candidate.release.name),
        "version": .string(candidate.release.version.description),
        "pack": .string(candidate.artifact.sha256), "tier": .string(candidate.tier.rawValue),
        "accepted": .array((candidate.wider + candidate.dearer).map { .string($0) }),
      ], in: hub)
  }
}

enum MarketBundleVerb: Verb {
  static let command = Command(
    ["market", "bundle"],
    summary: "Put a plugin into one file, for hubs that reach no marketplace.",
    discussion: """
      The file holds the pack and all signatures that prove it. A hub that trusts the same root.json
      installs it with: patchbay market install ID --from FILE
      """,
    options: [fromOption],
    arguments: [
      Argument("ID", about: "ID, NAMESPACE/ID, or either @VERSION"),
      Argument("FILE", about: "where it is written", completion: .files),
    ])

  static func run(_ context: Context) async throws(Failure) -> Int32 {
    let bytes = try await context.market().bundle(InstallRequest(context.argument(0)))
    try FileBytes.replace(context.argument(1), with: bytes, mode: 0o644)
    context.say("\(context.argument(1)) has \(formatBytes(Int64(bytes.count))).")
    if context.wantsJSON { context.print(["file": .string(context.argument(1))]) }
    return 0
  }
}
