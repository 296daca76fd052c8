internal import PatchbayCore
internal import PatchbayJSON
internal import PatchbayStore
internal import PatchbaySync
internal import PatchbayTerminal

enum SyncWriteVerb: Verb {
  static let command = Command(
    ["sync", "write"], summary: "Bring records from a file to the vendor.",
    discussion: """
      FILE has one JSON object a line. Only members that differ from what is stored are sent. What
      changed at the vendor is read first, so that nobody's change is overwritten unseen.

        {"key":"501","record":{"properties":{"phone":"+49 30 1"}}}
        {"action":"create","record":{"properties":{"email":"ada@example.org"}}}
        {"action":"delete","key":"502"}

      Without an action, the record is updated. A file that was interrupted is given again: each of
      its lines is taken once. Without FILE, what earlier runs left is sent.

      Examples:
        patchbay sync write crm contacts changes.ndjson --dry-run
        patchbay sync write crm contacts changes.ndjson --conflicts newest
      """,
    options: [
      Option("dry-run", about: "show what would be sent, and send nothing"),
      Option(
        "conflicts", valueName: "POLICY",
        about: "what was changed on both sides: ask (default), source, newest or fields"),
      Option("no-read", about: "do not read first what changed at the vendor"),
    ],
    arguments: [
      Argument("CONNECTION", about: "which one", completion: .dynamic("connections")),
      Argument("STREAM", about: "whose records"),
      Argument("FILE", about: "the records", isOptional: true, completion: .files),
    ])

  static func run(_ context: Context) async throws(Failure) -> Int32 {
    let (name, stream) = (context.argument(0), context.argument(1))
    var options = WriteRun.Options()
    options.isDry = context.invocation.flag("dry-run")
    if let text = context.invocation.value("conflicts") {
      guard let policy = WritePolicy(rawValue: text) else {
        throw Failure(
          .config, "usage.conflicts", "“\(text)” is no policy",
          mend: "one of \(WritePolicy.names.joined(separator: ", "))")
      }
      options.policy = policy
    }
    var file: WriteFile?
    if let path = context.invocation.arguments.dropFirst(2).first {
      file = try WriteFile(reading: try FileBytes.read(path, limit: WriteFile.limit), from: path)
    }
    let hub = try context.hub()
    let connection = try await hub.open(name)
    let gate = try await context.gate(hub)
    let run = try WriteRun(
      hub: hub, connection: connection, stream: stream, options: options, gate: gate)
    let reads = !context.invocation.flag("no-read") && !options.isDry
    let summary = try await withSignals { [file] () async throws(Failure) in
      if reads {
        try await run.readChanges { context.say($0) }
      }
      return try await run.execute(file, actor: context.actor)
    }
    if context.wantsJSON {
      context.print(options.isDry ? summary.dryJSON : summary.json)
    } else if options.isDry {
      showChanges(summary, context)
    } else {
      show(summary, name, context)
    }
    if let failure = summary.failure { return context.report(failure) }
    let open =
      summary.unknown + summary.outcomes["failed", default: 0]
      + summary.outcomes["conflict", default: 0]
    return open > 0 && !options.isDry ? 1 : 0
  }

  private static func showChanges(_ summary: WriteRun.Summary, _ context: Context) {
    for entry in summary.changes {
      context.printWrapped("\(entry.action) \(entry.key ?? "")")
      if entry.base != .null { context.printWrapped("- \(entry.base.text)", indent: 2) }
      if entry.action != "delete" { context.printWrapped("+ \(entry.record.text)", indent: 2) }
    }
    context.say(
      "\(summary.changes.count) records would be sent; \(summary.unchanged) lines change nothing.")
  }

  private static func show(_ summary: WriteRun.Summary, _ name: String, _ context: Context) {
    let parts = summary.outcomes.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }
    context.printWrapped(
      parts.isEmpty ? "Nothing was to be written." : parts.joined(separator: ", ") + ".")
    if summary.unchanged > 0 { context.say("\(summary.unchanged) lines change nothing.") }
    if summary.known > 0 {
      context.say("\(summary.known) lines were taken from this file before.")
    }
    if summary.outcomes["conflict"] != nil {
      context.say("Changed on both sides: patchbay sync conflicts \(name)")
    }
    if summary.unknown > 0 || summary.outcomes["failed"] != nil {
      context.say("Refused, or of unknown fate: patchbay sync writes \(name)")
    }
    if summary.waiting > 0 { context.say("\(summary.waiting) are still to be sent.") }
  }
}

extension WriteRun.Summary {
  /// As `--dry-run --json` prints it.
  fileprivate var dryJSON: JSON {
    [
      "unchanged_lines": .integer(unchanged),
      "changes": .array(changes.map(\.shown)),
    ]
  }
}

extension WriteEntry {
  /// As `--json` prints it; `outcome` is what came of it, or why it is where it is.
  fileprivate var shown: JSON {
    var object = JSONObject([
      .init("id", .integer(id)), .init("stream", .string(stream)),
      .init("action", .string(action)), .init("state", .string(state.rawValue)),
      .init("record", record), .init("base", base), .init("outcome", outcome),
      .init("attempts", .integer(attempts)), .init("changed", .string(Time.format(changedMS))),
      .init("at", .string(Time.format(atMS))),
    ])
    object["key"] = key.map { .string($0) }
    return .object(object)
  }

  fileprivate var why: String {
    outcome["error"]?["message"]?.string ?? outcome["reason"]?.string ?? ""
  }
}

private let idOption = Option("id", valueName: "NUMBER", about: "only this one; default all")

extension Context {
  /// Records that are shown at once.
  fileprivate static let shownLimit = 1000

  fileprivate func entryID() throws(Failure) -> Int64? {
    guard let text = invocation.value("id") else { return nil }
    guard let id = Int64(text), id > 0 else {
      throw Failure(.config, "usage.id", "“\(text)” is no number of a record")
    }
    return id
  }

  fileprivate func decide(_ decision: WriteDecision, _ hub: Hub) async throws(Failure) -> Int32 {
    let name = argument(0)
    let count = try await hub.decide(decision, name, id: entryID(), actor: actor)
    if wantsJSON { print(["decided": .integer(Int64(count))]) }
    let isSent = decision == .ours || decision == .retry
    say(
      "\(count) records: \(decision.rawValue)."
        + (isSent && count > 0 ? " They are sent by: patchbay sync write \(name) STREAM" : ""))
    return 0
  }
}

enum SyncWritesVerb: Verb {
  static let command = Command(
    ["sync", "writes"],
    summary: "Show records on their way to the vendor, and what became of them.",
    discussion: """
      Without options, those that need somebody: refused by the vendor, or of unknown fate. What is
      unknown may have been written, and is not sent again by itself where the vendor would do it
      twice.

      Examples:
        patchbay sync writes crm
        patchbay sync writes crm --retry --id 12
      """,
    options: [
      Option("all", about: "also what waits and what is done"),
      Option("retry", about: "send again what was refused, or is of unknown fate"),
      Option("dismiss", about: "give up what was refused, is of unknown fate, or waits"),
      idOption,
    ],
    arguments: [
      Argument("CONNECTION", about: "which one", completion: .dynamic("connections"))
    ])

  static func run(_ context: Context) async throws(Failure) -> Int32 {
    let hub = try context.hub()
    if context.invocation.flag("retry") { return try await context.decide(.retry, hub) }
    if context.invocation.flag("dismiss") { return try await context.decide(.dismiss, hub) }
    let states: Set<WriteEntry.State> =
      context.invocation.flag("all")
      ? Set(WriteEntry.State.allCases) : [.failed, .unknown, .conflict]
    let entries = try await hub.store.writes(
      context.argument(0), stream: nil, states, after: 0, limit: Context.shownLimit)
    if context.wantsJSON {
      context.print(.array(entries.map(\.shown)))
      return 0
    }
    context.print(
      Table(
        [
          .init("id"), .init("stream"), .init("action"), .init("key", mayShrink: true),
          .init("state"), .init("why", mayShrink: true),
        ],
        rows: entries.map {
          ["\($0.id)", $0.stream, $0.action, $0.key ?? "", $0.state.rawValue, $0.why]
        }))
    return 0
  }
}

enum SyncConflictsVerb: Verb {
  static let command = Command(
    ["sync", "conflicts"], summary: "Show records that were changed on both sides, and decide.",
    discussion: """
      Examples:
        patchbay sync conflicts crm
        patchbay sync conflicts crm --take theirs --id 12
        patchbay sync conflicts crm --take ours
      """,
    options: [
      Option(
        "take", valueName: "SIDE", about: "ours: send the change; theirs: leave what the vendor has"
      ),
      idOption,
    ],
    arguments: [
      Argument("CONNECTION", about: "which one", completion: .dynamic("connections"))
    ])

  static func run(_ context: Context) async throws(Failure) -> Int32 {
    let hub = try context.hub()
    if let side = context.invocation.value("take") {
      guard let decision = WriteDecision(rawValue: side), [.ours, .theirs].contains(decision) else {
        throw Failure(.config, "usage.take", "“\(side)” is no side", mend: "ours or theirs")
      }
      return try await context.decide(decision, hub)
    }
    let conflicts = try await hub.conflicts(context.argument(0), limit: Context.shownLimit)
    if context.wantsJSON {
      context.print(
        .array(
          conflicts.map { conflict in
            let theirs = conflict.theirs.flatMap { try? JSON(reading: $0.raw) } ?? .null
            return ["ours": conflict.entry.shown, "theirs": theirs]
          }))
      return 0
    }
    for conflict in conflicts {
      let entry = conflict.entry
      context.printWrapped(
        "\(entry.id)  \(entry.stream) \(entry.key ?? ""): \(entry.action); \(entry.why)")
      context.printWrapped("seen    \(entry.base.text)", indent: 2)
      if entry.action != "delete" {
        context.printWrapped("ours    \(entry.record.text)", indent: 2)
      }
      context.printWrapped("theirs  \(conflict.theirs?.raw ?? "deleted")", indent: 2)
    }
    context.say("\(conflicts.count) records were changed on both sides.")
    return 0
  }
}
