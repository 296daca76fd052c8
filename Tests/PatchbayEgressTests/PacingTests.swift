import Seeded
import Testing

@testable import PatchbayEgress

/// The limiter against servers that refuse, on a virtual clock, one request at a time.
@Suite struct PacingTests {
  private static let bucket = VirtualServer.Limit.bucket(perSecond: 20, burst: 5)
  private static let window = RateRule(.window(requests: 110, perMS: 10_000))

  /// What the bucket of 20 a second with a burst of 5 allows at best.
  private static func idealMS(_ count: Int) -> Double { Double(count - 6) * 1000 / 20 }

  private static func server(jitter: Bool, retryAfter: Bool, noise: Int = 0) -> VirtualServer {
    var server = VirtualServer(bucket)
    server.hasJitter = jitter
    server.retryAfterMS = retryAfter ? 1000 : nil
    server.noise = noise
    return server
  }

  @Test(arguments: [200, 500, 1000], seeds)
  func `The declared rule is never refused and costs a tenth at most`(count: Int, seed: UInt64) {
    for jitter in [false, true] {
      let server = Self.server(jitter: jitter, retryAfter: true)
      let rule = RateRule(.bucket(perSecond: 20, burst: 5))
      let journey = Journey(count, rules: [rule], server: server, seed: seed)
      #expect(journey.refusals == 0, "seed \(seed), jitter \(jitter)")
      #expect(
        Double(journey.totalMS) <= 1.1 * Self.idealMS(count), "seed \(seed), jitter \(jitter)")
    }
  }

  @Test(arguments: [100, 200, 500, 1000], seeds)
  func `An unknown limit is found with three refusals, in half as much time again`(
    count: Int, seed: UInt64
  ) {
    for rules in [nil, [Self.window]] {
      for jitter in [false, true] {
        for retryAfter in [true, false] {
          let server = Self.server(jitter: jitter, retryAfter: retryAfter)
          let journey = Journey(count, rules: rules, server: server, seed: seed)
          let place = "seed \(seed), jitter \(jitter), Retry-After \(retryAfter), \(journey)"
          #expect(journey.refusals <= 3, "\(place)")
          // A slow answer costs its own time too.
          let slowMS = jitter ? 250.0 : 0
          #expect(Double(journey.totalMS) <= 1.5 * Self.idealMS(count) + slowMS, "\(place)")
        }
      }
    }
  }

  @Test(arguments: [(1, 0), (2, 20), (10, 1), (50, 20), (100, 100)] as [(Int64, Int64)], seeds)
  func `Limits of other sizes are found too`(limit: (Int64, Int64), seed: UInt64) {
    var server = VirtualServer(.bucket(perSecond: limit.0, burst: limit.1))
    server.hasJitter = true
    let count = 60 * Int(limit.0)
    let journey = Journey(count, rules: nil, server: server, seed: seed)
    #expect(journey.refusals <= 16, "seed \(seed): \(journey)")
    #expect(journey.totalMS <= 120_000, "seed \(seed): \(journey)")
  }

  /// Requests and seeds: the longer it takes, the fewer.
  private static let byChance: [(count: Int, seed: UInt64)] =
    [(200, 10, 150), (1000, 5, 50), (5000, 2, 12)].flatMap { count, quick, nightly in
      (1...UInt64(Scale.count(quick: quick, nightly: nightly))).map { (count, $0) }
    }

  /// One request in twenty refused for no reason, each with a second to wait. The bound: four times
  /// what the bucket allows and a minute to find the pace, however long it goes on. Chance knows no
  /// bound, so the seeds are always the same.
  @Test(arguments: byChance)
  func `Refusals by chance do not bring the pace down`(count: Int, seed: UInt64) {
    for rules in [nil, [Self.window], [RateRule(.bucket(perSecond: 20, burst: 5))]] {
      for jitter in [false, true] {
        let server = Self.server(jitter: jitter, retryAfter: true, noise: 50)
        let journey = Journey(count, rules: rules, server: server, seed: seed)
        let place = "seed \(seed), rules \(rules?.count ?? 0), jitter \(jitter), \(journey)"
        #expect(Double(journey.totalMS) <= 4 * Self.idealMS(count) + 60_000, "\(place)")
        #expect(journey.refusals <= count / 6 + 20, "\(place)")
      }
    }
  }

  @Test(arguments: seeds)
  func `A server that lowers its limit is obeyed again after a while`(seed: UInt64) {
    var limiter = Limiter(rules: nil, inFlightLimit: 8)
    var server = VirtualServer(Self.bucket)
    let before = Journey(500, &limiter, server: server, seed: seed)
    server.startMS += before.totalMS
    server.limit = .bucket(perSecond: 2, burst: 0)
    let settling = Journey(100, &limiter, server: server, seed: seed)
    server.startMS += settling.totalMS
    let after = Journey(100, &limiter, server: server, seed: seed)
    #expect(after.refusals <= 25, "seed \(seed): \(settling), \(after)")
    #expect(after.totalMS <= 100_000, "seed \(seed): \(after)")
  }

  @Test(arguments: [50, 110, 330, 1000], seeds)
  func `A sliding window with the declared rule is never refused`(count: Int, seed: UInt64) {
    var server = VirtualServer(.window(requests: 110, perMS: 10_000))
    server.hasJitter = true
    let journey = Journey(count, rules: [Self.window], server: server, seed: seed)
    #expect(journey.refusals == 0, "seed \(seed)")
    let windows = Int64((count - 1) / 110)
    #expect(journey.totalMS <= windows * 10_200 + Int64(count) * 8, "seed \(seed): \(journey)")
  }

  @Test func `Nothing is held back where nothing is known`() {
    let journey = Journey(5000, rules: nil, server: VirtualServer(.none), seed: 1)
    #expect(journey.refusals == 0)
    #expect(journey.totalMS <= 5000 * 5)
  }

  @Test func `A pause that the server asks for is kept`() {
    for (asked, wanted) in [(5000, 5000), (nil, 500)] as [(Int64?, Int64)] {
      var limiter = Limiter(rules: nil, inFlightLimit: 8)
      #expect(limiter.admit("/x", now: 1000) == .go)
      var answer = Limiter.Answer()
      answer.isRefusal = true
      answer.pace.retryAfterMS = asked
      limiter.finish(answer, now: 1000)
      guard case .wait(let untilMS) = limiter.admit("/x", now: 1001) else {
        Issue.record("went on at once")
        continue
      }
      #expect((1000 + wanted...1100 + wanted).contains(untilMS))
      #expect(limiter.admit("/x", now: untilMS - 1) == .wait(untilMS: untilMS))
      #expect(limiter.admit("/x", now: untilMS) == .go)
    }
  }
}
