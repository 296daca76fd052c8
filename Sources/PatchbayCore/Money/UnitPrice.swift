package import PatchbayJSON

/// A price as documents say it: how a number of units that are charged becomes an amount.
package struct UnitPrice {
  private let kind: Terms.Kind
  private let per: Int64
  private let steps: [(upTo: Int64?, micros: Int64)]

  /// As documents have it; what does not fit costs nothing.
  package init(_ json: JSON?) {
    kind = json?["kind"]?.string.flatMap(Terms.Kind.init) ?? .flat
    per = max(1, json?["per"]?.integer ?? 1)
    steps = (json?["steps"]?.array ?? []).map {
      ($0["up_to"]?.integer, max(0, $0["micros"]?.integer ?? 0))
    }
  }

  init(_ price: Terms.Price) {
    (kind, per) = (price.kind, max(1, price.per))
    steps = price.steps.map { ($0.upTo, $0.micros) }
  }

  /// Whether this is the price of ``Terms/Price/rules`` that an entry names.
  package func isOf(rules: String) -> Bool {
    let parts = rules.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
    return parts.count == 6 && parts[1] == kind.rawValue && parts[2] == String(per)
      && parts[5] == stepRules
  }

  /// The steps as ``Terms/Price/rules`` have them.
  var stepRules: String {
    steps.map { "\($0.upTo ?? 0)=\($0.micros)" }.joined(separator: ",")
  }

  /// What so many units that are charged cost, rounded down to a micro-unit; `nil` where that is
  /// more than can be written down.
  package func cost(of units: Int128) -> Int128? {
    if units <= 0 { return 0 }
    func times(_ one: Int128, _ other: Int64) -> Int128? {
      let (product, isOver) = one.multipliedReportingOverflow(by: Int128(other))
      return isOver || product >> 120 != 0 ? nil : product
    }
    guard let first = steps.first else { return 0 }
    switch kind {
    case .flat: return times(units, first.micros).map { $0 / Int128(per) }
    case .package:
      let whole = units / Int128(per) + (units % Int128(per) == 0 ? 0 : 1)
      return times(whole, first.micros)
    case .volume:
      let step = steps.first { step in step.upTo.map { units <= Int128($0) } ?? true }
      return times(units, step?.micros ?? 0).map { $0 / Int128(per) }
    case .graduated:
      var (sum, start): (Int128, Int128) = (0, 0)
      for step in steps {
        let end = step.upTo.map { Int128($0) } ?? units
        let part = max(0, min(units, end) - start)
        guard let cost = times(part, step.micros) else { return nil }
        sum += cost
        start = max(start, end)
        if start >= units { break }
      }
      return sum / Int128(per)
    }
  }

  /// Such as “0.40 per 1000” or “1.00 up to 100, 0.50 above”.
  package func text(_ currency: String) -> String {
    if steps.isEmpty { return "" }
    let amounts = steps.map { step in
      let end = step.upTo.map { " up to \($0)" } ?? (steps.count > 1 ? " above" : "")
      return Terms.text(step.micros, currency) + end
    }
    let ways: [Terms.Kind: String] = [
      .volume: ", all at the last price reached", .package: ", each begun one whole",
    ]
    return amounts.joined(separator: ", ") + (per == 1 ? " each" : " per \(per)")
      + (ways[kind] ?? "")
  }
}
