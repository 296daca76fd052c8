package import PatchbayCore
internal import PatchbayCrypto
internal import PatchbayJSON
internal import PatchbayStore

/// What became of usage events.
package struct RatingReport: Sendable, Equatable {
  package var events = 0
  /// Events that were in the books already.
  package var known = 0
  package var charges = 0
  /// Events that nothing is charged for: of plugins without terms, or whose meter costs nothing.
  package var free = 0
  /// Events that wait for a person.
  package var waiting = 0

  package init() {}
}

extension Journal {
  /// How far an organisation's events were looked at: the number of the last, its key, and its
  /// time.
  func ratedUpTo(_ organisation: Organisation = .standard) throws(Failure)
    -> (number: Int64, key: String, atMS: Int64)
  {
    try row(.rating, .text(organisation.name)).map {
      ($0.integer("number"), $0.text("last_key"), $0.integer("last_ms"))
    } ?? (0, "", 0)
  }

  /// The last day of which anything was charged; empty before the first.
  func lastRatedDay() throws(Failure) -> String {
    try rows(.rating).map { $0.text("last_day") }.max() ?? ""
  }

  package func setRatedUpTo(
    _ number: Int64, of organisation: Organisation = .standard, key: String = "", lastMS: Int64
  ) throws(Failure) {
    let day = lastMS == 0 ? "" : String(Time.format(lastMS).prefix(10))
    try put(
      .rating,
      [
        .text(organisation.name), .integer(number), .text(max(try lastRatedDay(), day)),
        .text(key), .integer(lastMS),
      ])
  }

  /// Charges an event, within a batch: what its month costs with it, less what it cost before. So
  /// the order of events makes no difference, and an event that comes again changes nothing.
  package func rate(
    _ event: UsageEvent, _ terms: CommercialTerms?, nowMS: Int64? = nil,
    into report: inout RatingReport
  ) throws(Failure) {
    report.events += 1
    if try !isNew(event) {
      report.known += 1
      return
    }
    try charge(event, terms, nowMS: nowMS, into: &report)
  }

  /// Charges an event that the books know of, and that was not charged.
  func charge(
    _ event: UsageEvent, _ terms: CommercialTerms?, nowMS: Int64?, into report: inout RatingReport
  ) throws(Failure) {
    try rateAllowance(event)
    let day = String(Time.format(event.atMS).prefix(10))
    guard let terms, let price = terms.terms.price(of: event.meter, on: day),
      let currency = Currency(terms.terms.currency), event.quantity > 0
    else {
      report.free += 1
      return try release(event.key)
    }
    let policy = try policy()
    let contract = Contract(terms, platformPPM: policy.platformPPM(terms, on: day))
    let slot = Slot(event, currency, price, day)
    var use = try use(slot)
    var details = Self.details(event, slot, use, contract)
    let charge = use.add(event.quantity, price, Month(slot.month), closedThrough: closedThrough)
    details["free"] = .integer(Int64(clamping: use.free))
    if use.isSettled { details["least"] = .string(use.least.decimalText) }
    use.details = details
    try set(slot, use)
    try note(terms, contract, price, currency)
    if charge == 0 {
      report.free += 1
    } else {
      report.charges += 1
      try post(
        charge, ofMicros: currency, "usage:\(event.key)", details, contract,
        policy.group(ofPlugin: terms.plugin, currency), atMS: event.atMS)
    }
    try settle(event, slot, price, charge, currency, nowMS: nowMS ?? event.atMS)
    try release(event.key)
  }

  /// What a charge says of the use that it is for, and of what it follows on.
  private static func details(
    _ event: UsageEvent, _ slot: Slot, _ before: Use, _ contract: Contract
  ) -> JSONObject {
    var details = JSONObject()
    for member in event.json.object?.members ?? [] where member.name != "at_ms" {
      details[member.name == "key" ? "usage" : member.name] = member.value
    }
    details["contract"] = .string(contract.id)
    details["month"] = .string(slot.month)
    details["price"] = .string(slot.price)
    details["before"] = .integer(Int64(clamping: before.quantity))
    details["charged_before"] = .string(before.charged.decimalText)
    return details
  }

  /// Whether an event of this key was charged.
  func isRated(_ key: String) throws(Failure) -> Bool { try row(.rated, .text(key)) != nil }

  /// Whether an event was not seen before; one of its key with other content is refused.
  func isNew(_ event: UsageEvent) throws(Failure) -> Bool {
    let body = Digest.sha256(event.json.bytes)
    if let known = try row(.rated, .text(event.key)) {
      // A month counts once, whichever use was its first.
      if known.bytes("body") == body || event.meter == .months { return false }
      throw Failure(
        .conflict, "meter.conflict",
        "the usage “\(event.key)” is in the books already, with other content",
        mend: "nothing is charged; find out which of the two is true, and post the difference")
    }
    return try insert(.rated, [.text(event.key), .blob(body)])
  }

  /// Posts a charge, shared by its contract. A negative one gives back: a price of volume may fall
  /// when more is used.
  func post(
    _ charge: Micros, ofMicros currency: Currency, _ key: String, _ about: JSONObject,
    _ contract: Contract, _ group: BillingPolicy.Group?, atMS: Int64
  ) throws(Failure) {
    let before = try sums(of: contract)
    var part = Contract.Sums(gross: charge, shared: charge)
    if let group {
      let gross = try gross(of: group)
      part.shared =
        max(0, gross + charge - group.freeMicros) - max(0, gross - group.freeMicros)
      try setGross(of: group, gross + charge)
    }
    try setSums(
      of: contract,
      Contract.Sums(gross: before.gross + part.gross, shared: before.shared + part.shared))
    let customer = Account.usage(about["customer"]?.string ?? "", currency)
    var details = about
    details["charge"] = .string(charge.decimalText)
    details["gross_before"] = .string(before.gross.decimalText)
    details["shared_before"] = .string(before.shared.decimalText)
    details["shared"] = .string(part.shared.decimalText)
    let invoice = charge < 0 ? try invoice(ofGift: about, currency, atMS) : nil
    if let invoice { details["document"] = .string(invoice) }
    for (name, amount) in contract.shares(of: part, after: before) where amount != 0 {
      let account = Account(name, currency)
      try post(
        Transfer(
          debit: amount > 0 ? customer : account, credit: amount > 0 ? account : customer,
          amount: Micros(amount.magnitude), key: "\(key):\(name)", details: details), atMS: atMS)
      if let invoice, amount < 0, let party = account.partner {
        try reduce(invoice, party, by: -amount, key: "stage:\(key):\(name)", nowMS: atMS)
      }
    }
  }

  /// The invoice of a month that late use made cheaper: partners have their parts of that already.
  private func invoice(ofGift about: JSONObject, _ currency: Currency, _ atMS: Int64)
    throws(Failure) -> String?
  {
    let customer = about["customer"]?.string ?? ""
    return try invoice(of: customer, currency, covering: Period.of(atMS))?.number
  }
}

extension Use {
  /// Counts more, and returns what that costs: what the month costs with it, less what it cost
  /// before.
  mutating func add(
    _ more: Int64, _ price: Terms.Price, _ month: Month, closedThrough: String
  ) -> Micros {
    // Of a month that is closed the least was charged, or would have been.
    isSettled = isSettled || month.name <= closedThrough
    quantity += Int128(more)
    (free, least) = (price.free(in: month), price.least(in: month))
    let cost = max(price.cost(of: quantity, in: month), isSettled ? least : 0)
    defer { charged = cost }
    return cost - charged
  }
}
