internal import PatchbayCore
internal import PatchbayJSON

extension Journal {
  /// Counts a month from its first day for budgets that were added or changed in it, within a
  /// batch: what was charged before counts, too.
  func recount(_ budgets: [BillingPolicy.Budget], nowMS: Int64) throws(Failure) {
    if budgets.isEmpty { return }
    let month = Period.of(nowMS)
    var costs: [String: Micros] = [:]
    try forEachRaw(of: month...month) { (raw) throws(Failure) in
      let prefix = raw.key.prefix { $0 != ":" }
      guard raw.isMovement, ["usage", "least", "plan"].contains(prefix) else { return }
      let isCharge = raw.debit.userOfUsage != nil
      guard let customer = raw.debit.userOfUsage ?? raw.credit.userOfUsage else { return }
      let plugin = try raw.read().transfer.details["plugin"]?.string
      let spend = Spend(customer: customer, plugin: plugin)
      for budget in budgets where budget.currency == raw.debit.currency && spend.isOf(budget) {
        costs[budget.name, default: 0] += isCharge ? raw.value : -raw.value
      }
    }
    for budget in budgets {
      let spent = Account.spent(budget.name, month, budget.currency)
      let missing = costs[budget.name, default: 0] - (try balance(spent))
      if missing == 0 { continue }
      let left = try fund(budget, month, nowMS: nowMS)
      try move(
        missing, debit: left, credit: spent, of: left,
        key: "recount:\(Account.part(budget.name)):\(month):\(head.number + 1)", atMS: nowMS)
      try alert(budget, month, nowMS: nowMS)
    }
  }
}
