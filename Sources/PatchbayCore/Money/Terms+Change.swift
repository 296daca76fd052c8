extension Terms {
  /// What a use costs more by these terms than by others, in words; empty where it costs no more.
  /// What cannot be compared counts as dearer.
  public func dearer(than other: Terms) -> [String] {
    if prices.isEmpty || self == other { return [] }
    if currency != other.currency && !other.isFree {
      return ["is charged in \(currency), not in \(other.currency)"]
    }
    var found: [String] = []
    if refundDays < other.refundDays && !other.isFree {
      found.append("is refunded within \(refundDays) days, not \(other.refundDays)")
    }
    for meter in Meter.allCases {
      let (mine, theirs) = (
        prices.filter { $0.meter == meter }, other.prices.filter { $0.meter == meter }
      )
      let count = found.count
      // From each day on which either changes, the price that holds.
      for day in Set((mine + theirs).map(\.from)).sorted() {
        guard let price = price(of: meter, on: day) else { continue }
        let before = other.price(of: meter, on: day)
        if before.map({ price.isDearer(than: $0) }) ?? price.costs {
          found.append(
            "\(price.text(currency)) from \(day) on"
              + (before.map { ", not \($0.text(currency))" } ?? "; it cost nothing"))
          break
        }
      }
      if found.count == count, let month = dearerMonth(than: other, meter) { found.append(month) }
    }
    return found
  }
}

extension Terms.Price {
  /// Whether there is anything to pay by it.
  var costs: Bool { minimumMicros > 0 || steps.contains { $0.micros > 0 } }

  /// Whether any quantity may cost more than by another price of the same meter.
  func isDearer(than other: Terms.Price) -> Bool {
    if free < other.free || minimumMicros > other.minimumMicros { return true }
    // More free units can lead a volume back to a dearer step.
    if kind == other.kind, per == other.per, steps.map(\.upTo) == other.steps.map(\.upTo),
      kind != .volume || free == other.free
    {
      return zip(steps, other.steps).contains { $0.micros > $1.micros }
    }
    // Of another form: sure to be no dearer only where its greatest price is not above the least.
    // A package that is begun costs more than what is used of it.
    if kind == .package && per > 1 { return true }
    let (most, least) = (steps.map(\.micros).max() ?? 0, other.steps.map(\.micros).min() ?? 0)
    let (left, right) = (
      most.multipliedFullWidth(by: other.per), least.multipliedFullWidth(by: per)
    )
    return (left.high, left.low) > (right.high, right.low)
  }

  /// The price in words, such as “0.40 EUR per 1000 records_read, 10000 a month free”.
  public func text(_ currency: String) -> String {
    let amounts = steps.map { step in
      let end = step.upTo.map { " up to \($0)" } ?? (steps.count > 1 ? " above" : "")
      return "\(Terms.text(step.micros, currency))\(end)"
    }
    let unit = per == 1 ? meter.rawValue : "\(per) \(meter.rawValue)"
    var parts = ["\(amounts.joined(separator: ", ")) per \(unit)"]
    if kind == .volume { parts.append("all at the last price reached") }
    if free > 0 { parts.append("\(free) a month free") }
    if minimumMicros > 0 {
      parts.append("at least \(Terms.text(minimumMicros, currency)) a month")
    }
    return parts.joined(separator: ", ")
  }
}

extension Terms {
  /// An amount with two to six decimals, such as “0.40 EUR”.
  package static func text(_ micros: Int64, _ currency: String) -> String {
    var digits = String(micros.magnitude % 1_000_000)
    digits = String(repeating: "0", count: 6 - digits.count) + digits
    while digits.count > 2, digits.last == "0" { digits.removeLast() }
    return (micros < 0 ? "-" : "") + "\(micros.magnitude / 1_000_000).\(digits) \(currency)"
  }
}

extension Terms {
  /// The prices that hold on a day, in words.
  public func summary(on day: String) -> String {
    let now = Meter.allCases.compactMap { price(of: $0, on: day)?.text(currency) }
    return now.isEmpty ? "free" : now.joined(separator: "; ")
  }
}
