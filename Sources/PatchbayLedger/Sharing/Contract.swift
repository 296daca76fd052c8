public import PatchbayCore

/// How what is charged is shared: between the platform and the partner's parties. Shares follow
/// from the sum of all charges so far, so that a million small charges share exactly as their sum
/// does.
public struct Contract: Sendable, Equatable {
  /// Charges with this name count together.
  public let id: String
  public let platformPPM: Int64
  /// Of the sum of all charges, what the platform takes nothing of.
  public let freeMicros: Micros
  /// Of the partner's part; together 1,000,000. The last that is not zero gets what is left.
  public let parties: [(name: String, ppm: Int64)]

  public init(
    id: String, platformPPM: Int64, freeMicros: Micros = 0, parties: [(name: String, ppm: Int64)]
  ) {
    (self.id, self.platformPPM, self.freeMicros) = (id, platformPPM, freeMicros)
    self.parties = parties
  }

  public static let platform = "platform:revenue"

  /// The contract of a plugin's terms.
  public init(_ terms: CommercialTerms) {
    self.init(
      id: "\(terms.plugin) \(terms.terms.sha256) \(terms.platformPPM)",
      platformPPM: terms.platformPPM,
      parties: terms.terms.shares.map { ($0.party, $0.ppm) })
  }

  /// What each account has of a sum. Each step is a division of what is left into two, the first
  /// rounded down: so no share falls while the sum grows, and together they are the sum.
  public func shares(of sum: Micros) -> [(account: String, amount: Micros)] {
    let shared = max(0, sum - freeMicros)
    let platform = shared.times(Int128(platformPPM), over: 1_000_000)
    var found: [(account: String, amount: Micros)] = []
    if platformPPM > 0 { found.append((Self.platform, platform)) }
    var left = sum - platform
    var ppmLeft: Int64 = 1_000_000
    for (name, ppm) in parties where ppm > 0 {
      let isLast = ppm == ppmLeft
      let amount = isLast ? left : left.times(Int128(ppm), over: Int128(ppmLeft))
      found.append((Self.earned(name), amount))
      left -= amount
      ppmLeft -= ppm
    }
    return found
  }

  /// What each account gets of a charge, when so much was charged before.
  public func shares(of charge: Micros, after before: Micros) -> [(account: String, amount: Micros)]
  {
    zip(shares(of: before + charge), shares(of: before)).map { now, then in
      (now.account, now.amount - then.amount)
    }
  }

  public static func earned(_ party: String) -> String { "partner:\(party):earned" }

  public static func == (one: Contract, other: Contract) -> Bool {
    one.id == other.id && one.platformPPM == other.platformPPM
      && one.freeMicros == other.freeMicros
      && one.parties.elementsEqual(other.parties) { $0 == $1 }
  }
}
