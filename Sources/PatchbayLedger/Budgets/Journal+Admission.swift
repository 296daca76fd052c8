package import PatchbayCore
internal import PatchbayJSON
internal import PatchbayStore

extension Journal {
  /// Sets aside what a use will cost at most before it is stored, within a batch; refused where a
  /// hard budget has less left. `quantity` may be more than is used in the end.
  package func admit(_ event: UsageEvent, _ terms: CommercialTerms, nowMS: Int64) throws(Failure) {
    _ = try expire(nowMS: nowMS)
    let day = String(Time.format(event.atMS).prefix(10))
    guard let price = terms.terms.price(of: event.meter, on: day),
      let currency = Currency(terms.terms.currency)
    else { return }
    let contract = Contract(terms, platformPPM: try policy().platformPPM(terms, on: day))
    let slot = Slot(event, contract, price, day)
    let use = try use(slot)
    let most = price.most(
      for: Int128(event.quantity), from: use.quantity,
      through: use.quantity + (try underWay(slot.key)), in: Month(slot.month))
    try reserve(
      event.key, Spend(event), most, currency, quantity: event.quantity, slot: slot.key,
      nowMS: nowMS)
  }

  // MARK: Requests of a plan

  /// Sets aside requests that a customer's plan allows in this month, within a batch: as many as
  /// are wanted, or what is left. `nil` where no plan counts them.
  package func allow(_ customer: String, _ run: String, part: Int64, _ wanted: Int64, nowMS: Int64)
    throws(Failure) -> Int64?
  {
    _ = try expire(nowMS: nowMS)
    let day = String(Time.format(nowMS).prefix(10))
    let policy = try policy()
    guard let name = policy.subscription(of: customer, on: day)?.plan,
      let plan = policy.plan(name), let limit = plan.requests
    else { return nil }
    let budget = Self.allowance(customer, limit)
    let left = try fund(budget, Period.of(nowMS), nowMS: nowMS)
    let state = try cell(left).state
    let free = Int64(clamping: state.bound.free(state) ?? 0)
    guard free > 0 else {
      throw Failure(
        .budget, "plan.requests",
        "the plan “\(name)” of \(customer) allows \(limit) requests a month, and they are used",
        mend: "choose a plan with more in the billing policy, or wait for the next month")
    }
    let count = min(wanted, free)
    try hold(
      budget, "\(run)/\(Terms.Meter.requests.rawValue)", part: part, Micros(count), nowMS: nowMS)
    return count
  }

  /// Counts the requests of a run against the plan, in place of what was set aside.
  func rateAllowance(_ event: UsageEvent) throws(Failure) {
    let day = String(Time.format(event.atMS).prefix(10))
    let policy = try policy()
    guard event.meter == .requests,
      let name = policy.subscription(of: event.customer, on: day)?.plan,
      let limit = policy.plan(name)?.requests
    else { return }
    try settle(
      event.key, Self.allowance(event.customer, limit), Micros(event.quantity), atMS: event.atMS)
  }

  /// A plan's requests as a budget, in units of no currency.
  static func allowance(_ customer: String, _ limit: Int64) -> BillingPolicy.Budget {
    BillingPolicy.Budget(
      name: "plan/\(customer)", match: [:], currency: .none, limitMicros: Micros(limit),
      isHard: true, alerts: [])
  }
}

extension Terms.Price {
  /// What a quantity costs at most in addition, when between two quantities were used before: steps
  /// may make later use dearer or cheaper.
  func most(for quantity: Int128, from low: Int128, through high: Int128, in month: Month) -> Micros
  {
    let free = Int128(self.free).times(Int128(month.days(from: from)), over: Int128(month.days))
    // Between these places the cost is a line: the most is at one of them.
    var places: [Int128] = [low, high]
    for end in steps.compactMap(\.upTo).map({ Int128($0) + free }) + [free] {
      let near: [Int128] = [end, end + 1, end - quantity, end - quantity + 1]
      places += near.filter { $0 > low && $0 < high }
    }
    let most = places.map { cost(of: $0 + quantity, in: month) - cost(of: $0, in: month) }.max()
    // Packages begin anywhere in between, and rounding may go either way.
    let slack: Micros = kind == .package ? Int128(steps[0].micros) : 1
    return max(0, most ?? 0) + (low == high ? 0 : slack)
  }
}
