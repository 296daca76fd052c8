internal import PatchbayCore
internal import PatchbayJSON
internal import PatchbayStore

/// What is counted together: one customer's use of one meter in one month, by one price.
struct Slot: Hashable {
  let customer: String
  /// The plugin and the currency: who shares in it, and how, makes no difference here.
  let plugin: String
  let meter: Terms.Meter
  let month: String
  let price: String

  init(_ event: UsageEvent, _ currency: Currency, _ price: Terms.Price, _ day: String) {
    (customer, plugin, meter) = (event.customer, "\(event.plugin) \(currency)", event.meter)
    (month, self.price) = (String(day.prefix(7)), price.rules)
  }

  /// A name for it, which no other has.
  var key: String {
    [month, customer, plugin, meter.rawValue, price].joined(separator: "\u{1F}")
  }

  /// The values of its row's key.
  fileprivate var values: [SQLValue] {
    [.text(month), .text(customer), .text(plugin), .text(meter.rawValue), .text(price)]
  }
}

/// What was used of a slot, and charged.
struct Use {
  var quantity: Int128 = 0
  var charged: Micros = 0
  /// What the month costs at least, which is charged when it is over.
  var least: Micros = 0
  var isSettled = false
  /// Units of the month that cost nothing.
  var free: Int128 = 0
  /// How much of it the lines of closed months have.
  var linedUsed: Int128 = 0
  var linedCost: Micros = 0
  /// Of the last event: whose use it is.
  var details = JSONObject()

  init() {}

  init(_ row: SealedRow) throws(Failure) {
    (quantity, charged) = (row.micros("quantity"), row.micros("charged"))
    (least, isSettled) = (row.micros("least"), row.integer("is_settled") != 0)
    (free, linedUsed) = (row.micros("free"), row.micros("lined_used"))
    linedCost = row.micros("lined_cost")
    details = try Journal.stored(row.text("details")).object ?? JSONObject()
  }

  /// The values of its row beside the key.
  fileprivate var values: [SQLValue] {
    [
      .micros(quantity), .micros(charged), .micros(least), .integer(isSettled ? 1 : 0),
      .micros(free), .micros(linedUsed), .micros(linedCost), .text(JSON.object(details).text),
    ]
  }
}

extension Journal {
  func use(_ slot: Slot) throws(Failure) -> Use {
    let found = try rows(
      .quantities,
      "WHERE month = ? AND customer = ? AND plugin = ? AND meter = ? AND price = ?",
      .text(slot.month), .text(slot.customer), .text(slot.plugin), .text(slot.meter.rawValue),
      .text(slot.price)
    ).first
    return try found.map { (row) throws(Failure) in try Use(row) } ?? Use()
  }

  func set(_ slot: Slot, _ use: Use) throws(Failure) {
    try put(.quantities, slot.values + use.values)
  }

  // MARK: Contracts

  func sums(of contract: Contract) throws(Failure) -> Contract.Sums {
    try row(.contracts, .text(contract.id)).map {
      Contract.Sums(gross: $0.micros("gross"), shared: $0.micros("shared"))
    } ?? Contract.Sums()
  }

  func setSums(of contract: Contract, _ sums: Contract.Sums) throws(Failure) {
    guard let row = try row(.contracts, .text(contract.id)) else { return }
    try update(row, ("gross", .micros(sums.gross)), ("shared", .micros(sums.shared)))
  }

  /// Keeps what a contract says, by what it is charged, and what its parties want paid at least.
  func note(
    _ terms: CommercialTerms, _ contract: Contract, _ price: Terms.Price, _ currency: Currency
  ) throws(Failure) {
    if knownPrices.insert(price.rules).inserted {
      try insert(.prices, [.text(price.rules), .text(price.json.text)])
    }
    let isNew = try insert(
      .contracts,
      [
        .text(contract.id), .micros(0), .micros(0), .integer(contract.platformPPM),
        .text(contract.partiesJSON.text), .text(currency.code),
        .integer(terms.terms.json["refund_days"]?.integer),
      ])
    if !isNew { return }
    for share in contract.parties where share.ppm > 0 {
      let least = SQLValue.integer(terms.terms.minimumPayoutMicros)
      let known = try row(.parties, .text(share.party), .text(currency.code))
      if let known, known.integer("minimum_payout") <= terms.terms.minimumPayoutMicros { continue }
      try put(.parties, [.text(share.party), .text(currency.code), least])
    }
  }

  /// A contract with the currency in which it is charged, and for how many days its charges are
  /// given back; `nil` where its terms say nothing of that.
  func contract(_ id: String) throws(Failure)
    -> (contract: Contract, currency: Currency?, refundDays: Int64?)?
  {
    guard let row = try row(.contracts, .text(id)) else { return nil }
    let contract = Contract(
      id: id, platformPPM: row.integer("platform_ppm"),
      partiesJSON: try Self.stored(row.text("parties")))
    return (contract, Currency(row.text("currency")), row.optionalInteger("refund_days"))
  }

  /// A price by its rules; `nil` for one of before prices were written down.
  func price(_ rules: String) throws(Failure) -> JSON? {
    try row(.prices, .text(rules)).map { (row) throws(Failure) in
      try Self.stored(row.text("json"))
    }
  }

  func gross(of group: BillingPolicy.Group) throws(Failure) -> Micros {
    try row(.groupSums, .text(group.name), .text(group.currency))?.micros("gross") ?? 0
  }

  func setGross(of group: BillingPolicy.Group, _ gross: Micros) throws(Failure) {
    try put(.groupSums, [.text(group.name), .text(group.currency), .micros(gross)])
  }

  /// JSON that the journal wrote itself.
  static func stored(_ text: String) throws(Failure) -> JSON {
    do {
      return try JSON(reading: text)
    } catch {
      throw Failure(
        .data, "ledger.damaged", "a stored value cannot be read: \(error)",
        mend: "restore ledger.db from a backup")
    }
  }
}
