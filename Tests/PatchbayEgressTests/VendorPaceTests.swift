import Seeded
import PatchbayCore
import Testing

@testable import PatchbayEgress

@Suite struct VendorPaceTests {
  /// 2026-07-14T03:33:20Z.
  private static let nowMS: Int64 = 1_784_000_000_000
  private static let day: Int64 = 86_400_000

  private func pace(_ headers: [String: String], _ names: RateHeaders = RateHeaders())
    -> VendorPace
  {
    VendorPace(headers, names, now: Self.nowMS)
  }

  @Test(
    arguments: [
      ([#""default";r=0;t=30"#], 0, 30_000), ([#""default";r=50;t=30"#], 50, 30_000),
      ([#""default"; r=0 ; t=30"#], 0, 30_000), (["default;r=0;t=30"], 0, 30_000),
      ([#""a";r=5;t=9, "b";r=0;t=60"#], 0, 60_000), ([#""b";r=0;t=60, "a";r=5;t=9"#], 0, 60_000),
      ([#""a";r=0;t=9, "b";r=0;t=60"#], 0, 60_000), ([#""a,;b";r=1;t=2"#], 1, 2000),
      (["limit=100, remaining=0, reset=30"], 0, 30_000),
      ([#""default";r=0"#, #""default";q=100;w=60"#], 0, 60_000),
      ([#""b";r=0"#, #""a";q=9;w=1, "b";q=100;w=60"#], 0, 60_000),
      ([#""default";r=0;t=30"#, #""default";q=100;w=60"#], 0, 30_000),
      ([#""default";r=0"#], 0, nil), ([#""default";t=30"#], nil, nil), ([""], nil, nil),
      ([#""default";r=x;t=30"#], nil, nil), ([#""default";r=0;t=1e9"#], 0, nil),
      ([#""default";r=0;t=9999999999"#], 0, 86_400_000), (["\""], nil, nil), ([";,=;=,"], nil, nil),
    ] as [([String], Int?, Int64?)])
  func `The RateLimit field is read in all of its drafts`(
    fields: [String], left: Int?, resetMS: Int64?
  ) {
    var headers = ["ratelimit": fields[0]]
    if fields.count > 1 { headers["ratelimit-policy"] = fields[1] }
    let found = pace(headers)
    #expect(found.left == left && found.resetMS == resetMS, "\(fields): \(found)")
  }

  @Test(
    arguments: [
      ("30", 30_000), ("0", 0), ("0.5", 500), ("-3", 0), ("1784000030", 30_000),
      ("1784000030.5", 30_500), ("1784000030000", 30_000), ("1783999990", 0),
      ("2026-07-14T03:33:50Z", 30_000), ("Tue, 14 Jul 2026 03:33:50 GMT", 31_000),
      // A year of seconds is no point in time, and is waited for a day at most.
      ("2592000", 86_400_000),
      // More than a day off, or no number from end to end: nothing said.
      ("1784100000", nil), ("1500000000", nil), ("1784100000000", nil), ("0x20", nil),
      ("1e3", nil), ("inf", nil), ("nan", nil), ("30 s", nil), ("", nil), ("30, 60", nil),
      ("99999999999999999999999", nil), ("2020-01-01T00:00:00Z", nil),
    ] as [(String, Int64?)])
  func `A reset is seconds from now, or a point in time within a day`(text: String, resetMS: Int64?)
  {
    for prefix in ["ratelimit", "x-ratelimit", "x-rate-limit"] {
      let found = pace(["\(prefix)-remaining": "0", "\(prefix)-reset": text])
      #expect(found.left == 0 && found.resetMS == resetMS, "\(prefix), \(text): \(found)")
      #expect(pace(["\(prefix)-reset": text]).resetMS == nil, "\(prefix): nothing is left of what?")
    }
  }

  @Test func `The field of the standard counts for more than the headers before it`() {
    let found = pace([
      "ratelimit": #""a";r=3;t=5"#, "x-ratelimit-remaining": "0", "x-ratelimit-reset": "60",
    ])
    #expect(found.left == 3 && found.resetMS == 5000)
  }

  @Test func `Points in time are meant by the vendor's clock, where it shows it`() {
    // The vendor's clock is an hour behind ours.
    let date = "Tue, 14 Jul 2026 02:33:20 GMT"
    let found = pace([
      "date": date, "retry-after": "Tue, 14 Jul 2026 02:33:50 GMT", "x-ratelimit-remaining": "0",
      "x-ratelimit-reset": "1783996430",
    ])
    #expect(found.retryAfterMS == 31_000 && found.resetMS == 30_000)
    // A clock that is years off is not believed.
    let odd = pace([
      "date": "Sun, 06 Nov 1994 08:49:37 GMT", "retry-after": "Tue, 14 Jul 2026 03:33:50 GMT",
    ])
    #expect(odd.retryAfterMS == 31_000)
  }

  @Test func `Of two Retry-After the longer one holds`() {
    #expect(pace(["retry-after": "5, 120"]).retryAfterMS == 120_000)
    #expect(pace(["retry-after": "5, soon"]).retryAfterMS == nil)
    for text in ["0x10", "inf", "nan", "1e3", "+"] {
      #expect(pace(["retry-after": text]).retryAfterMS == nil, "\(text)")
    }
  }

  @Test(
    arguments: [
      (429, [:], true), (403, [:], false), (403, ["retry-after": "5"], true),
      (403, ["x-ratelimit-remaining": "0", "x-ratelimit-reset": "60"], true),
      (403, ["x-ratelimit-remaining": "7", "x-ratelimit-reset": "60"], false),
      (403, ["x-ratelimit-remaining": "0"], false), (403, ["ratelimit": "a;r=0;t=5"], true),
      (403, ["x-left": "0"], true), (403, ["x-left": "1"], false),
      (503, ["retry-after": "5"], false), (404, ["retry-after": "5"], false),
      (400, ["ratelimit": "a;r=0;t=5"], false), (200, ["retry-after": "5"], false),
    ] as [(Int, [String: String], Bool)])
  func `A 403 that says when to come back, or that nothing is left, is a limit`(
    status: Int, headers: [String: String], isLimit: Bool
  ) {
    let pace = pace(headers, RateHeaders(remaining: "x-left"))
    #expect(pace.isLimit(status) == isLimit)
    #expect(Limiter.Answer(status: status, pace).isRefusal == isLimit)
  }

  @Test(arguments: [
    (503, true), (500, true), (529, true), (301, true), (307, true), (200, false), (202, false),
    (404, false), (409, false), (423, false), (429, false),
  ])
  func `A service that is not there holds everything back, a single resource does not`(
    status: Int, isHeld: Bool
  ) {
    #expect((pace(["retry-after": "5"]).holdMS(status) == 5000) == isHeld)
    #expect(pace([:]).holdMS(status) == nil)
  }

  @Test(arguments: seeds)
  func `Whatever a vendor writes, no wait is longer than a day`(seed: UInt64) {
    var draw = Draw(seed)
    let names = [
      "retry-after", "ratelimit", "ratelimit-policy", "ratelimit-remaining", "ratelimit-reset",
      "x-ratelimit-remaining", "x-ratelimit-reset", "x-rate-limit-remaining",
      "x-rate-limit-reset", "date", "x-left", "x-window",
    ]
    let pieces = [
      "\"", ",", ";", "=", "r", "t", "w", "r=0", "t=30", "w=60", "remaining=0", "reset=9", "0",
      "-", ".", "1784000030", "9223372036854775807", "-9223372036854775808", "1e308", "é", " ",
      "Sun, 06 Nov 10000 08:49:37 GMT", "2026-07-14T03:33:50Z", "\u{0}", "1",
    ]
    for _ in 0..<200 {
      var headers: [String: String] = [:]
      for name in names where draw.below(2) == 0 {
        headers[name] = (0..<draw.below(8)).map { _ in pieces[draw.below(pieces.count)] }.joined()
      }
      let pace = pace(headers, RateHeaders(remaining: "x-left", intervalMS: "x-window"))
      for ms in [pace.retryAfterMS, pace.resetMS, pace.intervalMS, pace.refusalMS] {
        #expect((0...Self.day).contains(ms ?? 0), "seed \(seed): \(headers)")
      }
    }
  }
}

@Suite struct ForecastTests {
  private func limiter(after pace: VendorPace, status: Int = 200, inFlight: Int = 1) -> Limiter {
    var limiter = Limiter(rules: nil, inFlightLimit: 8)
    for _ in 0..<inFlight { #expect(limiter.admit("/", now: 0) == .go) }
    limiter.finish(Limiter.Answer(status: status, pace), now: 0)
    return limiter
  }

  private func left(_ count: Int, resetMS: Int64?) -> VendorPace {
    var pace = VendorPace()
    pace.left = count
    pace.resetMS = resetMS
    return pace
  }

  @Test func `A window with nothing left is waited for, before the vendor refuses`() {
    var limiter = limiter(after: left(0, resetMS: 30_000))
    #expect(limiter.admit("/", now: 1) == .wait(untilMS: 30_020))
    #expect(limiter.admit("/", now: 30_020) == .go)
  }

  @Test func `What is on its way uses the window up too`() {
    var spent = limiter(after: left(2, resetMS: 30_000), inFlight: 3)
    #expect(spent.admit("/", now: 1) == .wait(untilMS: 30_020))
    var free = limiter(after: left(3, resetMS: 30_000), inFlight: 3)
    #expect(free.admit("/", now: 1) == .go)
  }

  @Test func `A window that ends nobody knows when, or in hours, is left to the vendor`() {
    for resetMS in [nil, 3_600_000] as [Int64?] {
      var limiter = limiter(after: left(0, resetMS: resetMS))
      #expect(limiter.admit("/", now: 1) == .go)
    }
  }

  @Test func `A refusal without Retry-After is paused until the window ends, and teaches no rate`()
  {
    var limiter = limiter(after: left(0, resetMS: 50_000), status: 403)
    #expect(limiter.admit("/", now: 1) == .wait(untilMS: 50_020))
    var rules = Limiter(
      rules: [RateRule(.window(requests: 1, perMS: 1000))], inFlightLimit: 8)
    #expect(rules.admit("/", now: 0) == .go)
    rules.finish(Limiter.Answer(status: 429, left(0, resetMS: 10)), now: 0)
    #expect(rules.admit("/", now: 500) == .wait(untilMS: 1100), "the rule still holds")
  }

  @Test func `A refusal though something is left is not explained by the window`() {
    var limiter = limiter(after: left(7, resetMS: 50_000), status: 429)
    #expect(limiter.admit("/", now: 1) == .wait(untilMS: 500))
  }

  @Test func `A 503 with Retry-After holds everything back, and is no refusal of the pace`() {
    var pace = VendorPace()
    pace.retryAfterMS = 7000
    var limiter = limiter(after: pace, status: 503)
    #expect(limiter.admit("/", now: 1) == .wait(untilMS: 7020))
    for _ in 0..<8 { #expect(limiter.admit("/", now: 7020) == .go) }
  }
}
