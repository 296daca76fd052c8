/// Numbers that look random and depend on nothing but what is passed in (SplitMix64's finalizer).
enum Noise {
  static func mix(_ value: UInt64) -> UInt64 {
    var mixed = value &+ 0x9E37_79B9_7F4A_7C15
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }

  static func mix(_ first: UInt64, _ second: UInt64) -> UInt64 { mix(mix(first) ^ second) }

  /// A hash of a name that stays the same from one run to the next.
  static func hash(_ name: String) -> UInt64 {
    name.utf8.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01B3 }
  }
}

/// A few draws from one noise value.
struct Draw {
  private var state: UInt64

  init(_ seed: UInt64) { state = seed }

  mutating func below(_ bound: Int) -> Int {
    state = Noise.mix(state)
    return Int(state % UInt64(max(bound, 1)))
  }

  mutating func pick(_ choices: [String]) -> String { choices[below(choices.count)] }

  mutating func digits(_ count: Int) -> String {
    var digits: [UInt8] = []
    digits.reserveCapacity(count)
    digits.append(UInt8(ascii: "1") + UInt8(below(9)))
    while digits.count < count { digits.append(UInt8(ascii: "0") + UInt8(below(10))) }
    return String(decoding: digits, as: UTF8.self)
  }
}
