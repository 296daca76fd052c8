internal import PatchbayCore
internal import PatchbayHost
internal import PatchbayJSON
internal import PatchbayMarketplace
internal import PatchbayTerminal

enum MarketUseVerb: Verb {
  static let scope = VerbScope.hub
  static let command = Command(
    ["market", "use"], summary: "Name the marketplace that plugins are taken from.",
    discussion: """
      The file root.json is what all trust begins with: get it from whoever runs the marketplace, by
      another way than the marketplace itself. Mirrors may lie as they like: what they say is taken
      only where it is signed.

      Without this the marketplace is used that comes with the program.

      Example:
        patchbay market use https://market.example --root root.json --mirror https://eu.example
      """,
    options: [
      Option(
        "root", valueName: "FILE", isRequired: true, about: "root.json, as it was handed to you",
        completion: .files),
      Option("mirror", valueName: "PLACE", isRepeated: true, about: "tried where URL fails"),
    ],
    arguments: [Argument("PLACE", about: "an https:// URL, or a folder", completion: .directories)])

  static func run(_ context: Context) async throws(Failure) -> Int32 {
    let places = [context.argument(0)] + context.invocation.values("mirror")
    try Market.use(
      places, root: context.invocation.value("root") ?? "", in: context.folder)
    try await context.note("market.use", .array(places.map { .string($0) }))
    let lists = try await context.market().refresh()
    let count = try lists.catalogue.entries.count
    context.say("The marketplace has \(count) \(count == 1 ? "plugin" : "plugins").")
    if context.wantsJSON {
      context.print(["plugins": .integer(Int64(count))])
    }
    return 0
  }
}

enum MarketRefreshVerb: Verb {
  static let scope = VerbScope.hub
  static let command = Command(
    ["market", "refresh"], summary: "Fetch what is new: versions, and what was revoked.",
    discussion: """
      For cron. Installs nothing. What was revoked stops at the next step of its sessions, also in
      other processes that use this data folder.
      """)

  static func run(_ context: Context) async throws(Failure) -> Int32 {
    let market = try context.market()
    let lists = try await market.refresh()
    var (revoked, newer): ([String], [String]) = ([], [])
    for plugin in try market.store().lock.plugins {
      let version = plugin.active.version
      if lists.revocations.refusal(of: plugin.name, version) != nil {
        revoked.append("\(plugin.name) \(version)")
      }
      guard let newest = try lists.plugin(plugin.name)?.newest?.version,
        let mine = SemanticVersion(version)
      else {
        continue
      }
      if mine < newest && !plugin.isPinned { newer.append("\(plugin.name) \(newest)") }
    }
    if context.wantsJSON {
      context.print([
        "revoked": .array(revoked.map { .string($0) }), "newer": .array(newer.map { .string($0) }),
        "expires_ms": .integer(lists.expiresMS), "log": lists.log?.json ?? .null,
      ])
    }
    for name in revoked { context.say("revoked: \(name)") }
    for name in newer { context.say("newer:   \(name) (patchbay market upgrade)") }
    if revoked.isEmpty && newer.isEmpty { context.say("Nothing is new for what is installed.") }
    return 0
  }
}

enum MarketSearchVerb: Verb {
  private static let kinds = ["connector", "model", "identity", "channel"]

  static let command = Command(
    ["market", "search"], summary: "Look for plugins.",
    discussion: "All words must be in the name, what it is about, or its categories.",
    options: [
      Option(
        "kind", valueName: "KIND", about: "connector, model, identity or channel",
        completion: .choices(kinds))
    ],
    arguments: [Argument("WORD", about: "what to look for", isOptional: true, isRepeated: true)])

  static func run(_ context: Context) async throws(Failure) -> Int32 {
    let kind = try context.choice(["kind"], among: kinds)
    let lists = try await refreshed(context.market())
    let words = context.invocation.arguments.map { $0.lowercased() }
    let found = try lists.catalogue.entries.filter { entry in
      let text =
        [entry.name, entry.title, entry.about].joined(separator: " ") + " "
        + entry.categories.joined(separator: " ")
      return (kind == nil || entry.kind == kind)
        && words.allSatisfy(text.lowercased().contains)
    }
    if context.wantsJSON {
      context.print(.array(found.map { json($0, lists) }))
      return 0
    }
    if found.isEmpty {
      context.say("Nothing is called so. patchbay market search shows all there is.")
      return 0
    }
    context.print(
      Table(
        [
          .init("name"), .init("version"), .init("kind"), .init("tier"),
          .init("about", mayShrink: true), .init("costs", mayShrink: true),
        ],
        rows: found.map {
          [
            $0.name, $0.newest?.version.description ?? "", $0.kind,
            lists.policy.tier(of: $0.name).rawValue,
            visible(($0.deprecation == nil ? "" : "(deprecated) ") + $0.about), visible($0.cost),
          ]
        }))
    return 0
  }

  private static func json(_ entry: Catalogue.Entry, _ lists: MarketLists) -> JSON {
    [
      "name": .string(entry.name), "kind": .string(entry.kind), "title": .string(entry.title),
      "about": .string(entry.about), "tier": .string(lists.policy.tier(of: entry.name).rawValue),
      "cost": .string(entry.cost), "deprecation": entry.deprecation.map { .string($0) } ?? .null,
      "versions": .array(entry.versions.map { .string($0.version.description) }),
    ]
  }

  /// What is new, or what is known where nobody can be asked.
  private static func refreshed(_ market: Market) async throws(Failure) -> MarketLists {
    do throws(Failure) {
      return try await market.refresh()
    } catch {
      guard error.kind == .transient, let known = try market.known() else { throw error }
      Output.error("patchbay: the marketplace cannot be reached; this is what was known before")
      return known
    }
  }
}

enum MarketInfoVerb: Verb {
  static let command = Command(
    ["market", "info"], summary: "Show what a plugin may do, and what it costs.",
    discussion: "Fetches and checks it as an installation would, and changes nothing.",
    options: [fromOption],
    arguments: [Argument("ID", about: "ID, NAMESPACE/ID, or either @VERSION")])

  static func run(_ context: Context) async throws(Failure) -> Int32 {
    let candidate = try await context.market().prepare(InstallRequest(context.argument(0)))
    let facts = try await MarketFacts(
      candidate, in: context.hub(), use: context.use(of: candidate))
    if context.wantsJSON { context.print(facts.json) } else { facts.show(context) }
    return 0
  }
}

enum MarketListVerb: Verb {
  static let command = Command(
    ["market", "list"], summary: "Show what is installed.",
    discussion: "Asks nobody. market/lock.json in the data folder says the same, for other hubs.")

  static func run(_ context: Context) async throws(Failure) -> Int32 {
    let lock = try MarketStore(context.folder).lock
    if context.wantsJSON {
      context.print(
        .array(
          lock.plugins.map { plugin in
            [
              "name": .string(plugin.name), "version": .string(plugin.active.version),
              "pinned": .bool(plugin.isPinned), "tier": .string(plugin.active.tier.rawValue),
              "pack": .string(plugin.active.pack),
              "earlier": .array(plugin.earlier.map { .string($0.version) }),
            ]
          }))
      return 0
    }
    if lock.plugins.isEmpty {
      context.say("Nothing is installed. Look for plugins with: patchbay market search")
      return 0
    }
    context.print(
      Table(
        [
          .init("name"), .init("version"), .init("tier"), .init("pinned"), .init("installed"),
          .init("kept", mayShrink: true),
        ],
        rows: lock.plugins.map {
          [
            $0.name, $0.active.version, $0.active.tier.rawValue, $0.isPinned ? "yes" : "",
            String(Time.format($0.active.installedMS).prefix(10)),
            $0.earlier.map(\.version).joined(separator: ", "),
          ]
        }))
    return 0
  }
}

enum MarketVerifyVerb: Verb {
  static let command = Command(
    ["market", "verify"], summary: "Compare each installed file with what was signed.",
    discussion: """
      Finds files that were changed, added or removed, versions that were withdrawn or revoked, and
      entries of market/lock.json that say other than what was signed. Asks nobody.
      """,
    arguments: [Argument("ID", about: "one plugin; all where it is left out", isOptional: true)])

  static func run(_ context: Context) async throws(Failure) -> Int32 {
    let name = context.argument(0)
    let market = try context.market()
    let total = try Int64(market.store().lock.plugins.reduce(0) { $0 + $1.versions.count })
    let progress = LiveProgress(isQuiet: context.isQuiet || context.wantsJSON)
    var done: Int64 = 0
    let found = try market.verify(only: name.isEmpty ? nil : name) {
      done += 1
      progress.update(
        "verify", done: done, total: name.isEmpty ? total : nil, note: visible($0.name))
    }
    progress.update("verify", state: .done)
    progress.finish()
    let bad = found.filter { !$0.problems.isEmpty }
    if context.wantsJSON {
      context.print(
        .array(
          found.map {
            [
              "name": .string($0.name), "version": .string($0.version),
              "active": .bool($0.isActive), "ok": .bool($0.problems.isEmpty),
              "problems": .array($0.problems.map { .string($0) }),
            ]
          }))
    }
    for result in bad {
      Output.error(
        "\(result.name) \(result.version): \(visible(result.problems.joined(separator: "; ")))")
    }
    if bad.isEmpty {
      context.say(
        found.count == 1
          ? "1 version is as it was signed." : "\(found.count) versions are as they were signed.")
    } else {
      Output.error(
        "  → install again what is damaged: patchbay market install NAME@VERSION; upgrade or "
          + "remove what was revoked")
    }
    return bad.isEmpty ? 0 : 1
  }
}

/// Where to look this once.
let fromOption = Option(
  "from", valueName: "PLACE",
  about: "look there this once: a mirror's URL, a folder, or a bundle", completion: .files)
