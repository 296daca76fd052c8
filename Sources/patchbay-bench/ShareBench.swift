internal import PatchbayCore
internal import PatchbayLedger

/// The platform's 30 % of 20,000 charges of 1 to 99 units, as the ledger shares them and as two
/// usual ways would have.
enum ShareBench {
  private static let ppm: Int128 = 300_000
  private static let million: Int128 = 1_000_000

  static func run(_ setup: Setup) throws -> [Finding] {
    var generator = Generator(state: 20_261_122)
    let charges = (0..<20_000).map { _ in Micros(1 + generator.next() % 99) }
    let contract = Contract(
      id: "bench", platformPPM: Int64(ppm), parties: [("partner", Int64(million))])
    var (sums, ours) = (Contract.Sums(), Micros(0))
    for charge in charges {
      let part = Contract.Sums(gross: charge, shared: charge)
      ours += contract.shares(of: part, after: sums).first?.amount ?? 0
      sums = .init(gross: sums.gross + charge, shared: sums.shared + charge)
    }
    let exact = Double(sums.gross) * Double(ppm) / Double(million)
    // The unit that is left of a charge goes to who is named first, or last.
    let first = charges.reduce(Micros(0)) { $0 + ($1 * ppm + million - 1) / million }
    let last = charges.reduce(Micros(0)) { $0 + $1 * ppm / million }
    // It goes to whose part was rounded down by more.
    let largest = charges.reduce(Micros(0)) { $0 + ($1 * ppm + million / 2) / million }
    func off(_ sum: Micros) -> String {
      let percent = (Double(sum) / exact - 1) * 100
      return "\(sum) (\(percent < 0 ? "-" : "+")\(decimal(abs(percent))) %)"
    }
    return [
      Finding(
        name: "shares: units off the exact sum", ours: "\(ours)", limit: decimal(exact),
        ratio: abs(Double(ours) - exact), wanted: .atMost(1),
        note: "list order \(off(first)) or \(off(last)), largest remainder \(off(largest))")
    ]
  }

  /// SplitMix64: the same charges in each run.
  private struct Generator {
    var state: UInt64

    mutating func next() -> UInt64 {
      state &+= 0x9E37_79B9_7F4A_7C15
      var mixed = state
      mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
      mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
      return mixed ^ (mixed >> 31)
    }
  }
}
