internal import PatchbayCore

extension Terms.Price {
  /// What a quantity of one month costs, rounded down to a micro-unit. Steps count what is not
  /// free.
  /// Where the price holds for a part of the month, so does what is free.
  func cost(of quantity: Int128, in month: Month) -> Micros {
    let free = Int128(self.free).times(Int128(month.days(from: from)), over: Int128(month.days))
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
  func least(in month: Month) -> Micros {
    Int128(minimumMicros).times(Int128(month.days(from: from)), over: Int128(month.days))
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

  /// Days of the month from a day on, that day included.
  func days(from day: String) -> Int {
    guard day.prefix(7) == name, let number = Int(day.suffix(2)) else { return days }
    return max(0, days - number + 1)
  }
}
