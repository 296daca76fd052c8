package import PatchbayCore
internal import PatchbayJSON

extension Journal {
  /// What a budget's month will have cost; of a month that is over, what it did.
  package func forecast(_ budget: BillingPolicy.Budget, _ month: String, nowMS: Int64)
    throws(Failure) -> Forecast
  {
    let startMS = Time.parse(month + "-01T00:00:00Z") ?? 0
    let days = Month(month).days
    let passed = max(0, min(days, Int((nowMS - startMS) / 86_400_000)))
    var spent = [Micros](repeating: 0, count: days + 1)
    let account = Account.spent(budget.name, month, budget.currency)
    try forEach(touching: [account.name], in: month..."9999-12") { (entry) throws(Failure) in
      let transfer = entry.transfer
      guard transfer.kind == .post || transfer.kind == .settle,
        transfer.debit.currency == budget.currency
      else { return }
      let day = max(0, min(days, Int((Time.clamped(entry.atMS) - startMS) / 86_400_000)))
      spent[day] += transfer.credit == account ? transfer.amount : -transfer.amount
    }
    return Forecast(
      spent: Array(spent[..<passed]), today: spent[passed...].reduce(0, +), left: days - passed)
  }
}
