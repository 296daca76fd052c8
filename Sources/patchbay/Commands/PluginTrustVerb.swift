internal import PatchbayCore
internal import PatchbayHost
internal import PatchbayJSON
internal import PatchbaySync
internal import PatchbayTerminal

enum PluginTrustVerb: Verb {
  static let scope = VerbScope.hub
  static let command = Command(
    ["plugin", "trust"], summary: "Say how far a plugin is trusted.",
    discussion: """
      core       part of the hub: its code runs in the hub's own process
      verified   somebody else's, signed: in a worker that can only compute
      community  anybody's: in a worker that can only compute

      What a marketplace installs has the tier that the marketplace signed, everything else is
      community. More than that holds for one file, by its hash, and ends with an upgrade; less
      holds for all versions. A plugin in the hub's process can do all that the hub can: this is
      shown, and wants a typed yes, or --yes with the file's --sha256. Changes are written to the
      audit log.

      Examples:
        patchbay plugin trust acme community
        patchbay plugin trust acme core --yes --sha256 9f86d081…
      """,
    options: [
      Option("yes", short: "y", about: "answer yes, for the file that --sha256 names"),
      Option("sha256", valueName: "HASH", about: "the SHA-256 of the plugin's file"),
    ],
    arguments: [
      Argument("ID", about: "the plugin", completion: .dynamic("plugins")),
      Argument(
        "TIER", about: "core, verified or community",
        completion: .choices(Tier.allCases.map(\.rawValue))),
    ])

  static func run(_ context: Context) async throws(Failure) -> Int32 {
    guard let tier = Tier(rawValue: context.argument(1)) else {
      throw Failure(
        .config, "usage.tier", "“\(context.argument(1))” is not a tier",
        mend: "it is one of: core, verified, community")
    }
    let hub = try context.hub()
    let file = try hub.registry.find(context.argument(0))
    if file.isBuiltIn {
      throw Failure(
        .config, "usage.plugin", "“\(file.manifest.id)” is a part of the hub, and has no tier",
        mend: "name a plugin: patchbay plugin list")
    }
    if tier.isolation == .process, try await hub.tier(of: file).isolation != .process {
      try hub.refuseTrust(in: file)
      if !context.wantsJSON { show(file, context) }
      let question = "Run \(file.manifest.id) \(file.manifest.version) in the hub's process?"
      guard try context.agreesInFull(to: question, sha256: file.sha256) else {
        context.say("Nothing was changed.")
        return 1
      }
    }
    try await hub.trust(file, as: tier, actor: context.actor)
    context.say("\(context.argument(0)) is trusted as \(tier.rawValue).")
    if context.wantsJSON {
      context.print(["tier": .string(tier.rawValue), "sha256": .string(file.sha256)])
    }
    return 0
  }

  private static func show(_ file: PluginFile, _ context: Context) {
    context.print(
      Table(
        [.init(""), .init("", wraps: true)],
        rows: [
          ["plugin", file.identity.name + " " + file.manifest.version],
          [
            "publisher",
            file.identity.isSigned
              ? file.manifest.publisher
              : "\(file.manifest.publisher), as the file says of itself: nobody signed it",
          ], ["file", file.path], ["sha256", file.sha256],
          [
            "means",
            "its code runs in the hub's own process: it can read every secret of every "
              + "organisation, open files and sockets, and take the hub down with it",
          ],
          [
            "holds", "for this file alone; an upgrade, or another file, runs in a worker again",
          ],
        ]))
  }
}
