internal import PatchbayCore
internal import PatchbayJSON
internal import PatchbayMarketplace
internal import PatchbayTerminal
internal import PatchbayYAML

private let keysOption = Option(
  "keys", valueName: "PATH", isRepeated: true,
  about: "a key file, or a folder with key files (.pem)", completion: .files)

private let lookAlikeOption = Option(
  "allow-look-alike", about: "also where the name looks like another's")

private let repositoryArgument = Argument(
  "REPOSITORY", about: "the repository's folder", completion: .directories)

enum MarketInitVerb: Verb {
  static let command = Command(
    ["market", "init"], summary: "Make a marketplace of your own.",
    discussion: """
      Makes a repository in the format of The Update Framework, and its keys in a folder of their
      own. Take root-*.pem and targets.pem offline: root signs which keys there are, targets who may
      publish. registry.pem countersigns publishers, snapshot.pem and timestamp.pem sign with every
      change. REPOSITORY/root.json is what hubs trust: hand it out by a way that people can trust.
      Serve REPOSITORY with any web server.

      Example:
        patchbay market init market --keys keys
        patchbay market admit market acme.json --key acme.pub --keys keys
      """,
    options: [
      keysOption,
      Option("root-keys", valueName: "N", about: "how many keys sign the root (default 3)"),
      Option("threshold", valueName: "N", about: "how many of them must (default 2)"),
      Option(
        "policy", valueName: "FILE", about: "what of the revenue stays with the platform",
        completion: .files),
      Option(
        "days", valueName: "ROLE=N", isRepeated: true,
        about: "how long signatures of a role hold, as in timestamp=7"),
    ], arguments: [repositoryArgument])

  static func run(_ context: Context) async throws(Failure) -> Int32 {
    guard let keys = context.invocation.value("keys") else {
      throw Failure(
        .config, "usage.keys", "the keys need a folder",
        mend: "name one outside of the repository: --keys DIR")
    }
    var lifetimes = MarketRepository.Lifetimes()
    for text in context.invocation.values("days") { try lifetimes.set(text) }
    let policy = try context.invocation.value("policy").map { path throws(Failure) in
      try YAML.read(try FileBytes.read(path, limit: 1 << 20), from: path)
    }
    let made = try MarketRepository.create(
      context.argument(0), keys: keys,
      rootKeys: try context.number("root-keys", default: 3, in: 1...20),
      threshold: try context.number("threshold", default: 2, in: 1...20),
      policy: policy ?? Policy.initial, lifetimes: lifetimes)
    context.say("The marketplace is in \(made.folder), its keys are in \(keys).")
    if context.wantsJSON { context.print(["repository": .string(made.folder)]) }
    return 0
  }
}

enum MarketKeyVerb: Verb {
  static let command = Command(
    ["market", "key"], summary: "Make a publisher's key.",
    discussion: """
      Makes FILE.pem, which signs what you publish and which nobody else may have, and FILE.pub,
      which you give to the marketplace.
      """,
    arguments: [Argument("FILE.pem", about: "where the key is written", completion: .files)])

  static func run(_ context: Context) async throws(Failure) -> Int32 {
    let (id, path) = try KeyRing.makeKey(context.argument(0))
    context.say("Keep \(context.argument(0)) to yourself; give \(path) to the marketplace.")
    if context.wantsJSON { context.print(["key": .string(id), "public": .string(path)]) }
    return 0
  }
}

enum MarketAdmitVerb: Verb {
  static let command = Command(
    ["market", "admit"], summary: "Let a publisher into your marketplace.",
    discussion: """
      The file says who the publisher is: name, domain, tier and so on. It is called as the
      namespace: acme.json is the publisher acme. What is in the namespace needs the signatures of
      the publisher and of the registry from here on.
      """,
    options: [
      keysOption, lookAlikeOption,
      Option(
        "key", valueName: "FILE.pub", isRequired: true, about: "the publisher's public key",
        completion: .files),
    ],
    arguments: [
      repositoryArgument, Argument("FILE.json", about: "the publisher", completion: .files),
    ])

  static func run(_ context: Context) async throws(Failure) -> Int32 {
    let path = context.argument(1)
    let file = path.split(separator: "/").last.map(String.init) ?? ""
    let namespace = file.hasSuffix(".json") ? String(file.dropLast(5)) : file
    let json = try YAML.read(try FileBytes.read(path, limit: 1 << 20), from: path)
    _ = try await MarketRepository(context.argument(0)).admit(
      namespace, json, key: context.invocation.value("key") ?? "",
      KeyRing(context.invocation.values("keys")),
      allowsLookAlikes: context.invocation.flag("allow-look-alike"))
    context.say("“\(namespace)” may publish.")
    if context.wantsJSON { context.print(["publisher": .string(namespace)]) }
    return 0
  }
}

enum MarketPublishVerb: Verb {
  static let command = Command(
    ["market", "publish"], summary: "Publish packs of your plugins.",
    discussion: """
      Looks through each pack (secrets, exports, size, licence), tries the plugin with the rules of
      “patchbay plugin test”, and signs with your key. With the registry's keys it is public at
      once; without them give --submission, and hand the folder that is made to the marketplace.

      Example:
        patchbay market publish acme-1.0.0-linux-x86_64.patchbay --repository market \\
          --keys acme.pem --submission for-the-marketplace
      """,
    options: [
      keysOption, lookAlikeOption,
      Option(
        "repository", valueName: "DIR", isRequired: true,
        about: "the marketplace's repository, or a copy of it", completion: .directories),
      Option(
        "submission", valueName: "DIR", about: "write what is signed there, for the registry",
        completion: .directories),
      Option("replace", about: "take other packs for a version that is public; for yourself alone"),
    ],
    arguments: [
      Argument(
        "PACK", about: "what patchbay plugin pack made", isRepeated: true, completion: .files)
    ])

  static func run(_ context: Context) async throws(Failure) -> Int32 {
    var packs: [Pack] = []
    for path in context.invocation.arguments {
      packs.append(try Pack(reading: FileBytes.read(path, limit: 400 << 20)))
    }
    let repository = try MarketRepository(context.invocation.value("repository") ?? "")
    let ring = try KeyRing(context.invocation.values("keys"))
    let rules = publishingRules(context)
    let submission = try repository.submission(of: packs, ring, rules)
    if let folder = context.invocation.value("submission") {
      try submission.write(to: folder)
      context.say("Signed. Hand the folder \(folder) to the marketplace.")
    } else {
      try tellWithoutLog(await repository.accept(submission, ring, rules))
      context.say("\(packs.count) packs of \(submission.namespace) are public.")
    }
    if context.wantsJSON { context.print(["publisher": .string(submission.namespace)]) }
    return 0
  }
}

enum MarketSignVerb: Verb {
  static let command = Command(
    ["market", "sign"], summary: "Countersign what a publisher handed in, or renew signatures.",
    discussion: """
      With --submission it looks through all that is new in it, as if nobody had, shows it as admins
      will see it, and asks; then it countersigns it and makes it public. Without, it signs anew
      what ends soonest (registry, snapshot, timestamp): run it every day.
      """,
    options: [
      keysOption, lookAlikeOption,
      Option(
        "submission", valueName: "DIR", about: "what market publish --submission made",
        completion: .directories),
      Option("yes", short: "y", about: "answer yes to what is asked"),
    ], arguments: [repositoryArgument])

  static func run(_ context: Context) async throws(Failure) -> Int32 {
    let repository = try MarketRepository(context.argument(0))
    let ring = try KeyRing(context.invocation.values("keys"))
    if let folder = context.invocation.value("submission") {
      let submission = try Submission(reading: folder)
      let rules = publishingRules(context)
      let isAsked = !context.invocation.flag("yes")
      for (number, disclosure) in try repository.review(submission, rules).enumerated()
      where !context.wantsJSON && (isAsked || !context.isQuiet) {
        if number > 0 { Output.line("") }
        MarketFacts(disclosure).show(context)
      }
      guard try context.agrees(to: "Sign it, and make it public?") else {
        context.say("Nothing was changed.")
        return 1
      }
      try tellWithoutLog(await repository.accept(submission, ring, rules))
      context.say("What \(submission.namespace) handed in is public.")
    } else {
      try tellWithoutLog(await repository.renew(ring))
      context.say("Renewed.")
    }
    if context.wantsJSON { context.print(["repository": .string(repository.folder)]) }
    return 0
  }
}

enum MarketRotateVerb: Verb {
  static let command = Command(
    ["market", "rotate"], summary: "Change the keys of a role, or of a publisher.",
    discussion: """
      New keys are made in a folder; the old ones are worth nothing from then on. Changing those of
      root needs enough of both. A publisher's new key must be at hand, and signs all that it has
      published so far.

      Examples:
        patchbay market rotate market timestamp --new-keys keys-2 --keys keys
        patchbay market rotate market --publisher acme --key acme-2.pem --keys keys
      """,
    options: [
      keysOption,
      Option(
        "new-keys", valueName: "DIR", about: "where new keys are written",
        completion: .directories),
      Option("publisher", valueName: "NAMESPACE", about: "whose key is changed"),
      Option("key", valueName: "FILE.pem", about: "the publisher's new key", completion: .files),
    ],
    arguments: [
      repositoryArgument,
      Argument(
        "ROLE", about: MarketRepository.rotatable.joined(separator: ", "), isOptional: true,
        completion: .choices(MarketRepository.rotatable)),
    ])

  static func run(_ context: Context) async throws(Failure) -> Int32 {
    let repository = try MarketRepository(context.argument(0))
    let ring = try KeyRing(context.invocation.values("keys"))
    if let namespace = context.invocation.value("publisher") {
      guard let key = context.invocation.value("key") else {
        throw Failure(
          .config, "usage.key", "the new key of \(namespace) is not named", mend: "--key FILE.pem")
      }
      _ = try await repository.rotate(publisher: namespace, key: key, ring)
      context.say("“\(namespace)” signs with another key from here on.")
    } else {
      guard let folder = context.invocation.value("new-keys") else {
        throw Failure(.config, "usage.keys", "the new keys need a folder", mend: "--new-keys DIR")
      }
      _ = try await repository.rotate(context.argument(1), newKeys: folder, ring)
      context.say("\(context.argument(1)) signs with new keys, which are in \(folder).")
    }
    if context.wantsJSON { context.print(["repository": .string(repository.folder)]) }
    return 0
  }
}

enum MarketRevokeVerb: Verb {
  static let command = Command(
    ["market", "revoke"], summary: "Stop a version wherever it is installed.",
    discussion: """
      Hubs learn of it when they next look at the marketplace, and stop its sessions at their next
      step. It needs the keys of registry, snapshot and timestamp, and nothing of the publisher.

      Example:
        patchbay market revoke market acme/books@1.2.0 --keys keys \\
          --reason "sends records elsewhere"
      """,
    options: [
      keysOption,
      Option(
        "reason", valueName: "TEXT", isRequired: true, about: "what admins are told"),
    ],
    arguments: [
      repositoryArgument, Argument("NAME", about: "NAMESPACE/ID, or NAMESPACE/ID@VERSION"),
    ])

  static func run(_ context: Context) async throws(Failure) -> Int32 {
    let request = try InstallRequest(context.argument(1))
    _ = try await MarketRepository(context.argument(0)).revoke(
      request.name, request.version, reason: context.invocation.value("reason") ?? "",
      KeyRing(context.invocation.values("keys")))
    context.say("\(context.argument(1)) is revoked.")
    if context.wantsJSON { context.print(["revoked": .string(context.argument(1))]) }
    return 0
  }
}

/// A repository from before there were logs begins one when it may.
private func tellWithoutLog(_ repository: MarketRepository) throws(Failure) {
  if try repository.log() != nil { return }
  Output.error("patchbay: the repository keeps no log of releases: hubs install nothing from it")
  Output.error("  → sign once with the key of targets, too: patchbay market sign … --keys PATH")
}
