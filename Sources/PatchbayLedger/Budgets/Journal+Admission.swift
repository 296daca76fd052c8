package import PatchbayCore
internal import PatchbayJSON
internal import PatchbayStore

extension Journal {
  /// Sets aside what a use will cost at most before it is stored, within a batch; refused where a
  /// hard budget has less left. Its quantity may be more than is used in the end. What is set aside
  /// is for all that is under way of its slot: what one costs depends on which is charged first.
  package func admit(_ event: UsageEvent, _ terms: CommercialTerms, nowMS: Int64) throws(Failure) {
    _ = try expire(nowMS: nowMS)
    let day = String(Time.format(event.atMS).prefix(10))
    guard let price = terms.terms.price(of: event.meter, on: day),
      let currency = Currency(terms.terms.currency)
    else { return }
    if try isRated(event.key) { return }
    let slot = Slot(event, currency, price, day)
    try put(
      .underWay,
      [
        .text(event.key), .text(slot.key), .integer(event.quantity),
        .integer(nowMS + Self.admissionMS),
      ])
    let most = try most(slot, price, nowMS: nowMS)
    for budget in try budgets(Spend(event), currency) {
      if let held = try heldEntry(slot, budget) { try void(held) }
      _ = try fund(budget, slot.month, nowMS: nowMS)
      try holdSlot(slot, budget, most, event.key, nowMS: nowMS)
    }
  }

  /// Refuses to begin where a hard budget that is about it is spent.
  package func checkBudgets(_ spend: Spend, nowMS: Int64) throws(Failure) {
    let month = Period.of(nowMS)
    for budget in try policy().budgets where budget.isHard && spend.isOf(budget) {
      let status = try status(of: budget, month)
      if status.left <= 0 { throw spent(status) }
    }
  }

  /// What all that is under way of a slot may cost at most together, on top of what was used.
  private func most(_ slot: Slot, _ price: Terms.Price, nowMS: Int64) throws(Failure) -> Micros {
    try remove(
      rows(.underWay, "WHERE slot = ? AND expires_ms <= ?", .text(slot.key), .integer(nowMS)))
    let quantity = try rows(.underWay, "WHERE slot = ?", .text(slot.key)).reduce(Int128(0)) {
      $0 + Int128($1.integer("quantity"))
    }
    return price.most(
      for: quantity, from: try use(slot).quantity, in: Month(slot.month))
  }

  func budgets(_ spend: Spend, _ currency: Currency) throws(Failure) -> [BillingPolicy.Budget] {
    try policy().budgets.filter { $0.currency == currency && spend.isOf($0) }
  }

  /// What is set aside of a budget for a slot; one entry for all that is under way.
  private func heldEntry(_ slot: Slot, _ budget: BillingPolicy.Budget) throws(Failure) -> Entry? {
    guard let row = try row(.slotHolds, .text(slot.key), .text(budget.name)) else { return nil }
    return try heldEntry(TransferID(bytes: row.bytes("transfer")))
  }

  private func holdSlot(
    _ slot: Slot, _ budget: BillingPolicy.Budget, _ most: Micros, _ usage: String, nowMS: Int64
  ) throws(Failure) {
    if most == 0 { return }
    let entry = try hold(budget, slot.month, most, "slot:\(head.number)", usage, nowMS: nowMS)
    try put(.slotHolds, [.text(slot.key), .text(budget.name), .blob(entry.id.bytes)])
  }

  /// Takes what an event cost from the budgets that are about it. What is under way beside it can
  /// cost no more, together with it, than was set aside: so that stays enough.
  func settle(
    _ event: UsageEvent, _ slot: Slot, _ price: Terms.Price, _ cost: Micros, _ currency: Currency,
    nowMS: Int64
  ) throws(Failure) {
    try endUnderWay(event.key, keeping: slot)
    for budget in try budgets(Spend(event), currency) {
      let held = try heldEntry(slot, budget)
      try spend(budget, event.key, cost, held.map { [$0] } ?? [], atMS: event.atMS)
      let most = try most(slot, price, nowMS: nowMS)
      // Where something was used that nothing was set aside for, or the limit was lowered, this may
      // pass it: what is under way was allowed.
      try unbounded(try fund(budget, slot.month, nowMS: nowMS)) { () throws(Failure) in
        try holdSlot(slot, budget, most, event.key, nowMS: nowMS)
      }
    }
  }

  /// A use is no longer under way. What is set aside for a slot in which nothing else is goes with
  /// it; not that of the slot in which the use is charged just now.
  func endUnderWay(_ usage: String, keeping charged: Slot? = nil) throws(Failure) {
    for row in try rows(.underWay, "WHERE usage = ?", .text(usage)) {
      let slot = row.text("slot")
      try remove([row])
      if slot == charged?.key { continue }
      if try !rows(.underWay, "WHERE slot = ? LIMIT 1", .text(slot)).isEmpty { continue }
      let holds = try rows(.slotHolds, "WHERE slot = ?", .text(slot))
      for hold in holds {
        if let held = try heldEntry(TransferID(bytes: hold.bytes("transfer"))) { try void(held) }
      }
      try remove(holds)
    }
  }

  // MARK: Requests of a plan

  /// Sets aside requests that a customer's plan allows in this month, within a batch: as many as
  /// are wanted, or what is left. `nil` where no plan counts them.
  package func allow(
    _ customer: String, _ usage: String, part: Int64, _ wanted: Int64, nowMS: Int64
  )
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
    let entry = try hold(
      budget, Period.of(nowMS), Micros(count), "\(part):\(usage)", usage, nowMS: nowMS)
    try keep(entry, of: usage, part, budget)
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
