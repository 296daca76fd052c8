internal import PatchbayCore
internal import PatchbayJSON
internal import PatchbayLedger
internal import PatchbayTerminal
internal import PatchbayYAML

enum LedgerPolicyVerb: Verb {
  static let scope = VerbScope.hub
  static let command = Command(
    ["ledger", "policy"], summary: "Show the billing policy, or let another one hold.",
    discussion: """
      One file (JSON or YAML) says who pays which plan and tax, where the platform's part is less
      than was signed, how partners are paid, and what may be spent. Use that was charged stays as
      it was charged. --example prints a whole one, --schema its JSON Schema.

      Example:
        patchbay ledger policy --example > billing.yaml
        patchbay ledger policy billing.yaml
      """,
    options: [
      Option("example", about: "print a policy to begin with"),
      Option("schema", about: "print what a policy must look like"),
    ],
    arguments: [Argument("FILE", about: "the new policy", isOptional: true, completion: .files)])

  static func run(_ context: Context) async throws(Failure) -> Int32 {
    if context.invocation.flag("example") {
      Output.text(BillingPolicy.example)
      return 0
    }
    if context.invocation.flag("schema") {
      Output.line(BillingPolicy.shape.schema(title: "billing policy").prettyText)
      return 0
    }
    guard let path = context.invocation.arguments.first else {
      let policy = try await context.books().read { (journal) throws(Failure) in
        try journal.policy()
      }
      Output.line(policy.json.prettyText)
      return 0
    }
    let json = try YAML.read(try FileBytes.read(path, limit: 16 << 20), from: path)
    try await context.ledger().write { (journal) throws(Failure) in
      try journal.setPolicy(json, nowMS: Time.nowMS())
    }
    context.say("The policy of \(path) holds from now on.")
    for budget in try BillingPolicy(json).budgets {
      let idle = budget.match.keys.filter { !Spend.known.contains($0) }.sorted()
      if idle.isEmpty { continue }
      Output.error(
        "patchbay: the budget “\(visible(budget.name))” limits nothing yet: no use has a name for "
          + idle.joined(separator: " or "))
    }
    return 0
  }
}

enum LedgerBudgetVerb: Verb {
  static let scope = VerbScope.hub
  static let command = Command(
    ["ledger", "budget"], summary: "Show how budgets stand, and what the month will have cost.",
    discussion: """
      Budgets are in the billing policy. Records and requests that would pass a hard one are refused
      before they are used: their most is set aside first, and what was really used takes its place.
      Bytes, seconds, plans and the least of a month are charged when they are known, and may pass
      it; no run begins then. The forecast is the \
      \(Forecast.method).
      """,
    options: [Option("period", valueName: "YYYY-MM", about: "the month (default: this one)")])

  static func run(_ context: Context) async throws(Failure) -> Int32 {
    let nowMS = Time.nowMS()
    let month = try Period.parse(context.invocation.value("period") ?? Period.of(nowMS))
    let rows = try await context.ledger().write { (journal) throws(Failure) in
      _ = try journal.expire(nowMS: nowMS)
      var found: [(BudgetStatus, Forecast)] = []
      for budget in try journal.policy().budgets {
        found.append(
          (
            try journal.status(of: budget, month),
            try journal.forecast(budget, month, nowMS: nowMS)
          ))
      }
      return found
    }
    if context.wantsJSON {
      context.print(.array(rows.map(json)))
    } else if rows.isEmpty {
      context.say("There are no budgets: they are in the billing policy (patchbay ledger policy).")
    } else {
      show(rows, context)
    }
    return 0
  }

  private static func json(_ status: BudgetStatus, _ forecast: Forecast) -> JSON {
    [
      "budget": .string(status.budget.name), "month": .string(status.month),
      "currency": .string(status.budget.currency.code), "hard": .bool(status.budget.isHard),
      "limit": .string(status.budget.limitMicros.decimalText),
      "spent": .string(status.spent.decimalText), "set_aside": .string(status.held.decimalText),
      "left": .string(status.left.decimalText),
      "alerts": .array(
        status.alerts.map {
          ["percent": .integer($0.percent), "at": .string(Time.format($0.atMS))]
        }), "forecast": .string(forecast.total.decimalText),
      "forecast_error": forecast.error.map { .string($0.decimalText) } ?? .null,
      "forecast_method": .string(Forecast.method), "forecast_days": .integer(Int64(forecast.days)),
    ]
  }

  private static func show(_ rows: [(BudgetStatus, Forecast)], _ context: Context) {
    context.print(
      Table(
        [
          .init("budget", mayShrink: true), .init("limit", alignment: .right),
          .init("spent", alignment: .right), .init("set aside", alignment: .right),
          .init("left", alignment: .right), .init(""), .init("reached", alignment: .right),
          .init("forecast", alignment: .right),
        ],
        rows: rows.map { status, forecast in
          [
            visible(status.budget.name) + (status.budget.isHard ? "" : " (soft)"),
            status.budget.limitMicros.decimalText, status.spent.decimalText,
            status.held.decimalText, status.left.decimalText, status.budget.currency.code,
            status.alerts.last.map { "\($0.percent) %" } ?? "",
            forecast.total.decimalText + (forecast.error.map { " ± \($0.decimalText)" } ?? ""),
          ]
        }))
  }
}
