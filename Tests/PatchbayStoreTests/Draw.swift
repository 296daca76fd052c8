/// A small seeded generator (SplitMix64): the same seed draws the same things.
struct Draw: RandomNumberGenerator {
  private var state: UInt64

  init(_ seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }

  mutating func below(_ end: Int) -> Int { Int.random(in: 0..<end, using: &self) }

  mutating func pick<T>(_ choices: [T]) -> T { choices[below(choices.count)] }
}

/// Seeds of property tests: three that stay, and a new one each run. A failure prints its seed.
let seeds: [UInt64] = [1, 2, 3, .random(in: 4 ... .max)]
