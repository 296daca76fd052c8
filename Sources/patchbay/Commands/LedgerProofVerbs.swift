internal import PatchbayCore
internal import PatchbayEgress
internal import PatchbayJSON
internal import PatchbayLedger
internal import PatchbayTerminal

extension Context {
  /// Tells the end of the books to whom the billing policy names: a file, a URL, or both. Returns
  /// where it went.
  @discardableResult
  func publishAnchor() async throws(Failure) -> [String] {
    let (policy, anchor) = try await books().read { (journal) throws(Failure) in
      (try journal.policy(), try journal.anchor(nowMS: Time.nowMS()))
    }
    let line = Array((anchor.text + "\n").utf8)
    do throws(Failure) {
      if let path = policy.anchorFile { try FileBytes.append(path, line) }
      if let url = policy.anchorURL {
        let downloads = try Downloads()
        defer { downloads.close() }
        try await downloads.post(url, line, contentType: "application/json")
      }
    } catch {
      var failure = error
      failure.mend =
        "what was done in the books holds; when that is mended: "
        + "patchbay ledger anchor --publish"
      throw failure
    }
    return [policy.anchorFile, policy.anchorURL].compactMap { $0 }
  }
}

enum LedgerAnchorVerb: Verb {
  static let scope = VerbScope.hub
  static let command = Command(
    ["ledger", "anchor"], summary: "Print what shows later that the books were not set back.",
    discussion: """
      One line of JSON: the last entry with its hash, the roots of closed months, and how many rows
      each table has, with what stands for them. Keep it where whoever has the books cannot change
      it, or publish it. Closing a month appends it to /anchor/file of the billing policy, and sends
      it to /anchor/url by POST; so does --publish. Statements have the end of the books, too.

      Example:
        patchbay ledger anchor >> /mnt/elsewhere/anchors.jsonl
        patchbay ledger verify --anchor /mnt/elsewhere/anchors.jsonl
      """,
    options: [Option("publish", about: "also tell it to whom the billing policy names")])

  static func run(_ context: Context) async throws(Failure) -> Int32 {
    let anchor = try await context.books().read { (journal) throws(Failure) in
      try journal.anchor(nowMS: Time.nowMS())
    }
    Output.text(anchor.text + "\n")
    if context.invocation.flag("publish"), try await context.publishAnchor().isEmpty {
      throw Failure(
        .config, "ledger.anchor", "the billing policy names nobody to publish it to",
        mend: "give it /anchor/file or /anchor/url: patchbay ledger policy FILE")
    }
    return 0
  }

  /// Anchors of a file, a line each, or that of a statement.
  static func read(_ path: String) throws(Failure) -> [JSON] {
    let bytes = try FileBytes.read(path, limit: 256 << 20)
    if let books = (try? JSON(reading: bytes))?["books"] { return [books] }
    let lines = bytes.split(separator: UInt8(ascii: "\n"))
    var found: [JSON] = []
    for line in lines {
      do {
        found.append(try JSON(reading: Array(line)))
      } catch {
        throw Failure(
          .config, "ledger.anchor", "\(path) has a line that is no anchor: \(error)",
          mend: "give the file that “patchbay ledger anchor” wrote, or a statement")
      }
    }
    return found
  }
}

enum LedgerBeginVerb: Verb {
  static let scope = VerbScope.hub
  static let command = Command(
    ["ledger", "begin"], summary: "Begin the books anew where their file is gone.",
    discussion: """
      The first sync begins the books. When ledger.db is gone later, nothing is charged and nothing
      runs that a budget is about: somebody may have taken the file away. Bring it back from a
      backup. Where there is none, --anew begins books without entries: every use that the stores
      still have is charged again, invoices are numbered from the first, and budgets, customers and
      partners wait for the billing policy to be set again.

      Example:
        patchbay ledger begin --anew
      """,
    options: [Option("anew", about: "there is no backup")])

  static func run(_ context: Context) async throws(Failure) -> Int32 {
    guard context.invocation.flag("anew") else {
      throw Failure(
        .config, "usage.option", "--anew is missing",
        mend: "patchbay ledger begin --help says what that does")
    }
    _ = try await context.books(anew: true)
    if context.wantsJSON { context.print(["begun": true]) }
    context.say("The books begin anew; set the billing policy: patchbay ledger policy FILE.")
    return 0
  }
}

enum LedgerHeldVerb: Verb {
  static let scope = VerbScope.hub
  static let command = Command(
    ["ledger", "held"], summary: "List uses that wait for a person, charge one, or drop it.",
    discussion: """
      A use waits where its time cannot be (more than a day before the one before it, or after the
      clock), or where its terms are not those that were signed. With USAGE and --charge it is
      charged, at its own time or at --at; with --drop it never is.

      Example:
        patchbay ledger held
        patchbay ledger held RUN/contacts/1/records_changed --charge --at 2026-11-28T10:00:00Z
      """,
    options: [
      Option("charge", about: "charge it"), Option("drop", about: "never charge it"),
      Option("at", valueName: "TIME", about: "when it was used (RFC 3339)"),
    ], arguments: [Argument("USAGE", about: "as the list names it", isOptional: true)])

  static func run(_ context: Context) async throws(Failure) -> Int32 {
    guard let usage = context.invocation.arguments.first else {
      return list(
        try await context.ledger().read { (journal) throws(Failure) in try journal.waitingUses() },
        context)
    }
    let (charges, drops) = (context.invocation.flag("charge"), context.invocation.flag("drop"))
    if charges == drops {
      throw Failure(
        .config, "usage.option", "it is not said what becomes of “\(usage)”",
        mend: "add --charge or --drop")
    }
    let at = context.invocation.value("at")
    let atMS = at.flatMap { Time.parse($0) }
    if let at, atMS == nil {
      throw Failure(
        .config, "usage.time", "“\(at)” is no time", mend: "write it as in 2026-11-28T10:00:00Z")
    }
    let report = try await context.books().write { (journal) throws(Failure) in
      try journal.decide(usage, charges: charges, atMS: atMS, nowMS: Time.nowMS())
    }
    if context.wantsJSON {
      context.print([
        "usage": .string(usage), "charged": .bool(charges),
        "charges": .integer(Int64(report.charges)),
      ])
    }
    context.say(charges ? "\(visible(usage)) is charged." : "\(visible(usage)) is dropped.")
    return 0
  }

  private static func list(_ uses: [WaitingUse], _ context: Context) -> Int32 {
    if context.wantsJSON {
      context.print(.array(uses.map(\.json)))
      return 0
    }
    let open = uses.filter { $0.status == "waiting" }
    if open.isEmpty { context.say("Nothing waits for a decision.") }
    for use in open {
      context.say(
        "\(visible(use.event.key)): \(use.event.quantity) \(use.event.meter.rawValue) of "
          + "\(visible(use.event.plugin)) by \(visible(use.event.customer))\n  "
          + visible(use.reason))
    }
    return 0
  }
}
