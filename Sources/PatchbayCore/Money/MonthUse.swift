/// What a customer used of a meter.
package struct MeterUse: Sendable, Equatable {
  package let customer: String
  package let meter: Terms.Meter
  package let quantity: Int64

  package init(customer: String, meter: Terms.Meter, quantity: Int64) {
    (self.customer, self.meter, self.quantity) = (customer, meter, quantity)
  }
}

/// What a month's use would cost by two sets of terms.
package struct UseComparison: Sendable {
  /// The month whose use it is, as 2026-01, and the one that it is priced in.
  package let used: String
  package let priced: String
  /// `nil` for more than can be written down.
  package let now: Int128?
  package let before: Int128?
  private let currencies: [String]

  package var isDearer: Bool {
    guard let now else { return true }
    return before.map { now > $0 } ?? false
  }

  /// What of the last month with any use would cost by `terms`, and by those of before: in the
  /// first month in which it would be dearer, of `nextMonth` and the one behind the last change of
  /// prices. `nil` where nothing was used, or what was paid and is to be paid are other currencies.
  package init?(
    of uses: [MeterUse], in used: String, by terms: Terms, not other: Terms, nextMonth: String
  ) {
    let isOther = terms.currency != other.currency && !terms.isFree && !other.isFree
    if uses.isEmpty || isOther { return nil }
    let last = (terms.prices + other.prices).map { Month.name(after: String($0.from.prefix(7))) }
    var months = [nextMonth]
    if let last = last.max(), last > nextMonth { months.append(last) }
    let all = months.map { month in
      UseComparison(
        used: used, priced: month, now: terms.cost(of: uses, in: Month(month)),
        before: other.cost(of: uses, in: Month(month)),
        currencies: [terms.currency, other.currency])
    }
    guard let found = all.first(where: \.isDearer) ?? all.first else { return nil }
    self = found
  }

  private init(
    used: String, priced: String, now: Int128?, before: Int128?, currencies: [String]
  ) {
    (self.used, self.priced, self.now, self.before) = (used, priced, now, before)
    self.currencies = currencies
  }

  /// In words, as “what was used here in 2026-10 would cost 3.20 EUR in 2026-12, not 1.10 EUR”.
  package var text: String {
    let amounts = zip([now, before], currencies).map { amount, currency in
      amount.map { Terms.text(Int64(clamping: $0), currency) } ?? "more than can be written down"
    }
    let not = now == before ? ", as before" : ", not \(amounts[1])"
    return "what was used here in \(used) would cost \(amounts[0]) in \(priced)\(not)"
  }
}

extension Terms {
  /// What uses cost in a month, each customer's by itself; `nil` for more than can be written down.
  func cost(of uses: [MeterUse], in month: Month) -> Int128? {
    var sum: Int128 = 0
    for use in uses {
      guard let cost = cost(of: Int128(use.quantity), use.meter, in: month) else { return nil }
      sum += cost
      if sum >> 120 != 0 { return nil }
    }
    return sum
  }
}
