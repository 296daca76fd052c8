internal import PatchbayCore
internal import PatchbayJSON
internal import PatchbayLedger
internal import PatchbayStore
internal import PatchbaySync
internal import PatchbayTerminal

extension Context {
  /// The books, with all that was used until now in them.
  fileprivate func ledger() async throws(Failure) -> Ledger {
    let hub = try hub()
    let ledger = try Ledger(
      folder, key: try MasterKey.load(folder: folder, environment: environment))
    _ = try await ledger.rate(from: hub.store)
    return ledger
  }
}

enum LedgerStatementVerb: Verb {
  static let command = Command(
    ["ledger", "statement"], summary: "Show what a partner earned in a month.",
    discussion: """
      Charges are summed by plugin, version and meter. --csv and --json have each of them: which
      file of the plugin, the terms that were signed, how much was used, what it cost and what of
      it is the partner's. --json also has what proves each line under the root of the month: the
      partner checks it with “patchbay ledger check”, without these books.

      Example:
        patchbay ledger statement --partner acme --period 2026-11
      """,
    options: [
      Option("partner", valueName: "P", isRequired: true, about: "as in the terms of a plugin"),
      Option("period", valueName: "YYYY-MM", about: "the month (default: this one)"),
      Option("csv", about: "print comma-separated values"),
    ])

  static func run(_ context: Context) async throws(Failure) -> Int32 {
    let today = String(Time.format(Time.nowMS()).prefix(7))
    let statements = try await context.ledger().statements(
      of: context.invocation.value("partner") ?? "",
      context.invocation.value("period") ?? today)
    if context.invocation.flag("csv") {
      for statement in statements { Output.line(statement.csv) }
    } else if context.wantsJSON {
      context.print(.array(statements.map(\.json)))
    } else {
      if statements.isEmpty { context.say("Nothing was charged up to then.") }
      for statement in statements { show(statement, context) }
    }
    return 0
  }

  private static func show(_ statement: PartnerStatement, _ context: Context) {
    context.print(
      Table(
        [
          .init("kind"), .init("plugin", mayShrink: true), .init("meter"),
          .init("entries", alignment: .right), .init("used", alignment: .right),
          .init("charged", alignment: .right),
          .init(statement.currency.code, alignment: .right),
        ],
        rows: sums(of: statement).map { sum in
          [
            sum.kind, visible(sum.plugin), sum.meter, String(sum.entries), String(sum.used),
            sum.charged.decimalText, sum.amount.decimalText,
          ]
        }))
    context.say(
      "\(visible(statement.partner)), \(statement.period): opening "
        + "\(statement.opening.decimalText), closing \(statement.closing.decimalText) "
        + "\(statement.currency)")
    context.say(
      "root of the month\(statement.isClosed ? "" : ", which is still open"): "
        + Digest.hex(statement.root))
  }
}

/// Lines of a statement that say the same of different uses.
private struct StatementSum {
  let kind: String
  let plugin: String
  let meter: String
  var entries = 0
  var used: Int128 = 0
  var charged: Micros = 0
  var amount: Micros = 0
}

private func sums(of statement: PartnerStatement) -> [StatementSum] {
  var order: [String] = []
  var found: [String: StatementSum] = [:]
  for line in statement.lines {
    func text(_ name: String) -> String { line.details[name]?.plainText ?? "" }
    let plugin = "\(text("plugin")) \(text("version"))"
    let key = [line.kind, plugin, text("meter")].joined(separator: "\n")
    if found[key] == nil { order.append(key) }
    var sum = found[key] ?? StatementSum(kind: line.kind, plugin: plugin, meter: text("meter"))
    sum.entries += 1
    sum.used += Int128(line.details["quantity"]?.integer ?? 0)
    sum.charged += Micros(decimal: text("charge")) ?? 0
    sum.amount += line.amount
    found[key] = sum
  }
  return order.compactMap { found[$0] }
}

enum LedgerVerifyVerb: Verb {
  static let command = Command(
    ["ledger", "verify"], summary: "Compute the books anew; name the first entry that is wrong.",
    discussion: "Finds entries that were changed, removed, added or moved by other hands.")

  static func run(_ context: Context) async throws(Failure) -> Int32 {
    let hub = try context.hub()
    let ledger = try Ledger(
      hub.folder,
      key: try MasterKey.load(folder: hub.folder, environment: context.environment))
    let check = try await ledger.verify()
    if context.wantsJSON {
      var json = JSONObject([
        .init("entries", .integer(check.entries)), .init("ok", .bool(check.problem == nil)),
      ])
      if let problem = check.problem {
        json["entry"] = .integer(problem.entry)
        json["problem"] = .string(problem.what)
      }
      context.print(.object(json))
    }
    guard let problem = check.problem else {
      context.say("\(check.entries) entries are as they were written.")
      return 0
    }
    Output.error("patchbay: entry \(problem.entry): \(visible(problem.what))")
    Output.error("  → restore ledger.db from a backup, and compare the two from there on")
    return 1
  }
}

enum LedgerCheckVerb: Verb {
  static let command = Command(
    ["ledger", "check"], summary: "Check a statement that you got, without the books.",
    discussion: """
      For partners. Looks whether each line is an entry under the root of the month, and whether the
      sums are right. With --root the root must be the one that was published.
      """,
    options: [Option("root", valueName: "HEX", about: "the root as it was published")],
    arguments: [
      Argument("FILE.json", about: "what ledger statement --json printed", completion: .files)
    ])

  static func run(_ context: Context) async throws(Failure) -> Int32 {
    let path = context.argument(0)
    let json: JSON
    do {
      json = try JSON(reading: FileBytes.read(path, limit: 1 << 30))
    } catch {
      throw Failure(.config, "ledger.statement", "\(path) cannot be read: \(error)")
    }
    var problems: [String] = []
    var lines = 0
    for statement in json.array ?? [json] {
      let check = try StatementCheck(statement, root: context.invocation.value("root"))
      problems += check.problems
      lines += check.lines
    }
    if context.wantsJSON {
      context.print([
        "ok": .bool(problems.isEmpty), "lines": .integer(Int64(lines)),
        "problems": .array(problems.map { .string($0) }),
      ])
    }
    for problem in problems { Output.error("patchbay: \(visible(problem))") }
    if problems.isEmpty { context.say("\(lines) lines are in the books, and the sums are right.") }
    return problems.isEmpty ? 0 : 1
  }
}

enum LedgerExportVerb: Verb {
  static let command = Command(
    ["ledger", "export"], summary: "Print the books for hledger, ledger or beancount.",
    discussion: "Example:\n  patchbay ledger export --format hledger | hledger -f - check -s",
    options: [
      Option(
        "format", valueName: "NAME", isRequired: true, about: "hledger, ledger or beancount",
        completion: .choices(ExportFormat.allCases.map(\.rawValue)))
    ])

  static func run(_ context: Context) async throws(Failure) -> Int32 {
    let name = context.invocation.value("format") ?? ""
    guard let format = ExportFormat(rawValue: name) else {
      throw Failure(
        .config, "usage.format", "“\(name)” is no format",
        mend: "it is one of hledger, ledger, beancount")
    }
    try await context.ledger().export(format) { Output.text($0) }
    return 0
  }
}

enum LedgerCloseVerb: Verb {
  static let command = Command(
    ["ledger", "close"], summary: "Close a month: nothing is added to it any more.",
    discussion: """
      Prints the root of the month, which stands for all of its entries: publish it. What is used
      late goes to the next month that is open.
      """,
    arguments: [Argument("YYYY-MM", about: "a month that is over")])

  static func run(_ context: Context) async throws(Failure) -> Int32 {
    let closed = try await context.ledger().close(context.argument(0), nowMS: Time.nowMS())
    let root = Digest.hex(closed.root)
    context.say("\(closed.period) is closed, with \(closed.count) entries. Its root: \(root)")
    if context.wantsJSON {
      context.print([
        "period": .string(closed.period), "entries": .integer(Int64(closed.count)),
        "root": .string(root),
      ])
    }
    return 0
  }
}
