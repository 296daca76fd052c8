internal import PatchbayCore

extension Terms.Price {
  /// What a quantity of one month costs, rounded down to a micro-unit. Steps count what is not
  /// free.
  /// Where the price holds for a part of the month, so does what is free.
  func cost(of quantity: Int128, in month: Month) -> Micros {
    let free = free(in: month)
    let billable = max(0, quantity - free)
    if billable == 0 { return 0 }
    switch kind {
    case .flat: return billable.times(Int128(steps[0].micros), over: Int128(per))
    case .package:
      let packages = (billable + Int128(per) - 1) / Int128(per)
      return packages * Int128(steps[0].micros)
    case .volume:
      let step = steps.first { step in step.upTo.map { billable <= Int128($0) } ?? true }
      return billable.times(Int128(step?.micros ?? 0), over: Int128(per))
    case .graduated:
      var (sum, start): (Int128, Int128) = (0, 0)
      for step in steps {
        let end = step.upTo.map { Int128($0) } ?? billable
        let part = max(0, min(billable, end) - start)
        sum += part * Int128(step.micros)
        start = max(start, end)
        if start >= billable { break }
      }
      return sum / Int128(per)
    }
  }

  /// The least that a month with any use costs: where the price holds for a part of it, a part.
  func least(in month: Month) -> Micros { part(of: minimumMicros, month) }

  /// What of a month costs nothing.
  func free(in month: Month) -> Int128 { part(of: free, month) }

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
