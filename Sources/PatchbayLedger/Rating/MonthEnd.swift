internal import PatchbayCore
internal import PatchbayJSON
internal import PatchbayStore

extension Journal {
  /// Charges what a month costs besides its use, within a batch, when it is over: what is missing
  /// to the least, and plans. Once; what is used late counts towards the least.
  func settleMonth(_ period: String, nowMS: Int64) throws(Failure) {
    guard period < Period.of(nowMS) else { return }
    try settleLeast(period)
    let policy = try policy()
    for name in policy.customers.keys.sorted() {
      guard let fee = policy.fee(of: name, in: Month(period)) else { continue }
      let key = "plan:\(Account.part(name)):\(period)"
      if try has(key) { continue }
      try post(
        Transfer(
          debit: .usage(name, fee.currency), credit: .plans(fee.currency), amount: fee.amount,
          key: key,
          details: JSONObject([
            .init("usage", .string(key)), .init("customer", .string(name)),
            .init("plans", .string(fee.text)), .init("meter", "plan"),
            .init("charge", .string(fee.amount.decimalText)),
          ])), atMS: Period.lastMS(period))
      try spend(
        Spend(customer: name), fee.amount, fee.currency, key, atMS: Period.lastMS(period))
    }
  }

  /// Takes what a month costs besides its use from the budgets that are about it.
  private func spend(
    _ spend: Spend, _ cost: Micros, _ currency: Currency, _ key: String, atMS: Int64
  ) throws(Failure) {
    for budget in try budgets(spend, currency) {
      try self.spend(budget, key, cost, [], atMS: atMS)
    }
  }

  private func settleLeast(_ period: String) throws(Failure) {
    for row in try rows(.quantities, "WHERE month = ? AND is_settled = 0", .text(period)) {
      let use = try Use(row)
      let missing = use.least - use.charged
      try update(
        row, ("is_settled", .integer(1)), ("charged", .micros(max(use.least, use.charged))))
      guard missing > 0, let found = try contract(use.details["contract"]?.string ?? ""),
        let currency = found.currency
      else { continue }
      let names = ["customer", "plugin", "meter", "price"].map { row.text($0) }
      let key = (["least", period] + names.map(Account.part)).joined(separator: ":")
      let plugin = use.details["plugin"]?.string ?? ""
      var details = use.details
      details["usage"] = .string(key)
      details["quantity"] = 0
      details["before"] = .integer(Int64(clamping: use.quantity))
      details["charged_before"] = .string(use.charged.decimalText)
      details["least"] = .string(use.least.decimalText)
      try post(
        missing, ofMicros: currency, key, details, found.contract,
        try policy().group(ofPlugin: plugin, currency), atMS: Period.lastMS(period))
      try spend(
        Spend(customer: names[0], plugin: plugin), missing, currency, key,
        atMS: Period.lastMS(period))
    }
  }
}

extension BillingPolicy {
  /// What the plans of a customer cost in a month, by days; `nil` where they cost nothing.
  func fee(of customer: String, in month: Month) -> (
    amount: Micros, currency: Currency, text: String
  )? {
    let startMS = Time.parse(month.name + "-01T00:00:00Z") ?? 0
    var days: [String: Int] = [:]
    for number in 0..<month.days {
      let dayMS = startMS + Int64(number) * 86_400_000
      let day = String(Time.format(dayMS).prefix(10))
      guard let subscription = subscription(of: customer, on: day) else { continue }
      let fromMS = Time.parse(subscription.from + "T00:00:00Z") ?? 0
      if dayMS < fromMS + subscription.trialDays * 86_400_000 { continue }
      days[subscription.plan, default: 0] += 1
    }
    let paid = days.compactMap { name, count in plan(name).map { ($0, count) } }
      .sorted { $0.0.name < $1.0.name }
    let sum = paid.reduce(Int128(0)) { $0 + Int128($1.0.monthMicros) * Int128($1.1) }
    let amount = sum / Int128(month.days)
    guard amount > 0, let currency = paid.first.flatMap({ Currency($0.0.currency) }) else {
      return nil
    }
    let text = paid.map { "\($0.0.name), \($0.1) of \(month.days) days" }
    return (amount, currency, text.joined(separator: "; "))
  }
}
