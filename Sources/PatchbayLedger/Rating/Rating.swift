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

  package init() {}
}

extension Journal {
  /// The number of an organisation's last event that was looked at, and its key.
  func ratedUpTo(_ organisation: Organisation = .standard) throws(Failure)
    -> (number: Int64, key: String)
  {
    try database.statement("SELECT number, last_key FROM rating WHERE organisation = ?")
      .bind(.text(organisation.name)).first { ($0.integer(0), $0.text(1)) } ?? (0, "")
  }

  /// The last day of which anything was charged; empty before the first.
  func lastRatedDay() throws(Failure) -> String {
    try database.statement("SELECT max(last_day) FROM rating").bind().first { $0.text(0) } ?? ""
  }

  package func setRatedUpTo(
    _ number: Int64, of organisation: Organisation = .standard, key: String = "", lastDay: String
  ) throws(Failure) {
    let day = max(try lastRatedDay(), lastDay)
    try database.statement(
      """
      INSERT INTO rating (organisation, number, last_day, last_key) VALUES (?, ?, ?, ?)
      ON CONFLICT (organisation) DO UPDATE SET number = excluded.number,
        last_day = excluded.last_day, last_key = excluded.last_key
      """
    ).bind(.text(organisation.name), .integer(number), .text(day), .text(key)).run()
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
    // Of a month that is closed the least was charged, or would have been.
    use.isSettled = use.isSettled || slot.month <= closedThrough
    use.quantity += Int128(event.quantity)
    let month = Month(slot.month)
    use.least = price.least(in: month)
    let cost = max(price.cost(of: use.quantity, in: month), use.isSettled ? use.least : 0)
    let charge = cost - use.charged
    use.charged = cost
    var details = JSONObject()
    for member in event.json.object?.members ?? [] where member.name != "at_ms" {
      details[member.name == "key" ? "usage" : member.name] = member.value
    }
    details["contract"] = .string(contract.id)
    use.details = details
    try set(slot, use)
    try note(terms, contract, currency)
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

  /// Whether an event of this key was charged.
  func isRated(_ key: String) throws(Failure) -> Bool {
    try database.statement("SELECT 1 FROM rated WHERE key = ?").bind(.text(key)).first { _ in true }
      ?? false
  }

  /// Whether an event was not seen before; one of its key with other content is refused.
  private func isNew(_ event: UsageEvent) throws(Failure) -> Bool {
    let body = Digest.sha256(event.json.bytes)
    let known = try database.statement("SELECT body FROM rated WHERE key = ?").bind(
      .text(event.key)
    )
    .first { $0.bytes(0) }
    if let known {
      if known == body { return false }
      throw Failure(
        .conflict, "meter.conflict",
        "the usage “\(event.key)” is in the books already, with other content",
        mend: "nothing is charged; find out which of the two is true, and post the difference")
    }
    try database.statement("INSERT INTO rated (key, body) VALUES (?, ?)")
      .bind(.text(event.key), .blob(body)).run()
    return true
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
