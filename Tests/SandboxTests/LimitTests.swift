import PatchbayCore
import PatchbayJSON
import Synchronization
import Testing

@testable import patchbay_sandbox

@Suite struct LimitTests {
  @Test func `The window rolls: each request makes room when its own time is over`() throws {
    var limiter = RateLimiter(try #require(RateLimit("3/10s")))
    #expect(limiter.admit(atMS: 0) == .admitted(remaining: 2))
    #expect(limiter.admit(atMS: 4000) == .admitted(remaining: 1))
    #expect(limiter.admit(atMS: 5000) == .admitted(remaining: 0))
    #expect(limiter.admit(atMS: 9999) == .refused(retryAfterMS: 1))
    #expect(limiter.admit(atMS: 10_000) == .admitted(remaining: 0))
    #expect(limiter.admit(atMS: 13_999) == .refused(retryAfterMS: 1))
    #expect(limiter.admit(atMS: 14_000) == .admitted(remaining: 0))
  }

  @Test func `No window of any position holds more than the limit`() throws {
    var limiter = RateLimiter(try #require(RateLimit("50/2s")))
    var draw = Draw(77)
    var nowMS: Int64 = 0
    var admitted: [Int64] = []
    for _ in 0..<20_000 {
      nowMS += Int64(draw.below(40))
      if case .admitted = limiter.admit(atMS: nowMS) { admitted.append(nowMS) }
    }
    for (index, start) in admitted.enumerated() where index + 50 < admitted.count {
      #expect(admitted[index + 50] - start >= 2000)
    }
  }

  @Test func `Over the limit there is a 429 that says when to come back`() throws {
    try withServer { options in
      options.limit = RateLimit("2/600s")
    } _: { client in
      let first = try client.get("/crm/v3/owners")
      #expect(first.headers["x-hubspot-ratelimit-max"] == "2")
      #expect(first.headers["x-hubspot-ratelimit-remaining"] == "1")
      #expect(first.headers["x-hubspot-ratelimit-interval-milliseconds"] == "600000")
      #expect(first.headers["x-hubspot-ratelimit-daily"] == "250000")
      #expect(first.headers["date"]?.hasSuffix("GMT") == true)
      _ = try client.get("/crm/v3/owners")
      let refused = try client.get("/crm/v3/owners")
      #expect(refused.status == 429)
      #expect((1...600).contains(refused.headers["retry-after"].flatMap(Int.init) ?? 0))
      #expect(try refused.json["policyName"] == "TEN_SECONDLY_ROLLING")
      #expect(try refused.json["category"] == "RATE_LIMITS")
      #expect(try client.get("/_sandbox/stats").json["rate_limited"] == 1)
    }
  }

  @Test func `Search has its own limit, and no headers for it`() throws {
    try withServer { options in
      options.limit = RateLimit("1/600s")
      options.searchLimit = RateLimit("1/600s")
    } _: { client in
      let first = try client.post("/crm/v3/objects/deals/search", [:])
      #expect(first.status == 200)
      #expect(first.headers.keys.allSatisfy { !$0.contains("ratelimit") })
      #expect(try client.post("/crm/v3/objects/deals/search", [:]).status == 429)
      #expect(try client.get("/crm/v3/owners").status == 200)
      #expect(try client.get("/crm/v3/owners").status == 429)
    }
  }

  @Test(arguments: ["", "5", "5/", "0/1s", "5/0s", "x/1s", "5/1m", "-5/1s", "5/1s/1s"])
  func `A rate that makes no sense is refused`(text: String) {
    #expect(RateLimit(text) == nil)
  }
}
