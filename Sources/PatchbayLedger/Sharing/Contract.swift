package import PatchbayCore
internal import PatchbayJSON

/// How what is charged is shared: between the platform and the partner's parties. Shares follow
/// from the sum of all charges so far, so that a million small charges share exactly as their sum
/// does.
package struct Contract: Sendable, Equatable {
  /// Charges with this name count together.
  package let id: String
  package let platformPPM: Int64
  /// Of the partner's part; together 1,000,000. The last that is not zero gets what is left.
  package let parties: [Terms.Share]

  /// Charges so far, and what of them the platform takes its part of.
  package struct Sums: Sendable, Equatable {
    package var gross: Micros
    package var shared: Micros

    package init(gross: Micros = 0, shared: Micros = 0) {
      (self.gross, self.shared) = (gross, shared)
    }
  }

  package init(id: String, platformPPM: Int64, parties: [(name: String, ppm: Int64)]) {
    (self.id, self.platformPPM) = (id, platformPPM)
    self.parties = parties.map { Terms.Share(party: $0.name, ppm: $0.ppm) }
  }

  package static let platform = "platform:revenue"

  /// The contract of a plugin's terms, with the platform's part.
  package init(_ terms: CommercialTerms, platformPPM: Int64) {
    self.init(
      id: "\(terms.plugin) \(terms.terms.sha256) \(platformPPM)", platformPPM: platformPPM,
      parties: terms.terms.shares.map { ($0.party, $0.ppm) })
  }

  /// What each account has of sums. Each step is a division of what is left into two, the first
  /// rounded down: so no share falls while the sum grows, and together they are the sum.
  package func shares(of sums: Sums) -> [(account: String, amount: Micros)] {
    let platform = sums.shared.times(Int128(platformPPM), over: 1_000_000)
    var found: [(account: String, amount: Micros)] = []
    if platformPPM > 0 { found.append((Self.platform, platform)) }
    var left = sums.gross - platform
    var ppmLeft: Int64 = 1_000_000
    for share in parties where share.ppm > 0 {
      let isLast = share.ppm == ppmLeft
      let amount = isLast ? left : left.times(Int128(share.ppm), over: Int128(ppmLeft))
      found.append((Self.earned(share.party), amount))
      left -= amount
      ppmLeft -= share.ppm
    }
    return found
  }

  /// What each account gets of a charge, when so much was charged before.
  package func shares(of charge: Sums, after before: Sums) -> [(account: String, amount: Micros)] {
    let now = Sums(gross: before.gross + charge.gross, shared: before.shared + charge.shared)
    return zip(shares(of: now), shares(of: before)).map { now, then in
      (now.account, now.amount - then.amount)
    }
  }

  package static func earned(_ party: String) -> String { "partner:\(Account.part(party)):earned" }
}

extension Contract {
  /// How it is kept beside its sums.
  var partiesJSON: JSON {
    .array(parties.map { ["party": .string($0.party), "ppm": .integer($0.ppm)] })
  }

  init(id: String, platformPPM: Int64, partiesJSON: JSON) {
    self.init(
      id: id, platformPPM: platformPPM,
      parties: (partiesJSON.array ?? []).map {
        ($0["party"]?.string ?? "", $0["ppm"]?.integer ?? 0)
      })
  }
}
