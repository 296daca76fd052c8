internal import Glibc
internal import PatchbayCore
internal import PatchbayHost
internal import PatchbayJSON
internal import PatchbaySDKTesting
internal import PatchbayTerminal

enum PluginDevVerb: Verb {
  static let scope = VerbScope.program

  static let command = Command(
    ["plugin", "dev"], summary: "Build and test a plugin each time that its source is saved.",
    discussion: """
      Builds the plugin in FOLDER (with make, unless --build says otherwise), tries it by the rules
      of “plugin test”, does the transcripts in Fixtures again, says what failed and what to do, and
      waits for the next save. Ctrl-C ends it, and the build that is running.

      The last plugin that passed is kept: FOLDER/.build/dev/good always leads to it. Builds are
      tested from copies, so that nothing which runs is disturbed by the next one.

      Names that begin with a dot, .so, .o and backup files, and the folder target are not looked
      at. With --json each event is an object on a line of its own. With --once the exit code is 0
      if all passed, and 1 otherwise.

      Examples:
        patchbay plugin dev acme-books
        patchbay plugin dev acme-books --build 'make && make own-tests'
        patchbay plugin dev acme-books --once --json
      """,
    options: [
      Option("once", about: "build and test once, without waiting: for build servers"),
      Option(
        "build", valueName: "COMMAND",
        about: "what builds it, a line for the shell that runs in FOLDER (default: make)"),
      Option(
        "rule", valueName: "ID", isRepeated: true, about: "only this rule of “plugin test”",
        completion: .choices(KitRule.all.map(\.id))),
      Option(
        "ignore", valueName: "NAME", isRepeated: true,
        about: "a file or folder in FOLDER that is not source, such as what the build writes"),
    ],
    arguments: [
      Argument(
        "FOLDER", about: "the plugin's folder (default: this one)", isOptional: true,
        completion: .directories)
    ])

  static func run(_ context: Context) async throws(Failure) -> Int32 {
    let named = context.invocation.arguments.first ?? "."
    let folder = try DevFolder(named, build: context.invocation.value("build"))
    let ignored = context.invocation.values("ignore")
    let rules = context.invocation.values("rule")
    let isOnce = context.invocation.flag("once")
    let stop = try StopSwitch()
    // The build is in a group of its own, and does not hear of a terminal that is closed.
    let signals = try StopSignals(of: [SIGINT, SIGTERM, SIGHUP]) {
      if stop.isSet { exit(130) }
      stop.set()
    }
    defer { signals.end() }
    return try await SerialQueue("dev").run { () throws(Failure) -> Int32 in
      let display = DevDisplay(context, named: named)
      let dev = try PluginDev(folder, ignoring: ignored, rules: rules, stop: stop) { event in
        display.show(event)
        if Output.isBroken { stop.set() }
      }
      if isOnce, let round = dev.once() { return round.hasPassed ? 0 : 1 }
      if !isOnce { try dev.run() }
      display.finish()
      return 130
    }
  }
}

/// Shows what happens while a plugin is worked on: events for machines, or lines for people.
private final class DevDisplay {
  private let context: Context
  private let folder: String
  private var live: LiveProgress?
  private var command = ""
  /// What the live line is of.
  private var phase = ""

  init(_ context: Context, named folder: String) {
    self.context = context
    self.folder = folder.hasSuffix("/") ? String(folder.dropLast()) : folder
  }

  func show(_ event: DevEvent) {
    if context.wantsJSON {
      if let json = event.json { Output.line(json.text) }
      return
    }
    switch event {
    case .begun(_, let command):
      self.command = command
      context.say("\(visible(folder)): built with \(visible(command)); Ctrl-C ends.")
    case .building(let line): update("build", note: visible(line.isEmpty ? command : line))
    case .built(let outcome): built(outcome)
    case .testing(let name, let done, let total):
      update("test", done: Int64(done), total: Int64(total), note: visible(name))
    case .rule(let entry): rule(entry)
    case .replayed(let file, _, let difference):
      if let difference { replayed(file, difference) }
    case .failed(let failure):
      finish()
      _ = context.report(failure)
    case .ended(let round): ended(round)
    case .waiting: update("wait", state: .waiting("a save in \(folder)"))
    case .changed(let files):
      let names = files.prefix(5).joined(separator: ", ")
      let more = files.count > 5 ? " and \(files.count - 5) more" : ""
      let what = files.isEmpty ? "much at once" : names + more
      finish("wait", note: "saved: \(what)", state: .done)
    case .looping(let files, let builds):
      finish()
      Output.error(
        "patchbay: \(builds) builds in a row changed files of the source: "
          + visible(files.joined(separator: ", ")))
      Output.error("  → pass --ignore for what the build writes; the next save builds again")
    }
  }

  /// Leaves the live line as it is on the screen.
  func finish() {
    live?.finish()
    (live, phase) = (nil, "")
  }

  private func update(
    _ name: String, done: Int64? = nil, total: Int64? = nil, note: String? = nil,
    state: ProgressBoard.State? = nil
  ) {
    if phase != name { finish() }
    let line = live ?? LiveProgress(isQuiet: context.isQuiet)
    (live, phase) = (line, name)
    line.update(name, done: done, total: total, note: note, state: state)
  }

  private func finish(_ name: String, note: String, state: ProgressBoard.State) {
    update(name, note: note, state: state)
    finish()
  }

  private func built(_ outcome: BuildCommand.Outcome) {
    if outcome.hasPassed { return finish("build", note: "", state: .done) }
    finish("build", note: "exit code \(outcome.exitCode)", state: .failed)
    for line in outcome.output.split(whereSeparator: \.isNewline) {
      Output.error(visible(String(line)))
    }
    fail("build: \(visible(command)) ended with exit code \(outcome.exitCode)", [], outcome.mend)
  }

  private func rule(_ entry: KitReport.Entry) {
    guard case .failed(let why) = entry.verdict else { return }
    fail(
      "\(entry.rule.id): \(entry.rule.about)", [visible(why)],
      "correct it and save, or look at this rule alone: patchbay plugin test "
        + "\(visible(folder))/*.so --rule \(entry.rule.id)")
  }

  private func replayed(_ file: String, _ difference: Replay.Difference) {
    fail(
      "\(visible(file)): session \(difference.session), step \(difference.step) differs",
      [
        "transcript: \(visible(difference.wanted.text))",
        "plugin:     \(visible(difference.found.text))",
      ],
      "undo what changed it or, if it is meant, record the conversation again: "
        + "patchbay sync run NAME --full --transcript \(visible("\(folder)/\(file)"))")
  }

  /// What failed, why, and what to do.
  private func fail(_ what: String, _ why: [String], _ mend: String) {
    finish()
    Output.error("FAIL  \(what)")
    for line in why { Output.error("      \(line)") }
    Output.error("  → \(mend)")
  }

  private func ended(_ round: DevRound) {
    let time = formatDuration(round.milliseconds)
    let state: ProgressBoard.State = round.hasPassed ? .done : .failed
    if phase == "test" {
      update("test", done: Int64(round.rules + round.transcripts), state: state)
    }
    finish()
    if round.hasPassed, let plugin = round.plugin {
      context.say(
        "\(plugin.id) \(plugin.version) passed in \(time): \(counted(round.rules, "rule")), "
          + "\(counted(round.transcripts, "transcript")). Kept: \(place(plugin))")
      if round.transcripts == 0 {
        context.say(
          "  → without transcripts most rules have nothing to look at; record one: "
            + "patchbay sync run NAME --full --transcript \(visible(folder))/Fixtures/run.ndjson")
      }
      return
    }
    Output.error("Round \(round.number) failed: \(visible(round.failures.joined(separator: ", ")))")
    Output.error(
      round.good.map { "      the last good plugin is kept: \(place($0))" }
        ?? "      there is no good plugin yet")
  }

  private func place(_ plugin: DevPlugin) -> String {
    "\(visible(folder))/.build/dev/good, \(plugin.id) \(plugin.version) "
      + "(sha256 \(plugin.sha256.prefix(12))…)"
  }

  private func counted(_ count: Int, _ what: String) -> String {
    count == 1 ? "1 \(what)" : "\(count) \(what)s"
  }
}
