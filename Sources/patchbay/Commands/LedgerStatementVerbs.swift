internal import PatchbayCore
internal import PatchbayCrypto
internal import PatchbayJSON
internal import PatchbayLedger
internal import PatchbayTerminal

enum LedgerStatementVerb: Verb {
  static let scope = VerbScope.hub
  static let command = Command(
    ["ledger", "statement"], summary: "Show what a partner earned in a month.",
    discussion: """
      Charges are summed by plugin, version and meter. --csv, --html and --json have each of them:
      which file of the plugin, the terms that were signed, how much was used, what it cost, what of
      it is the partner's, the invoice and the payout. --json also has what proves each line under
      the root of the month: the partner checks it with “patchbay ledger check”, without these
      books. --html is for printing, or for keeping as PDF.

      Example:
        patchbay ledger statement --partner acme --period 2026-11
      """,
    options: [
      Option("partner", valueName: "P", isRequired: true, about: "as in the terms of a plugin"),
      Option("period", valueName: "YYYY-MM", about: "the month (default: this one)"),
      Option("csv", about: "print comma-separated values"),
      Option("html", about: "print a page"),
    ])

  static func run(_ context: Context) async throws(Failure) -> Int32 {
    let period = try Period.parse(
      context.invocation.value("period") ?? Period.of(Time.nowMS()))
    let partner = context.invocation.value("partner") ?? ""
    let form: Form =
      context.wantsJSON
      ? .json
      : context.invocation.flag("csv")
        ? .csv
        : context.invocation.flag("html")
          ? .html
          : .table
    try await context.ledger().read { (journal) throws(Failure) in
      let statements = try journal.statements(of: partner, period)
      if statements.isEmpty { context.say("Nothing was charged up to then.") }
      if form == .json { Output.text("[") }
      for (index, statement) in statements.enumerated() {
        if form == .json && index > 0 { Output.text(",") }
        try show(statement, journal, form, context)
      }
      if form == .json { Output.text("]\n") }
    }
    return 0
  }

  private enum Form { case table, json, csv, html }

  private static func show(
    _ statement: PartnerStatement, _ journal: Journal, _ form: Form, _ context: Context
  ) throws(Failure) {
    let output = OutputBuffer()
    defer { output.flush() }
    switch form {
    case .table: try showTable(statement, journal, context)
    case .json:
      let head = JSON.object(statement.json).text.dropLast()
      output.add("\(head),\"lines\":[")
      var (isFirst, names) = (true, StatementNames())
      try journal.forEachLine(of: statement) { line in
        output.add((isFirst ? "\n" : ",\n") + statement.json(line).text)
        isFirst = false
        names.add(line)
      }
      let terms = JSON.object(try journal.terms(of: names)).text.dropFirst()
      output.add("],\(terms)")
    case .csv:
      output.add(PartnerStatement.csvHead)
      try journal.forEachLine(of: statement) { output.add(statement.csv($0)) }
    case .html:
      output.add(statement.pageHead)
      try journal.forEachLine(of: statement) { output.add(statement.pageRow($0)) }
      output.add(PartnerStatement.pageEnd)
    }
  }

  private static func showTable(
    _ statement: PartnerStatement, _ journal: Journal, _ context: Context
  ) throws(Failure) {
    var sums = StatementSums()
    try journal.forEachLine(of: statement) { sums.add($0) }
    context.print(
      Table(
        [
          .init("kind"), .init("plugin", mayShrink: true), .init("meter"),
          .init("entries", alignment: .right), .init("used", alignment: .right),
          .init("charged", alignment: .right),
          .init(statement.currency.code, alignment: .right),
        ],
        rows: sums.all.map { sum in
          [
            sum.kind, visible(sum.plugin), sum.meter, String(sum.entries), String(sum.used),
            sum.charged.decimalText, sum.amount.decimalText,
          ]
        }))
    let stages = statement.stages.filter { $0.amount != 0 }
      .map { "\($0.name) \($0.amount.decimalText)" }.joined(separator: ", ")
    context.say(
      "\(visible(statement.partner)), \(statement.period): opening "
        + "\(statement.opening.decimalText), closing \(statement.closing.decimalText) "
        + "\(statement.currency)" + (stages.isEmpty ? "" : " (\(stages))"))
    context.say(
      "root of the month\(statement.isClosed ? "" : ", which is still open"): "
        + Hex.encode(statement.root))
  }
}

enum LedgerCheckVerb: Verb {
  static let scope = VerbScope.hub
  static let command = Command(
    ["ledger", "check"], summary: "Check a statement that you got, without the books.",
    discussion: """
      For partners. Looks whether each line is an entry under the root of the month, works each
      charge and each part of it out again from what is said to be used, its price and its shares,
      and looks whether the sums are right. Members that it does not know are refused; what it
      cannot prove it says. With --root the root must be the one that was published: without it,
      nothing is compared with what others see. The opening balance is that of the statement before;
      that no line is left out shows where that one's closing balance, and the next one's opening,
      fit.
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
    var (lines, unchecked): (Int, Set<String>) = (0, [])
    for statement in json.array ?? [json] {
      let check = try StatementCheck(statement, root: context.invocation.value("root"))
      problems += check.problems
      lines += check.lines
      unchecked.formUnion(check.unchecked)
    }
    if context.wantsJSON {
      context.print([
        "ok": .bool(problems.isEmpty), "lines": .integer(Int64(lines)),
        "problems": .array(problems.map { .string($0) }),
        "unchecked": .array(unchecked.sorted().map { .string($0) }),
      ])
    }
    for problem in problems { Output.error("patchbay: \(visible(problem))") }
    if problems.isEmpty {
      context.say("\(lines) lines are in the books, and the sums are right.")
      for what in unchecked.sorted() { context.say("Not proven: \(what).") }
      if context.invocation.value("root") == nil {
        context.say("Compare the root with the one that was published: --root HEX does it.")
      }
    }
    return problems.isEmpty ? 0 : 1
  }
}
