internal import PatchbayCore
internal import PatchbayJSON

extension Terms.Price {
  /// What a quantity of one month costs, rounded down to a micro-unit. Steps count what is not
  /// free.
  /// Where the price holds for a part of the month, so does what is free.
  func cost(of quantity: Int128, in month: Month) -> Micros {
    // More than can be written down is refused where it is posted.
    UnitPrice(self).cost(of: max(0, quantity - free(in: month))) ?? 1 << 120
  }

  /// The least that a month with any use costs: where the price holds for a part of it, a part.
  func least(in month: Month) -> Micros { part(of: minimumMicros, month) }

  /// What of a month costs nothing.
  func free(in month: Month) -> Int128 { part(of: free, month) }

  /// What documents say of it: a quantity less what is free costs by `kind`, `per` and `steps`.
  var json: JSON {
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
    Int128(value).times(Int128(month.days(from: from, until: until)), over: Int128(month.days))
  }

  /// Stands for all that it says: a price that was signed anew and says the same is the same.
  var rules: String {
    let steps = steps.map { "\($0.upTo ?? 0)=\($0.micros)" }.joined(separator: ",")
    return "\(from) \(kind.rawValue) \(per) \(free) \(minimumMicros) \(steps)"
  }
}

/// A month of the calendar (UTC).
struct Month: Equatable {
  /// As 2026-01.
  let name: String
  let days: Int

  init(_ name: String) {
    self.name = name
    let next = Period.after(name)
    let start = Time.parse(name + "-01T00:00:00Z") ?? 0
    let end = Time.parse(next + "-01T00:00:00Z") ?? start
    days = max(1, Int((end - start) / 86_400_000))
  }

  /// Days of the month from a day on, that day included, to another, that day not.
  func days(from first: String, until end: String?) -> Int {
    func number(_ day: String) -> Int? { day.prefix(7) == name ? Int(day.suffix(2)) : nil }
    let last = end.flatMap(number) ?? days + 1
    return max(0, last - (number(first) ?? 1))
  }
}
