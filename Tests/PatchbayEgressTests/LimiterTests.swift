import Seeded
import PatchbayCore
import Testing

@testable import PatchbayEgress

@Suite struct RateRuleTests {
  @Test(
    arguments: [
      ("20/s", nil, .bucket(perSecond: 20, burst: 0)),
      ("1/1s", nil, .bucket(perSecond: 1, burst: 0)),
      ("110/10s", nil, .window(requests: 110, perMS: 10_000)),
      ("1000/m", nil, .window(requests: 1000, perMS: 60_000)),
      ("5/2h", nil, .window(requests: 5, perMS: 7_200_000)),
      ("20/s", 5, .bucket(perSecond: 20, burst: 5)), ("60/m", 3, .bucket(perSecond: 1, burst: 3)),
    ] as [(String, Int?, RateRule.Form)])
  func `A rate is read as it is written`(text: String, burst: Int?, form: RateRule.Form) throws {
    #expect(try RateRule(text: text, burst: burst) == RateRule(form))
  }

  @Test(arguments: [
    "", "20", "20/", "/s", "0/s", "-1/s", "1.5/s", "20/x", "20/0s", "20/s/s", "20 / s", "20/-1s",
    "1000001/s", "20/3601s", "20/10", "20/ms", "99999999999999999999/s", "20/S", "off",
  ])
  func `What is not a rate is refused with a hint`(text: String) {
    let failure = #expect(throws: Failure.self) { try RateRule(text: text, burst: nil) }
    #expect(failure?.code == "egress.rate")
    #expect(failure?.mend.contains("110/10s") == true)
  }

  @Test(
    arguments: [
      (nil, "/any", true), ("/a", "/a", true), ("/a", "/ab", false), ("/a*", "/ab", true),
      ("*/search", "/crm/contacts/search", true), ("*/search", "/search/x", false),
      ("/a/*/c", "/a/b/c", true), ("/a/*/c", "/a/b/d", false), ("/a*b*c", "/aXbXXc", true),
      ("/a*b*c", "/aXcXXb", false), ("*", "", true), ("/ab*b", "/ab", false),
    ] as [(String?, String, Bool)])
  func `A rule counts the paths that its pattern fits`(pattern: String?, path: String, counts: Bool)
  {
    #expect(RateRule(.window(requests: 1, perMS: 1000), path: pattern).counts(path) == counts)
  }
}

@Suite struct LimiterTests {
  @Test(arguments: seeds)
  func `A window meter never sends more than its rule in any window`(seed: UInt64) {
    var draw = Draw(seed)
    for _ in 0..<20 {
      let requests = 1 + draw.below(30)
      let perMS = Int64(1000 + draw.below(20_000))
      var meter = RateMeter(RateRule(.window(requests: requests, perMS: perMS)))
      var nowMS: Int64 = 0
      var sent: [Int64] = []
      for _ in 0..<300 {
        nowMS = max(nowMS + Int64(draw.below(50)), meter.readyMS(now: nowMS))
        meter.take(now: nowMS)
        sent.append(nowMS)
        let inside = sent.count { $0 > nowMS - perMS }
        #expect(inside <= requests, "seed \(seed): \(requests) per \(perMS)")
      }
    }
  }

  @Test(arguments: seeds)
  func `A bucket meter never runs ahead of its rate by more than its burst`(seed: UInt64) {
    var draw = Draw(seed)
    for _ in 0..<20 {
      let perSecond = Double(1 + draw.below(50))
      let burst = Double(draw.below(20))
      var meter = RateMeter(RateRule(.bucket(perSecond: perSecond, burst: burst)))
      var level = 0.0
      var lastMS: Int64 = 0
      var nowMS: Int64 = 0
      for _ in 0..<300 {
        nowMS = max(nowMS + Int64(draw.below(100)), meter.readyMS(now: nowMS))
        meter.take(now: nowMS)
        level = max(0, level - perSecond * Double(nowMS - lastMS) / 1000) + 1
        lastMS = nowMS
        #expect(level <= max(1, burst) + 0.001, "seed \(seed): \(perSecond)/s, burst \(burst)")
      }
    }
  }

  @Test func `A rule for one path does not hold the others back`() {
    let rule = RateRule(.window(requests: 1, perMS: 1000), path: "*/search")
    var limiter = Limiter(rules: [rule], inFlightLimit: 8)
    #expect(limiter.admit("/search", now: 0) == .go)
    limiter.finish(clean, now: 1)
    #expect(limiter.admit("/search", now: 2) == .wait(untilMS: 1100))
    #expect(limiter.admit("/list", now: 2) == .go)
  }

  private var clean: Limiter.Answer {
    var answer = Limiter.Answer()
    answer.isClean = true
    return answer
  }

  @Test func `So many are under way as the limit says, and one more when one is over`() {
    var limiter = Limiter(rules: nil, inFlightLimit: 3)
    for _ in 0..<3 { #expect(limiter.admit("/", now: 0) == .go) }
    #expect(limiter.admit("/", now: 0) == .full)
    limiter.finish(clean, now: 5)
    #expect(limiter.admit("/", now: 5) == .go)
    #expect(limiter.admit("/", now: 5) == .full)
  }

  @Test func `With a rule the number under way grows with clean answers and falls at a refusal`() {
    var limiter = Limiter(rules: [], inFlightLimit: 8)
    #expect(limiter.admit("/", now: 0) == .go)
    #expect(limiter.admit("/", now: 0) == .full)
    limiter.finish(clean, now: 0)
    for now in 1...Int64(400) {
      #expect(limiter.admit("/", now: now) == .go)
      limiter.finish(clean, now: now)
    }
    for _ in 0..<3 { #expect(limiter.admit("/", now: 500) == .go) }
    #expect(limiter.admit("/", now: 500) == .full)
    var refusal = Limiter.Answer()
    refusal.isRefusal = true
    refusal.pace.remaining = 5
    refusal.pace.retryAfterMS = 1000
    limiter.finish(refusal, now: 500)
    limiter.finish(clean, now: 500)
    limiter.finish(clean, now: 500)
    #expect(limiter.admit("/", now: 501) == .wait(untilMS: 1520))
    #expect(limiter.admit("/", now: 1520) == .go)
    #expect(limiter.admit("/", now: 1521) == .full)
  }

  @Test func `A vendor's window that others have used up is left to recover`() {
    var limiter = Limiter(rules: nil, inFlightLimit: 8)
    #expect(limiter.admit("/", now: 0) == .go)
    var answer = clean
    answer.pace.remaining = 0
    answer.pace.intervalMS = 10_000
    limiter.finish(answer, now: 0)
    #expect(limiter.admit("/", now: 1) == .wait(untilMS: 1000))
  }

  @Test func `Refusals in a row without a time to wait are paused for longer and longer`() {
    var limiter = Limiter(rules: nil, inFlightLimit: 8)
    var nowMS: Int64 = 0
    var pauses: [Int64] = []
    for _ in 0..<10 {
      if case .wait(let untilMS) = limiter.admit("/", now: nowMS) {
        pauses.append(untilMS - nowMS)
        nowMS = untilMS
        #expect(limiter.admit("/", now: nowMS) == .go)
      }
      var refusal = Limiter.Answer()
      refusal.isRefusal = true
      limiter.finish(refusal, now: nowMS)
    }
    #expect(pauses.prefix(7) == [500, 1000, 2000, 4000, 8000, 16_000, 32_000])
    #expect(pauses.dropFirst(7).allSatisfy { $0 == 60_000 })
  }
}

@Suite struct RetryPolicyTests {
  private func delay(
    _ outcome: RetryPolicy.Outcome, attempt: Int = 1, isIdempotent: Bool = true,
    heldMS: Int64? = nil, random: UInt64 = .max
  ) -> Int64? {
    RetryPolicy(attempts: 8).delayMS(
      after: outcome, attempt: attempt, isIdempotent: isIdempotent, heldMS: heldMS,
      random: random)
  }

  @Test(arguments: [408, 423, 425, 500, 502, 503, 504, 520, 529])
  func `What may pass is tried again where that does no harm`(status: Int) {
    #expect(delay(.status(status)) != nil)
    #expect(delay(.status(status), isIdempotent: false) == nil)
  }

  @Test(arguments: [301, 400, 401, 403, 404, 409, 410, 412, 422, 501, 505, 530])
  func `What will not pass is not tried again`(status: Int) {
    #expect(delay(.status(status)) == nil)
  }

  @Test func `What was refused for its pace is sent again, whatever the request`() {
    for outcome in [RetryPolicy.Outcome.refused, .status(429)] {
      #expect(delay(outcome, isIdempotent: false, heldMS: 9000, random: 0) == 9000)
      #expect(delay(outcome, attempt: 8) == nil)
    }
  }

  @Test func `A broken connection is tried again where the vendor cannot have acted twice`() {
    #expect(delay(.broken(sent: true)) != nil)
    #expect(delay(.broken(sent: false), isIdempotent: false) != nil)
    #expect(delay(.broken(sent: true), isIdempotent: false) == nil)
  }

  @Test func `Attempts end`() {
    #expect(delay(.status(500), attempt: 7) != nil)
    #expect(delay(.status(500), attempt: 8) == nil)
  }

  @Test(arguments: seeds)
  func `The wait is anywhere under a ceiling that doubles, and over what the server asks`(
    seed: UInt64
  ) throws {
    var draw = Draw(seed)
    for attempt in 1...7 {
      let ceiling = min(20_000, 250 << Int64(attempt - 1))
      let waits = (0..<300).compactMap { _ in
        delay(.status(500), attempt: attempt, random: draw.next())
      }
      #expect(waits.count == 300)
      #expect(waits.allSatisfy { 0 <= $0 && $0 <= ceiling }, "seed \(seed), attempt \(attempt)")
      #expect(try #require(waits.max()) > ceiling * 8 / 10, "seed \(seed), attempt \(attempt)")
      #expect(try #require(waits.min()) < ceiling * 2 / 10, "seed \(seed), attempt \(attempt)")
    }
    #expect(delay(.status(503), heldMS: 7000, random: 0) == 7000)
    #expect(delay(.status(503), heldMS: 86_400_000, random: 0) == 900_000)
  }
}
