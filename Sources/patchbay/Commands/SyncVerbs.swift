internal import Glibc
internal import PatchbayCore
internal import PatchbayJSON
internal import PatchbayStore
internal import PatchbaySync
internal import PatchbayTerminal

enum SyncRunVerb: Verb {
  static let command = Command(
    ["sync", "run"], summary: "Fetch what is new, or everything the first time.",
    discussion: """
      An interrupted run goes on where it stopped. A full sync also marks as deleted what the vendor
      no longer has.

      Examples:
        patchbay sync run crm
        patchbay sync run crm --stream contacts --full
      """,
    options: [
      Option(
        "stream", short: "s", valueName: "NAME", isRepeated: true,
        about: "only this stream; default the plugin's usual ones"),
      Option("full", about: "read everything again"),
      Option(
        "accept-deletions",
        about: "mark as deleted what a full sync did not see, however much that is"),
      Option(
        "reset",
        about: "forget the state after a change of settings: read all, mark what is not there"),
      Option(
        "transcript", valueName: "FILE",
        about: "write down all that the plugin hears and says, without secrets",
        completion: .files),
      Option("strict", about: "fail where records had to be set aside as unreadable"),
    ],
    arguments: [
      Argument("CONNECTION", about: "which one", completion: .dynamic("connections"))
    ])

  static func run(_ context: Context) async throws(Failure) -> Int32 {
    let hub = try context.hub()
    let connection = try await hub.open(context.argument(0))
    let live = LiveProgress(isQuiet: context.isQuiet || context.wantsJSON)
    let options = SyncRun.Options(
      streams: context.invocation.values("stream"), isFull: context.invocation.flag("full"),
      acceptsDeletions: context.invocation.flag("accept-deletions"),
      resets: context.invocation.flag("reset"),
      transcript: context.invocation.value("transcript"))
    let gate = try await context.gate(hub)
    let run = SyncRun(hub: hub, connection: connection, options: options, gate: gate) { event in
      show(event, live)
    }
    let summary = try await withSignals { () async throws(Failure) in try await run.execute() }
    live.finish()
    let costs =
      connection.hasPrices ? await context.costs(ofRun: summary.run, begins: true) : nil
    if context.wantsJSON {
      context.print(summary.json.adding(costs))
    } else {
      print(summary, context)
      if let costs { context.say(costs.text) }
    }
    for report in summary.streams {
      guard let failure = report.failure, !context.wantsJSON else { continue }
      Output.error("\(report.stream): \(visible(failure.message))")
      if !failure.mend.isEmpty { Output.error("  → \(visible(failure.mend))") }
    }
    return exitCode(summary, isStrict: context.invocation.flag("strict"), context)
  }

  private static func exitCode(_ summary: SyncRun.Summary, isStrict: Bool, _ context: Context)
    -> Int32
  {
    let dead = summary.counters.dead
    if dead > 0 && !context.wantsJSON {
      Output.error(
        "\(dead) records were set aside; see them with: "
          + "patchbay records \(summary.connection) STREAM --dead")
    }
    if summary.status != "done" { return 1 }
    return isStrict && dead > 0 ? 1 : 0
  }

  private static func show(_ event: RunEvent, _ live: LiveProgress) {
    switch event {
    case .waiting(let stream, let text, let kind):
      live.wait(stream, note: visible(text), kind: kind)
    case .note(let stream, let text): live.log("\(stream): \(visible(text))")
    case .progress(let report):
      let state: ProgressBoard.State =
        switch report.status {
        case .running: .running
        case .done: .done
        default: .failed
        }
      live.update(
        report.stream, label: report.stream, done: report.counters.read, total: report.total,
        note: report.failure.map { visible($0.message) } ?? report.pass.rawValue, state: state)
    }
  }

  private static func print(_ summary: SyncRun.Summary, _ context: Context) {
    func count(_ value: Int64) -> String { formatCount(value) }
    context.print(
      Table(
        [
          .init("stream", mayShrink: true), .init("pass"), .init("result"),
          .init("read", alignment: .right), .init("new", alignment: .right),
          .init("changed", alignment: .right), .init("same", alignment: .right),
          .init("deleted", alignment: .right), .init("dead", alignment: .right),
          .init("time", alignment: .right),
        ],
        rows: summary.streams.map {
          let counters = $0.counters
          return [
            $0.stream, $0.pass.rawValue, $0.status.rawValue, count(counters.read),
            count(counters.inserted), count(counters.updated), count(counters.unchanged),
            count(counters.deleted), count(counters.dead),
            formatDuration(($0.finishedMS ?? $0.startedMS) - $0.startedMS),
          ]
        }))
    let json = summary.json
    context.say(
      "run \(summary.run): \(summary.status), \(json["requests"]?.text ?? "0") requests, "
        + "\(json["retries"]?.text ?? "0") retries, "
        + "\(formatBytes(json["bytes_in"]?.integer ?? 0)) in "
        + formatDuration(json["ms"]?.integer ?? 0))
  }
}

/// Statuses as they are: a run whose process is gone is not running.
private func status(of run: RunRecord, in hub: Hub) async throws(Failure) -> String {
  guard run.status == "running", !SyncRun.isAlive(hub, run.id) else { return run.status }
  // It may have come to its end just now.
  let latest = try await hub.store.run(run.id)?.status ?? run.status
  return latest == "running" ? "interrupted" : latest
}

enum SyncListVerb: Verb {
  static let command = Command(
    ["sync", "list"], summary: "Show the latest runs.",
    options: [Option("limit", short: "n", valueName: "N", about: "how many (20)")])

  static func run(_ context: Context) async throws(Failure) -> Int32 {
    let hub = try context.hub()
    let limit = try context.number("limit", default: 20, in: 1...1000)
    var rows: [[String]] = []
    var list: [JSON] = []
    for run in try await hub.store.runs(limit: limit) {
      let status = try await status(of: run, in: hub)
      let streams = run.summary["streams"]?.array ?? []
      let read = streams.reduce(Int64(0)) { $0.adding(clamped: $1["read"]?.integer ?? 0) }
      let duration = run.finishedMS.map { formatDuration($0 - run.startedMS) } ?? ""
      rows.append([
        run.id, run.connection, status, Time.format(run.startedMS), formatCount(read), duration,
      ])
      list.append([
        "run": .string(run.id), "connection": .string(run.connection), "status": .string(status),
        "started": .string(Time.format(run.startedMS)), "read": .integer(read),
      ])
    }
    if context.wantsJSON {
      context.print(.array(list))
    } else if rows.isEmpty {
      context.say("No runs yet. Start one: patchbay sync run CONNECTION")
    } else {
      context.print(
        Table(
          [
            .init("run"), .init("connection", mayShrink: true), .init("status"), .init("started"),
            .init("read", alignment: .right), .init("time", alignment: .right),
          ], rows: rows))
    }
    return 0
  }
}

private func found(_ id: String, in hub: Hub) async throws(Failure) -> RunRecord {
  guard let run = try await hub.store.run(id) else {
    throw Failure(
      .config, "run.unknown", "there is no run “\(id)”", mend: "see: patchbay sync list")
  }
  return run
}

private let runArgument = Argument("RUN", about: "the run's id", completion: .dynamic("runs"))

enum SyncShowVerb: Verb {
  static let command = Command(
    ["sync", "show"], summary: "Show what a run did.", arguments: [runArgument])

  static func run(_ context: Context) async throws(Failure) -> Int32 {
    let hub = try context.hub()
    let run = try await found(context.argument(0), in: hub)
    let status = try await status(of: run, in: hub)
    if context.wantsJSON {
      var summary = run.summary.object ?? JSONObject()
      summary["run"] = .string(run.id)
      summary["status"] = .string(status)
      context.print(JSON.object(summary).adding(await context.costs(ofRun: run.id)))
      return 0
    }
    Output.line(
      "run \(run.id) of \(run.connection): \(status), started \(Time.format(run.startedMS))")
    for stream in run.summary["streams"]?.array ?? [] {
      let members = stream.object?.members.filter { $0.name != "error" && $0.name != "notes" } ?? []
      Output.line(
        "  "
          + members.map { "\($0.name) \($0.value.plainText ?? $0.value.text)" }.joined(
            separator: ", "))
      if let error = stream["error"] {
        Output.line("    error: \(visible(Failure(head: error).message))")
      }
      for note in stream["notes"]?.array ?? [] {
        Output.line("    note: \(visible(note.string ?? ""))")
      }
    }
    if let costs = await context.costs(ofRun: run.id), !costs.lines.isEmpty {
      Output.line(costs.text)
    }
    return 0
  }
}

enum SyncCancelVerb: Verb {
  static let command = Command(
    ["sync", "cancel"], summary: "Stop a run; what it stored stays, the next one goes on there.",
    arguments: [runArgument])

  static func run(_ context: Context) async throws(Failure) -> Int32 {
    let hub = try context.hub()
    let run = try await found(context.argument(0), in: hub)
    let status = try await status(of: run, in: hub)
    guard status == "running" else {
      throw Failure(
        .conflict, "run.over", "the run \(run.id) is over: \(status)",
        mend: "see what it did: patchbay sync show \(run.id)")
    }
    _ = try await hub.store.requestCancel(run.id, nowMS: Time.nowMS())
    if context.wantsJSON { context.print(["cancelling": .string(run.id)]) }
    context.say("Asked \(run.id) to stop.")
    return 0
  }
}
