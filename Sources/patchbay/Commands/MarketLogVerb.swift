internal import PatchbayCore
internal import PatchbayJSON
internal import PatchbayMarketplace
internal import PatchbayTerminal

enum MarketLogVerb: Verb {
  static let scope = VerbScope.hub
  static let command = Command(
    ["market", "log"], summary: "Show the marketplace's log of releases, and compare it.",
    discussion: """
      Every release is an entry of a log that only grows. This looks at the marketplace, checks that
      its log goes on from what this hub saw before, and that every installed version is in it. What
      is printed is the head of the log: two hubs that have the same were shown the same releases.

      --compare takes the head of another hub: a file with it, or its three parts as a text. It is
      older, newer or the same, or it proves that the marketplace shows two logs; that is reported
      with exit code 3.

      A log that was broken is refused from then on, and so is all else from the marketplace.
      --forget begins with the log as it is now: do so only if the marketplace has a good reason.

      Examples:
        patchbay market log --quiet > head
        patchbay market log --compare head
      """,
    options: [
      Option(
        "compare", valueName: "HEAD", about: "another hub's head: a file, or its text",
        completion: .files),
      Option("forget", about: "forget what was seen of the log, and that it was broken"),
      Option("yes", short: "y", about: "answer yes to what is asked"),
      fromOption,
    ])

  static func run(_ context: Context) async throws(Failure) -> Int32 {
    let market = try context.market()
    if context.invocation.flag("forget") {
      guard try context.agrees(to: "Forget what this hub has seen of the marketplace's log?") else {
        context.say("Nothing was changed.")
        return 1
      }
      try await market.forgetLog()
      try await context.note("market.log.forget", .array(market.addresses.map { .string($0) }))
    }
    let other = try context.invocation.value("compare").map(head)
    let report = try await market.log(comparing: other)
    if context.wantsJSON {
      context.print(json(report, other))
    } else {
      Output.line(String(report.head.text.dropLast()))
      context.say("")
      let count = report.proven.count
      context.say(
        "\(report.head.size) \(report.head.size == 1 ? "release is" : "releases are") in the log, "
          + "\(count) installed \(count == 1 ? "version" : "versions") among them.")
      if let comparison = report.comparison { context.say(text(comparison, other, report.head)) }
    }
    for (name, failure) in report.unproven {
      Output.error("\(visible(name)): \(visible(failure.message))")
    }
    if !report.unproven.isEmpty || report.comparison == .forked { return 3 }
    return report.comparison == .unproven ? 1 : 0
  }

  /// Reads a head from a file, or as it was copied: in lines, or in one.
  private static func head(_ text: String) throws(Failure) -> LogHead {
    var bytes = Array(text.utf8)
    if FileBytes.exists(text) { bytes = try FileBytes.read(text, limit: 64 << 10) }
    if let json = try? JSON(reading: bytes),
      let head = json["head"] ?? json["origin"].map({ _ in json })
    {
      let parts = [
        head["origin"]?.string, head["size"]?.integer.map(String.init), head["root"]?.string,
      ]
      bytes = Array(parts.map { $0 ?? "" }.joined(separator: "\n").utf8)
    }
    let lines = bytes.split { $0 == 0x20 || $0 == 0x0A || $0 == 0x0D }
    return try LogHead(reading: Array(lines.joined(separator: [0x0A])), from: "HEAD of --compare")
  }

  private static func text(_ comparison: LogComparison, _ other: LogHead?, _ head: LogHead)
    -> String
  {
    let size = other?.size ?? 0
    switch comparison {
    case .consistent:
      return size == head.size
        ? "The other hub has seen the same."
        : "The other hub has seen \(size) of the same log."
    case .forked:
      return "The marketplace shows two logs: what the other hub has seen is not how this one "
        + "\(size <= head.size ? "began" : "goes on"). Install nothing from it, and tell others."
    case .unproven:
      return
        "The other hub has seen \(size) releases, more than are to be had here. Ask again with "
        + "another mirror (--from), or give this head to that hub."
    }
  }

  private static func json(_ report: LogReport, _ other: LogHead?) -> JSON {
    var members = JSONObject([
      .init("head", report.head.json),
      .init("proven", .array(report.proven.map { .string($0) })),
      .init(
        "unproven",
        .array(
          report.unproven.map { ["version": .string($0.name), "error": $0.failure.json] })),
    ])
    if let other, let comparison = report.comparison {
      members["compared"] = ["with": other.json, "result": .string(comparison.rawValue)]
    }
    return .object(members)
  }
}
