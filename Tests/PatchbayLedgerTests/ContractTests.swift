import PatchbayCore
import PatchbayJSON
import Seeded
import Testing

@testable import PatchbayLedger

@Suite("How charges are shared") struct ContractTests {
  static let seeds = Scale.seeds(1, 7, 20_261_121)

  /// The share by the sum, reckoned apart.
  private func exact(_ sum: Micros, _ ppm: Int64) -> Micros { sum * Micros(ppm) / 1_000_000 }

  @Test(arguments: seeds)
  func `many small charges share as their sum does`(seed: UInt64) {
    var draw = Draw(seed)
    let contract = Contract(
      id: "c", platformPPM: 300_000,
      parties: [("author", 900_000), ("referrer", 70_000), ("charity", 30_000)])
    var (sum, got): (Micros, [String: Micros]) = (0, [:])
    for _ in 0..<20_000 {
      let charge = Micros((1 + draw.below(99)))
      let part = Contract.Sums(gross: charge, shared: charge)
      for (account, amount) in contract.shares(of: part, after: .init(gross: sum, shared: sum)) {
        #expect(amount >= 0, "seed \(seed): \(account) loses \(amount)")
        got[account, default: 0] += amount
      }
      sum += charge
    }
    let platform = got[Contract.platform] ?? 0
    #expect(platform == exact(sum, 300_000), "seed \(seed)")
    #expect(got.values.reduce(0, +) == sum, "seed \(seed)")
    for (account, amount) in contract.shares(of: .init(gross: sum, shared: sum)) {
      #expect(got[account] == amount)
    }
    for share in contract.parties {
      let difference = (got[Contract.earned(share.party)] ?? 0) - exact(sum - platform, share.ppm)
      #expect(abs(difference) <= 3, "seed \(seed): \(share.party) is off by \(difference)")
    }
  }

  @Test func `who has no share gets nothing`() {
    let contract = Contract(
      id: "c", platformPPM: 0, parties: [("a", 0), ("b", 1_000_000), ("c", 0)])
    for sum: Micros in [0, 1, 999_999, 1_000_001, 7_777_777] {
      let shares = contract.shares(of: .init(gross: sum, shared: sum))
      #expect(shares.map(\.account) == [Contract.earned("b")] && shares[0].amount == sum)
    }
  }

  @Test func `what is free for the platform stays with the partner`() {
    let contract = Contract(
      id: "c", platformPPM: 200_000, parties: [("a", 1_000_000)])
    #expect(
      contract.shares(of: .init(gross: 1_000_000, shared: 0)).map(\.amount) == [0, 1_000_000])
    let shares = contract.shares(of: .init(gross: 1_000_010, shared: 10))
    #expect(shares.map(\.amount) == [2, 1_000_008])
  }

  /// Gifts lead the sum of a contract below nothing, where prices of volume fall.
  @Test(arguments: Scale.seeds(quick: 2, nightly: 50))
  func `shares of any sum are that sum, and none falls while it grows`(seed: UInt64) {
    var draw = Draw(seed)
    for _ in 0..<200 {
      let first = draw.below(1_000_001)
      let contract = Contract(
        id: "c", platformPPM: Int64(draw.below(1_000_001)),
        parties: [("a", Int64(first)), ("b", Int64(1_000_000 - first))])
      let low = Micros(draw.below(2_000_000)) - 1_000_000
      let high = low + Micros(draw.below(50))
      func shares(_ sum: Micros) -> [Micros] {
        contract.shares(of: Contract.Sums(gross: sum, shared: sum)).map(\.amount)
      }
      #expect(shares(low).reduce(0, +) == low && shares(high).reduce(0, +) == high)
      #expect(zip(shares(low), shares(high)).allSatisfy { $0 <= $1 }, "\(low) \(high) \(contract)")
    }
    #expect(Micros(-7).times(1, over: 2) == -4 && Micros(7).times(1, over: 2) == 3)
    #expect(Micros.max.times(.max, over: 1) == .max && Micros.min.times(1, over: 1) == -.max)
  }
}
