internal import PatchbayCore
internal import PatchbayJSON
internal import PatchbayStore

/// What was used of one meter in one month, by one price, as invoices show it: whoever reads it can
/// work out the amount again.
struct UsageLine {
  let customer: String
  /// The plugin, and the currency behind it.
  let plugin: String
  let meter: String
  let month: String
  let price: String
  let used: Int128
  let cost: Micros
  let free: Int128
  let least: Micros
  let usedBefore: Int128
  let costBefore: Micros

  var amount: Micros { cost - costBefore }
  var currency: String { String(plugin.suffix(3)) }

  init(_ row: SealedRow) {
    (customer, plugin, meter) = (row.text("customer"), row.text("plugin"), row.text("meter"))
    (month, price) = (row.text("month"), row.text("price"))
    (used, cost) = (row.micros("used"), row.micros("cost"))
    (free, least) = (row.micros("free"), row.micros("least"))
    (usedBefore, costBefore) = (row.micros("used_before"), row.micros("cost_before"))
  }

  /// A line of an invoice. `price` is what the line is charged by.
  func json(price: JSON) -> JSON {
    let name = String(plugin.dropLast(4))
    return [
      "kind": "use", "text": .string("\(name), \(meter), \(month)"), "plugin": .string(name),
      "meter": .string(meter), "month": .string(month), "used": .integer(Int64(clamping: used)),
      "used_before": .integer(Int64(clamping: usedBefore)),
      "free": .integer(Int64(clamping: min(used, free))),
      "charged": .integer(Int64(clamping: max(0, used - free))), "price": price,
      "least": .string(least.decimalText), "cost": .string(cost.decimalText),
      "cost_before": .string(costBefore.decimalText), "amount": .string(amount.decimalText),
    ]
  }
}

extension Journal {
  /// Writes down, within a batch, what was used up to a month that is closed and no line has yet.
  func line(_ period: String) throws(Failure) {
    let open = try rows(
      .quantities,
      """
      WHERE month <= ? AND (quantity <> lined_used OR charged <> lined_cost)
      ORDER BY month, customer, plugin, meter, price
      """, .text(period))
    for row in open {
      let use = try Use(row)
      let key = ["customer", "plugin", "meter", "month", "price"].map {
        SQLValue.text(row.text($0))
      }
      try insert(
        .lines,
        [.text(period)] + key + [
          .micros(use.quantity), .micros(use.charged), .micros(use.free), .micros(use.least),
          .micros(use.linedUsed), .micros(use.linedCost),
        ])
      try update(row, ("lined_used", .micros(use.quantity)), ("lined_cost", .micros(use.charged)))
    }
  }

  /// A customer's lines of the months after one, up to another.
  func lines(of customer: String, _ currency: Currency, after last: String, through period: String)
    throws(Failure) -> [UsageLine]
  {
    try rows(
      .lines, "WHERE customer = ? AND period > ? AND period <= ? ORDER BY month, plugin, meter",
      .text(customer), .text(last), .text(period)
    ).map(UsageLine.init).filter { $0.currency == currency.code }
  }
}
