import PatchbayJSON
import Seeded

/// Seeds of property tests: some that stay, and a new one each run. A failure prints its seed.
let seeds = Scale.seeds(quick: 5, nightly: 20)

extension Draw {
  private static let pieces = [
    "a", "Z", "0", " ", "\"", "\\", "/", "~", "\n", "\r", "\t", "\u{0}", "\u{1}", "\u{1F}",
    "\u{7F}", "é", "e\u{301}", "ß", "漢", "\u{2028}", "🙂", "👩‍👧", "\u{FFFF}", "\u{10FFFF}",
  ]

  mutating func text() -> String {
    (0..<below(8)).map { _ in pick(Self.pieces) }.joined()
  }

  mutating func number() -> JSON {
    switch below(5) {
    case 0: .integer(Int64(truncatingIfNeeded: next()))
    case 1: .integer(Int64(below(100)) - 50)
    case 2: .number(pick(["-0", "0.0", "-0.0", "1e400", "1E+2", "0.10", "1e-7", "123.4560"]))
    case 3: .number("9" + (0..<(20 + below(60))).map { _ in String(below(10)) }.joined())
    default: .number("\(below(1000)).\(below(1000))e\(below(2) == 0 ? "-" : "+")\(below(50))")
    }
  }

  mutating func json(depth: Int = 4) -> JSON {
    switch below(depth == 0 ? 5 : 8) {
    case 0: return .null
    case 1: return .bool(below(2) == 0)
    case 2, 3: return number()
    case 4: return .string(text())
    case 5, 6:
      let count = below(3) == 0 ? below(40) : below(4)
      var object = JSONObject()
      for _ in 0..<count { object[text()] = json(depth: depth - 1) }
      return .object(object)
    default: return .array((0..<below(5)).map { _ in json(depth: depth - 1) })
    }
  }
}
