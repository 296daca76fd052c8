internal import PatchbayCore
internal import PatchbayJSON
internal import PatchbayLedger
internal import PatchbayStore
internal import PatchbayTerminal

enum OrgAddVerb: Verb {
  static let scope = VerbScope.hub
  static let command = Command(
    ["org", "add"], summary: "Add an organisation: connections, data and secrets of its own.",
    discussion: """
      What belongs to one organisation is out of reach for every other. Commands are about the one
      that --org or $PATCHBAY_ORG names; without either, about “default”.

      Example:
        patchbay org add acme
        patchbay --org acme connection add crm --plugin ID
      """,
    arguments: [Argument("NAME", about: Organisation.rule)])

  static func run(_ context: Context) async throws(Failure) -> Int32 {
    let organisation = try Organisation(context.argument(0))
    try await context.wholeHub().add(organisation, nowMS: Time.nowMS())
    try await context.note("org.add", ["organisation": .string(organisation.name)])
    if context.wantsJSON { context.print(["added": .string(organisation.name)]) }
    context.say("Added \(organisation.name). Use it with: --org \(organisation.name)")
    return 0
  }
}

enum OrgListVerb: Verb {
  static let scope = VerbScope.hub
  static let command = Command(["org", "list"], summary: "Show the organisations of the hub.")

  static func run(_ context: Context) async throws(Failure) -> Int32 {
    let organisations = try await context.wholeHub().organisations()
    if context.wantsJSON {
      context.print(.array(organisations.map { ["name": .string($0.name)] }))
    } else {
      context.print(Table([.init("name")], rows: organisations.map { [$0.name] }))
    }
    return 0
  }
}

enum OrgRemoveVerb: Verb {
  static let scope = VerbScope.hub
  static let command = Command(
    ["org", "remove"], summary: "Remove an organisation that has no connections any more.",
    discussion: """
      Its folder is deleted. The books keep what it used, and the hub keeps its runs, its audit log
      and its name: no other organisation gets it.
      """,
    options: [Option("yes", short: "y", about: "do it without asking")],
    arguments: [Argument("NAME", about: "which one", completion: .dynamic("organisations"))])

  static func run(_ context: Context) async throws(Failure) -> Int32 {
    let organisation = try Organisation(context.argument(0))
    let hub = try context.wholeHub()
    try await hub.requireRemovable(organisation)
    guard try context.agrees(to: "Remove the organisation \(organisation.name)?") else { return 1 }
    // What it used and was not charged yet would be gone with its data.
    try await context.books().rate(
      from: SQLiteStore(folder: context.folder, organisation: organisation))
    try await hub.remove(organisation, nowMS: Time.nowMS())
    try await context.note("org.remove", ["organisation": .string(organisation.name)])
    if context.wantsJSON { context.print(["removed": .string(organisation.name)]) }
    context.say("Removed \(organisation.name).")
    return 0
  }
}
