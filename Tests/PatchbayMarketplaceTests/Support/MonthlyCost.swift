import PatchbayCore
import PatchbayJSON
import Seeded

@testable import PatchbayMarketplace

/// What a quantity of a month costs, written apart from the product's own reckoning: in thousandths
/// of a micro-unit, so that packages and prices for 1, 10, 100 and 1000 units are exact.
struct MonthlyCost {
  /// Where free units stand.
  enum Order {
    /// They are taken off, and the rest begins at the first step.
    case freeFirst
    /// They are the first of all: the rest stands where it stood.
    case freeInPlace
  }

  let order: Order
  init(_ order: Order) { self.order = order }

  func of(_ quantity: Int64, _ price: Terms.Price?) -> Int64 {
    guard let price, quantity > 0 else { return 0 }
    let charged = max(0, quantity - price.free)
    return max(price.minimumMicros * 1000, amount(quantity, charged, price))
  }

  private func amount(_ quantity: Int64, _ charged: Int64, _ price: Terms.Price) -> Int64 {
    let unit = 1000 / price.per
    let skipped = order == .freeFirst ? 0 : quantity - charged
    switch price.kind {
    case .flat: return charged * unit * price.steps[0].micros
    case .package:
      return (charged + price.per - 1) / price.per * 1000 * price.steps[0].micros
    case .volume:
      let reached = price.steps.first { skipped + charged <= $0.upTo ?? .max }
      return charged * unit * (reached?.micros ?? 0)
    case .graduated:
      var (sum, from): (Int64, Int64) = (0, skipped)
      for step in price.steps {
        let end = min(step.upTo ?? .max, skipped + charged)
        if end > from { sum += (end - from) * unit * step.micros }
        from = max(from, end)
      }
      return sum
    }
  }
}

/// Random terms.
extension Draw {
  static let days = ["2026-01-01", "2026-05-01", "2027-01-01"]
  static let meters: [Terms.Meter] = [.recordsRead, .bytes]

  mutating func prices() -> [JSON] {
    var prices: [JSON] = []
    for meter in Self.meters {
      for day in Self.days where below(2) == 0 { prices.append(price(meter, day)) }
    }
    return prices
  }

  private mutating func price(_ meter: Terms.Meter, _ day: String) -> JSON {
    let kind = pick(Terms.Kind.allCases)
    let count = kind == .flat || kind == .package ? 1 : 1 + below(3)
    let ends = [10, 1000, 50_000].prefix(count - 1)
    var steps: [JSON] = ends.map { ["up_to": .integer(Int64($0)), "micros": micros()] }
    steps.append(["micros": micros()])
    return [
      "from": .string(day), "meter": .string(meter.rawValue), "kind": .string(kind.rawValue),
      "per": .integer(pick([1, 10, 100, 1000])), "free": .integer(pick([0, 0, 5, 500])),
      "minimum_micros": .integer(pick([0, 0, 10_000])), "steps": .array(steps),
    ]
  }

  private mutating func micros() -> JSON { .integer(pick([0, 1, 10, 100, 1000, 4000])) }

  /// The price with a thing or two in it changed.
  mutating func changed(_ price: JSON) -> JSON {
    guard var members = price.object else { return price }
    for _ in 0...below(2) {
      switch below(6) {
      case 0: members["free"] = .integer(pick([0, 5, 100, 900]))
      case 1: members["minimum_micros"] = .integer(pick([0, 5000]))
      case 2: members["per"] = .integer(pick([1, 10, 100, 1000]))
      case 3 where members["steps"]?.array?.count == 1:
        members["kind"] = .string(pick(Terms.Kind.allCases).rawValue)
      case 4:
        members["steps"] = .array(
          (members["steps"]?.array ?? []).map { step in
            var step = step.object ?? JSONObject()
            step["micros"] = .integer((step["micros"]?.integer ?? 0) / Int64(pick([1, 2, 10])))
            return .object(step)
          })
      default: break
      }
    }
    return .object(members)
  }

  /// Quantities at which a price changes its course, and some others up to ten millions.
  mutating func quantities(of prices: [Terms.Price?]) -> [Int64] {
    var found: [Int64] = [1, 10_000_000]
    for price in prices.compactMap({ $0 }) {
      for end in [0, price.free, price.per] + price.steps.compactMap(\.upTo) {
        found += [end - 1, end, end + 1, end + price.free, end + price.free + 1]
      }
    }
    for _ in 0..<5 { found.append(Int64(below(10_000_000))) }
    return found.filter { $0 > 0 }
  }
}
