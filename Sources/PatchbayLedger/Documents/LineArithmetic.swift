internal import PatchbayCore
internal import PatchbayJSON

/// Works out a line of a statement again, from nothing but the statement: what the use cost by its
/// price, and what of that is the partner's by its contract.
struct LineArithmetic {
  private let prices: JSONObject
  private let contracts: JSONObject

  init(_ statement: JSON) {
    prices = statement["prices"]?.object ?? JSONObject()
    contracts = statement["contracts"]?.object ?? JSONObject()
  }

  enum Verdict: Equatable {
    case right
    /// The line is from before such lines had all that is needed.
    case unknown
    case wrong(String)
  }

  /// Judges a line whose entry is proven; `amount` is the partner's.
  func judge(_ line: JSON, _ amount: Micros) -> Verdict {
    guard let details = line["details"], let kind = line["kind"]?.string,
      kind == "charge" || kind == "least"
    else { return .right }
    func micros(_ name: String) -> Micros? {
      details[name]?.string.flatMap { Micros(decimal: $0) }
    }
    guard let charge = micros("charge"), let before = micros("charged_before"),
      let gross = micros("gross_before"), let sharedBefore = micros("shared_before"),
      let shared = micros("shared"), let contract = contract(details)
    else { return .unknown }
    if let rules = details["price"]?.string, let price = prices[rules],
      !UnitPrice(price).isOf(rules: rules)
    {
      return .wrong("the price of the statement is not “\(rules)”, which the entry names")
    }
    switch cost(details, kind) {
    case nil: return .unknown
    case let cost? where cost - before != charge:
      return .wrong("\(cost.decimalText) less \(before.decimalText) are not \(charge.decimalText)")
    default: break
    }
    let account = line["account"]?.string ?? ""
    let parts = contract.shares(
      of: Contract.Sums(gross: charge, shared: shared),
      after: Contract.Sums(gross: gross, shared: sharedBefore))
    let part = parts.first { $0.account == account }?.amount
    return part == amount
      ? .right : .wrong("\(account) has \((part ?? 0).decimalText) of it by its contract")
  }

  /// What the month costs with the use of the line.
  private func cost(_ details: JSON, _ kind: String) -> Micros? {
    func units(_ name: String) -> Int128? {
      details[name]?.integer.flatMap { $0 < 0 ? nil : Int128($0) }
    }
    let least = details["least"]?.string.flatMap { Micros(decimal: $0) } ?? 0
    if kind == "least" { return least }
    guard let rules = details["price"]?.string, let price = prices[rules],
      let before = units("before"), let used = units("quantity"), let free = units("free")
    else { return nil }
    let cost = UnitPrice(price).cost(of: max(0, before + used - free))
    return cost.map { max($0, least) }
  }

  private func contract(_ details: JSON) -> Contract? {
    guard let id = details["contract"]?.string, let json = contracts[id],
      let ppm = json["platform_ppm"]?.integer, (0...1_000_000).contains(ppm),
      id.hasSuffix(" \(ppm)")
    else { return nil }
    let contract = Contract(id: id, platformPPM: ppm, partiesJSON: json["parties"] ?? [])
    let isWhole =
      contract.parties.allSatisfy { (0...1_000_000).contains($0.ppm) }
      && contract.parties.reduce(0) { $0 + $1.ppm } == 1_000_000
    return isWhole ? contract : nil
  }
}
