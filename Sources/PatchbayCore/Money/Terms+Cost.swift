package import PatchbayJSON

extension Terms.Price {
  /// What a quantity of one month costs, rounded down to a micro-unit. Steps count what is not
  /// free.
  /// Where the price holds for a part of the month, so does what is free.
  package func cost(of quantity: Int128, in month: Month) -> Int128 {
    // More than can be written down is refused where it is posted.
    UnitPrice(self).cost(of: max(0, quantity - free(in: month))) ?? 1 << 120
  }

  /// The least that a month with any use costs: where the price holds for a part of it, a part.
  package func least(in month: Month) -> Int128 { part(of: minimumMicros, month) }

  /// What of a month costs nothing.
  package func free(in month: Month) -> Int128 { part(of: free, month) }

  /// What documents say of it: a quantity less what is free costs by `kind`, `per` and `steps`.
  package var json: JSON {
    [
      "from": .string(from), "kind": .string(kind.rawValue), "per": .integer(per),
      "steps": .array(
        steps.map { step in
          var json = JSONObject([.init("micros", .integer(step.micros))])
          if let end = step.upTo { json["up_to"] = .integer(end) }
          return .object(json)
        }),
    ]
  }

  private func part(of value: Int64, _ month: Month) -> Int128 {
    Int128(value) * Int128(month.days(from: from, until: until)) / Int128(month.days)
  }

  /// Stands for all that it says: a price that was signed anew and says the same is the same.
  package var rules: String {
    "\(from) \(kind.rawValue) \(per) \(free) \(minimumMicros) \(UnitPrice(self).stepRules)"
  }
}

/// A month of the calendar (UTC).
package struct Month: Equatable, Sendable {
  /// As 2026-01.
  package let name: String
  package let days: Int

  /// When it begins; `nil` for a name of no month.
  package var startMS: Int64? { Time.parse(name + "-01T00:00:00Z") }

  /// The name of the month in which a time lies.
  package static func name(atMS ms: Int64) -> String { String(Time.format(ms).prefix(7)) }

  /// The month before one.
  package static func name(before month: String) -> String {
    Month(month).startMS.map { name(atMS: $0 - 1) } ?? month
  }

  /// Of a name as in 2026-01.
  package init(_ name: String) {
    self.name = name
    let start = Time.parse(name + "-01T00:00:00Z")
    // None is behind that of 9999-12.
    let end = Time.parse(Self.name(after: name) + "-01T00:00:00Z") ?? Time.last + 1
    days = start.map { max(1, Int((end - $0) / 86_400_000)) } ?? 1
  }

  /// The month after one; what names none is given back.
  package static func name(after month: String) -> String {
    let parts = month.split(separator: "-").compactMap { Int($0) }
    guard parts.count == 2, (0...9999).contains(parts[0]), (1...12).contains(parts[1]) else {
      return month
    }
    let (year, next) = parts[1] == 12 ? (parts[0] + 1, 1) : (parts[0], parts[1] + 1)
    let digits = String(year)
    return String(repeating: "0", count: max(0, 4 - digits.count)) + digits
      + (next < 10 ? "-0\(next)" : "-\(next)")
  }

  /// Days of the month from a day on, that day included, to another, that day not.
  package func days(from first: String, until end: String?) -> Int {
    func day(_ text: String) -> Int {
      if text.prefix(7) < name { return 1 }
      return text.prefix(7) > name ? days + 1 : Int(text.suffix(2)) ?? 1
    }
    return max(0, (end.map(day) ?? days + 1) - day(first))
  }
}

extension Terms {
  /// What a month costs in which so many units were used, the same on each day: each price counts
  /// its own days, its part of what is free, and begins its steps anew. `nil` for more than can be
  /// written down.
  package func cost(of units: Int128, _ meter: Meter, in month: Month) -> Int128? {
    var sum: Int128 = 0
    for price in prices where price.meter == meter {
      let days = month.days(from: price.from, until: price.until)
      if days == 0 { continue }
      let used = units * Int128(days) / Int128(month.days)
      guard used > 0 else { continue }
      sum += max(price.cost(of: used, in: month), price.least(in: month))
      if sum >> 120 != 0 { return nil }
    }
    return sum
  }

  /// A month in which some quantity costs more by these terms than by others, in words. Prices may
  /// be the same each and cost more together: their free part and their steps begin anew with each.
  func dearerMonth(than other: Terms, _ meter: Meter) -> String? {
    let mine = prices.filter { $0.meter == meter }
    let theirs = other.prices.filter { $0.meter == meter }
    var quantities: Set<Int128> = [1_000, 1_000_000, 1_000_000_000]
    for price in mine + theirs {
      for end in [0] + price.steps.compactMap(\.upTo) {
        quantities.formUnion([
          Int128(price.free) + Int128(end), Int128(price.free) + Int128(end) + 1,
        ])
      }
    }
    var months: Set<String> = []
    for price in mine + theirs {
      let month = String(price.from.prefix(7))
      months.formUnion([month, Month.name(after: month)])
    }
    for name in months.sorted().prefix(120) {
      let month = Month(name)
      for units in quantities.sorted() where units > 0 {
        guard let before = other.cost(of: units, meter, in: month) else { continue }
        let now = cost(of: units, meter, in: month)
        // Less than a unit of what is paid is lost in the division by days.
        if let now, now <= before + Int128(mine.count + theirs.count) { continue }
        let amounts = [now, before].map { amount in
          amount.map { Terms.text(Int64(clamping: $0), currency) }
            ?? "more than can be written down"
        }
        return "\(units) \(meter.rawValue) in \(name) cost \(amounts[0]), not \(amounts[1])"
      }
    }
    return nil
  }
}
