internal import PatchbayTerminal

enum Measure {
  /// Seconds for one call, the best of some rounds of as many calls as fill a good part of a
  /// second: what disturbs a round only ever makes it longer.
  static func seconds(rounds: Int = 5, _ body: () throws -> Void) rethrows -> Double {
    let clock = ContinuousClock()
    var count = 1
    var best = Double.infinity
    while true {
      let duration = try clock.measure { for _ in 0..<count { try body() } } / .seconds(1)
      if duration > 0.1 {
        best = duration / Double(count)
        break
      }
      count *= 2
    }
    for _ in 1..<rounds {
      let duration = try clock.measure { for _ in 0..<count { try body() } } / .seconds(1)
      best = min(best, duration / Double(count))
    }
    return best
  }

  /// Seconds for one call.
  static func once(_ body: () throws -> Void) rethrows -> Double {
    try ContinuousClock().measure { try body() } / .seconds(1)
  }

  /// Of two things in turn, so that what disturbs one disturbs the other too.
  static func inTurn(rounds: Int, _ first: () throws -> Double, _ second: () throws -> Double)
    rethrows -> (Double, Double)
  {
    var best = (Double.infinity, Double.infinity)
    for _ in 0..<rounds {
      best.0 = min(best.0, try first())
      best.1 = min(best.1, try second())
    }
    return best
  }

  /// The one in the middle.
  static func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }

  static func milliseconds(_ seconds: Double) -> String { "\(decimal(seconds * 1000)) ms" }
  static func microseconds(_ seconds: Double) -> String { "\(decimal(seconds * 1_000_000)) µs" }
  static func megabytes(_ perSecond: Double) -> String { "\(Int(perSecond / 1_000_000)) MB/s" }
}
