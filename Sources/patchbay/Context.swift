internal import Glibc
internal import PatchbayCore
internal import PatchbayJSON
internal import PatchbayMarketplace
internal import PatchbayStore
internal import PatchbaySync
internal import PatchbayTerminal

/// What every command has at hand.
struct Context {
  let invocation: Invocation
  let environment: [String: String]
  let terminal = Terminal.current(descriptor: 1)

  init(_ invocation: Invocation) {
    self.invocation = invocation
    environment = Self.readEnvironment()
  }

  var wantsJSON: Bool { invocation.flag("json") }
  var isQuiet: Bool { invocation.flag("quiet") }

  var folder: String {
    invocation.value("data") ?? environment["PATCHBAY_DATA"] ?? "./.patchbay"
  }

  /// Folders with plugins that were not installed: the option, then the environment.
  var pluginFolders: [String] {
    let named = invocation.values("plugins")
    return named + (environment["PATCHBAY_PLUGINS"] ?? "").split(separator: ":").map(String.init)
  }

  /// Whose things the command is about.
  func organisation() throws(Failure) -> Organisation {
    guard let name = invocation.value("org") ?? environment["PATCHBAY_ORG"] else {
      return .standard
    }
    return try Organisation(name)
  }

  /// Refuses what is the whole hub's to whoever acts for another organisation.
  func check(_ scope: VerbScope) throws(Failure) {
    if scope == .program { return }
    let organisation = try organisation()
    if scope == .organisation || organisation.isStandard { return }
    let path = invocation.path.joined(separator: " ")
    throw Failure(
      .permission, "organisation.hub",
      "“\(path)” is about the whole hub, not about the organisation “\(organisation.name)”",
      mend: "whoever runs the hub does it: patchbay \(path), without --org and PATCHBAY_ORG")
  }

  func hub() throws(Failure) -> Hub {
    try Hub(
      folder: folder, organisation: organisation(), pluginFolders: pluginFolders,
      installed: MarketStore.open(folder), isSafeMode: invocation.flag("safe-mode"),
      environment: environment)
  }

  /// The hub as a whole. Makes the data folder where there is none.
  func wholeHub() throws(Failure) -> SQLiteHub {
    try FileBytes.makeFolder(folder)
    return try SQLiteHub(folder: folder)
  }

  /// The marketplace: the one that was named, or the one that comes with the program. With --from
  /// it is looked at in another place, this once.
  func market() throws(Failure) -> Market {
    let places = ["marketplace", "../share/patchbay/marketplace"]
    let standard = places.map { "\(ThisProgram.folder)/\($0)" }
      .first { FileBytes.exists("\($0)/root.json") }
    return try Market(
      folder, host: CommandLineProgram.semantic, standard: standard,
      from: invocation.value("from")
    ).forOneCommand()
  }

  /// Who does what is written down.
  var actor: String { environment["USER"] ?? environment["LOGNAME"] ?? "unknown" }

  /// Writes down what somebody changed.
  func note(_ action: String, _ details: JSON, in hub: Hub? = nil) async throws(Failure) {
    let entry = AuditEntry(atMS: Time.nowMS(), actor: actor, action: action, details: details)
    if let hub { return try await hub.store.note(entry) }
    try await self.hub().store.note(entry)
  }

  /// Asks somebody, who must be there; `--yes` answers for them.
  func agrees(to question: String) throws(Failure) -> Bool {
    if invocation.flag("yes") { return true }
    guard isatty(0) == 1, !wantsJSON else {
      throw Failure(
        .permission, "market.unasked", "not a terminal, so nobody answers: \(question)",
        mend: "read what is shown above, then pass --yes to confirm")
    }
    Output.prompt("\(visible(question)) [y/N] ")
    let answer = readLine()?.lowercased() ?? ""
    return answer == "y" || answer == "yes"
  }

  /// Asks for the whole word yes, for what cannot be undone by a later no. `--yes` answers for
  /// somebody only with the hash of what it is about, in `--sha256`.
  func agreesInFull(to question: String, sha256: String) throws(Failure) -> Bool {
    if let given = invocation.value("sha256"), given != sha256 {
      throw Failure(
        .permission, "plugin.sha256", "the file has the SHA-256 \(sha256), not \(given)",
        mend: "look at what changed; then give the hash of the file that is there")
    }
    if invocation.flag("yes"), invocation.value("sha256") != nil { return true }
    guard isatty(0) == 1, !wantsJSON else {
      throw Failure(
        .permission, "market.unasked", "not a terminal, so nobody answers: \(question)",
        mend: "read what is shown above, then pass --yes --sha256 \(sha256) to confirm")
    }
    Output.prompt("\(visible(question)) Type yes: ")
    return readLine() == "yes"
  }

  func argument(_ index: Int) -> String {
    invocation.arguments.indices.contains(index) ? invocation.arguments[index] : ""
  }

  func number(_ option: String, default initial: Int, in range: ClosedRange<Int>) throws(Failure)
    -> Int
  {
    guard let text = invocation.value(option) else { return initial }
    guard let number = Int(text), range.contains(number) else {
      throw Failure(
        .config, "usage.number",
        "--\(option) takes a number from \(range.lowerBound) to \(range.upperBound), not “\(text)”")
    }
    return number
  }

  /// The value of an option with a few words to choose from, which may have several names; `nil`
  /// where none is given.
  func choice(_ options: [String], among words: [String]) throws(Failure) -> String? {
    let given = options.compactMap { invocation.value($0) }
    guard let word = given.first else { return nil }
    if words.contains(word), given.allSatisfy({ $0 == word }) { return word }
    let near = suggestions(for: word, among: words).first.map { "did you mean \($0)? " } ?? ""
    throw Failure(
      .config, "usage.\(options[0])",
      "there is no \(options[0]) “\(given.joined(separator: " "))”",
      mend: near + "it is one of: " + words.joined(separator: ", "))
  }

  // MARK: Output

  /// A line for people; nothing with --json or --quiet.
  func say(_ text: String) { if !wantsJSON && !isQuiet { Output.line(text) } }

  func print(_ json: JSON) { Output.line(json.prettyText) }

  /// Foreign text in lines as wide as the terminal, of which nothing is cut.
  func printWrapped(_ text: String, indent: Int = 0) {
    let width = terminal.isInteractive ? max(16, terminal.width - indent) : Int.max
    let space = String(repeating: " ", count: indent)
    for line in folded(visible(text), width: width) { Output.line(space + line) }
  }

  func print(_ table: Table) { Output.line(table.render(for: terminal)) }

  /// Shows a failure and returns its exit code.
  func report(_ failure: Failure) -> Int32 {
    if wantsJSON { Output.line(failure.document.prettyText) }
    Output.error("patchbay: \(visible(failure.message))")
    if !failure.mend.isEmpty { Output.error("  → \(visible(failure.mend))") }
    return Self.exitCode(failure)
  }

  static func exitCode(_ failure: Failure) -> Int32 {
    let usage = [
      "usage.", "connection.unknown", "connection.setting", "stream.unknown", "stream.none",
      "plugin.unknown", "query.sql", "query.view", "query.empty", "query.several", "run.unknown",
      "market.unknown", "market.ambiguous", "organisation.unknown", "organisation.name",
    ]
    if usage.contains(where: { failure.code.hasPrefix($0) }) { return 2 }
    return failure.kind == .permission || failure.code == "sync.running" ? 3 : 1
  }

  // MARK: Secrets

  /// Reads where a secret comes from: `env:VARIABLE`, `file:PATH`, or `-` for standard input, where
  /// a person is asked for it by `name` and types it without echo.
  func secret(_ name: String, from source: String) throws(Failure) -> String {
    let text: String
    if source == "-" && isatty(0) == 1 {
      text = try HiddenInput.line("\(visible(name)) (not shown): ")
    } else if source == "-" {
      var line = ""
      while let part = readLine(strippingNewline: true) {
        line = part
        break
      }
      text = line
    } else if source.hasPrefix("env:") {
      let name = String(source.dropFirst(4))
      guard let value = environment[name] else {
        throw Failure(
          .config, "usage.secret", "the variable \(name) is not set",
          mend: "export \(name)=…, then run this again")
      }
      text = value
    } else if source.hasPrefix("file:") {
      let bytes = try FileBytes.read(String(source.dropFirst(5)), limit: 1 << 20)
      guard let read = String(validating: bytes, as: UTF8.self) else {
        throw Failure(.config, "usage.secret", "\(source.dropFirst(5)) is not text")
      }
      text = read
    } else {
      throw Failure(
        .config, "usage.secret", "a secret is not written on the command line",
        mend: "say where it is: env:VARIABLE, file:PATH, or - to type it or pipe it in")
    }
    var value = text[...]
    while let last = value.last, last.isNewline { value.removeLast() }
    // Some editors put a byte order mark in front of a text.
    if value.unicodeScalars.first == "\u{FEFF}" { value = value.dropFirst() }
    if value.isEmpty { throw Failure(.config, "usage.secret", "the secret is empty") }
    return String(value)
  }

  // MARK: The process

  // Unsafe: the environment is the process's own, read once before anything could change it.
  private static func readEnvironment() -> [String: String] {
    var values: [String: String] = [:]
    var entry = unsafe environ
    while let text = unsafe entry.pointee {
      let parts = unsafe String(cString: text).split(separator: "=", maxSplits: 1)
      if parts.count == 2 { values[String(parts[0])] = String(parts[1]) }
      unsafe entry += 1
    }
    return values
  }
}
