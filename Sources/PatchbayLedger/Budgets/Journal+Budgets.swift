package import PatchbayCore
internal import PatchbayJSON
internal import PatchbayStore

extension Journal {
  /// How long something may be under way before what was set aside for it is free again.
  static var admissionMS: Int64 { 24 * 3_600_000 }

  /// Sets aside what a use will cost at most, of every budget that is about it, or of none, within
  /// a batch. Refused where a hard budget has less left: nobody else can have it in between.
  package func reserve(
    _ usage: String, part: Int64 = 0, _ spend: Spend, _ most: Micros, _ currency: Currency,
    nowMS: Int64
  ) throws(Failure) {
    if most <= 0 { return }
    for budget in try policy().budgets where budget.currency == currency && spend.isOf(budget) {
      let month = Period.of(nowMS)
      _ = try fund(budget, month, nowMS: nowMS)
      try keep(
        try hold(budget, month, most, "\(part):\(usage)", usage, nowMS: nowMS), of: usage, part,
        budget)
    }
  }

  /// Sets aside so much of a budget that has its limit in it; the name is one that no other has.
  func hold(
    _ budget: BillingPolicy.Budget, _ month: String, _ most: Micros, _ name: String,
    _ usage: String, nowMS: Int64
  ) throws(Failure) -> Entry {
    try spending(budget, month) { () throws(Failure) in
      try post(
        Transfer(
          .reserve, debit: .budget(budget.name, month, budget.currency),
          credit: .spent(budget.name, month, budget.currency),
          amount: most, key: "reserve:\(Account.part(budget.name)):\(name)",
          expiresMS: nowMS + Self.admissionMS,
          details: JSONObject([.init("usage", .string(usage))])), atMS: nowMS)
    }
  }

  /// Remembers what was set aside for a use.
  func keep(_ entry: Entry, of usage: String, _ part: Int64, _ budget: BillingPolicy.Budget)
    throws(Failure)
  {
    try put(
      .admissions, [.text(usage), .integer(part), .text(budget.name), .blob(entry.id.bytes)])
  }

  /// Takes what a use really cost from the budgets that are about it; what was set aside beyond
  /// that is free again.
  package func settle(
    _ usage: String, _ spend: Spend, _ cost: Micros, _ currency: Currency, atMS: Int64
  ) throws(Failure) {
    for budget in try policy().budgets where budget.currency == currency && spend.isOf(budget) {
      try settle(usage, budget, cost, atMS: atMS)
    }
    try release(usage)
  }

  func settle(_ usage: String, _ budget: BillingPolicy.Budget, _ cost: Micros, atMS: Int64)
    throws(Failure)
  {
    let held = try admissions(
      "WHERE usage = ? AND budget = ? ORDER BY part", .text(usage), .text(budget.name))
    try spend(budget, usage, cost, held, atMS: atMS)
  }

  /// Takes a cost out of what was set aside, in its order, and out of the budget where that is not
  /// enough. What is left of what was set aside is free again.
  func spend(
    _ budget: BillingPolicy.Budget, _ usage: String, _ cost: Micros, _ held: [Entry], atMS: Int64
  ) throws(Failure) {
    var rest = cost
    let details = JSONObject([.init("usage", .string(usage))])
    for entry in held {
      let amount = max(0, min(rest, entry.transfer.amount))
      try post(
        Transfer(
          amount > 0 ? .settle : .void, debit: entry.transfer.debit,
          credit: entry.transfer.credit, amount: amount, key: "end:\(entry.transfer.key)",
          refers: entry.id, details: details), atMS: atMS)
      rest -= amount
    }
    let month = Period.of(atMS)
    if rest != 0 {
      let left = try fund(budget, month, nowMS: atMS)
      let spent = Account.spent(budget.name, month, budget.currency)
      // What was used cannot be refused any more, and what was given back is there again.
      try move(
        rest, debit: left, credit: spent, of: left,
        key: "spent:\(Account.part(budget.name)):\(usage)", details, atMS: atMS)
    }
    try alert(budget, month, nowMS: atMS)
  }

  /// Ends all that was set aside for a use.
  package func release(_ usage: String) throws(Failure) {
    for held in try admissions("WHERE usage = ?", .text(usage)) { try void(held) }
    try remove(rows(.admissions, "WHERE usage = ?", .text(usage)))
    try endUnderWay(usage)
  }

  func void(_ held: Entry) throws(Failure) {
    try post(
      Transfer(
        .void, debit: held.transfer.debit, credit: held.transfer.credit, amount: 0,
        key: "end:\(held.transfer.key)", refers: held.id), atMS: held.atMS)
  }

  /// What is set aside still, of what was.
  private func admissions(_ condition: String, _ values: SQLValue...) throws(Failure) -> [Entry] {
    var found: [Entry] = []
    for row in try rows(.admissions, condition, all: values) {
      if let entry = try heldEntry(TransferID(bytes: row.bytes("transfer"))) { found.append(entry) }
    }
    return found
  }

  /// A month's budget with its limit in it; a limit that was changed is changed there, too.
  func fund(_ budget: BillingPolicy.Budget, _ month: String, nowMS: Int64) throws(Failure)
    -> Account
  {
    let left = Account.budget(budget.name, month, budget.currency)
    let granted = Account.granted(budget.name, month, budget.currency)
    let missing = budget.limitMicros + (try balance(granted))
    if missing != 0 {
      try move(
        missing, debit: granted, credit: left, of: left,
        key: "limit:\(Account.part(budget.name)):\(month):\(head.number + 1)", atMS: nowMS)
    }
    try setBound(budget.isHard ? .debitsWithinCredits : .none, of: left)
    return left
  }

  /// Moves an amount between two accounts of a budget, or the other way where it is negative. No
  /// bound of what is left refuses it.
  func move(
    _ amount: Micros, debit: Account, credit: Account, of left: Account, key: String,
    _ details: JSONObject = JSONObject(), atMS: Int64
  ) throws(Failure) {
    try unbounded(left) { () throws(Failure) in
      try post(
        Transfer(
          debit: amount > 0 ? debit : credit, credit: amount > 0 ? credit : debit,
          amount: Micros(amount.magnitude), key: key, details: details), atMS: atMS)
    }
  }

  func unbounded(_ account: Account, _ body: () throws(Failure) -> Void) throws(Failure) {
    let bound = try cell(account).state.bound
    try setBound(.none, of: account)
    try body()
    try setBound(bound, of: account)
  }

  /// Says which budget it is that has not enough.
  private func spending(
    _ budget: BillingPolicy.Budget, _ month: String, _ body: () throws(Failure) -> Entry
  ) throws(Failure) -> Entry {
    do throws(Failure) {
      return try body()
    } catch  where error.code == "ledger.bound" {
      throw spent(try status(of: budget, month))
    }
  }

  func spent(_ status: BudgetStatus) -> Failure {
    let budget = status.budget
    return Failure(
      .budget, "budget.spent",
      "the budget “\(budget.name)” of \(status.month) is spent: \(status.spent.decimalText) of "
        + "\(budget.limitMicros.decimalText) \(budget.currency) are used, and "
        + "\(status.held.decimalText) are set aside for what is under way",
      mend: "raise its limit_micros in the billing policy, or wait for the next month")
  }

  // MARK: How budgets stand

  /// Notes each threshold that was reached; once.
  func alert(_ budget: BillingPolicy.Budget, _ month: String, nowMS: Int64) throws(Failure) {
    let spent = try status(of: budget, month).spent
    for percent in budget.alerts where spent * 100 >= budget.limitMicros * Int128(percent) {
      try insert(
        .alerts, [.text(budget.name), .text(month), .integer(percent), .integer(nowMS)])
    }
  }

  /// How a budget stands in a month.
  package func status(of budget: BillingPolicy.Budget, _ month: String) throws(Failure)
    -> BudgetStatus
  {
    let left = try state(.budget(budget.name, month, budget.currency)) ?? AccountState()
    let spent = try balance(.spent(budget.name, month, budget.currency))
    let alerts = try rows(
      .alerts, "WHERE budget = ? AND month = ? ORDER BY percent", .text(budget.name), .text(month)
    ).map { ($0.integer("percent"), $0.integer("at_ms")) }
    return BudgetStatus(
      budget: budget, month: month, spent: spent, held: left.heldDebits, alerts: alerts)
  }
}
