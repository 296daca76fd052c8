import Seeded
import Testing

@testable import PatchbayEgress

/// A server on a virtual clock that limits its clients.
struct VirtualServer {
  enum Limit {
    case none
    /// nginx, `limit_req rate=…r/s burst=… nodelay`: a leaky bucket in thousandths of requests.
    case bucket(perSecond: Int64, burst: Int64)
    /// At most so many in any so many milliseconds.
    case window(requests: Int, perMS: Int64)
  }

  var limit: Limit
  /// Requests out of a thousand that are refused for no reason.
  var noise = 0
  var retryAfterMS: Int64? = 1000
  /// A slow answer now and then.
  var hasJitter = false
  var startMS: Int64 = 1_000_000
  private var excess: Int64?
  private var lastMS: Int64 = 0
  private var times: [Int64] = []

  init(_ limit: Limit) { self.limit = limit }

  mutating func admits(at nowMS: Int64, _ draw: inout Draw) -> Bool {
    if noise > 0, draw.below(1000) < noise { return false }
    switch limit {
    case .none: return true
    case .bucket(let perSecond, let burst):
      // The first request of a client makes its entry, with an excess of 0.
      let next = excess.map { max(0, $0 - perSecond * (nowMS - lastMS) + 1000) } ?? 0
      if next > burst * 1000 { return false }
      excess = next
      lastMS = nowMS
      return true
    case .window(let requests, let perMS):
      times.removeAll { $0 <= nowMS - perMS }
      if times.count >= requests { return false }
      times.append(nowMS)
      return true
    }
  }
}

/// What a client met with.
struct Journey {
  var refusals = 0
  var totalMS: Int64 = 0

  /// Sends requests one at a time until `count` were accepted.
  init(_ count: Int, rules: [RateRule]?, server: VirtualServer, seed: UInt64) {
    var limiter = Limiter(rules: rules, inFlightLimit: 8)
    self.init(count, &limiter, server: server, seed: seed)
  }

  init(_ count: Int, _ limiter: inout Limiter, server: VirtualServer, seed: UInt64) {
    var server = server
    var draw = Draw(seed)
    var nowMS = server.startMS
    let startMS = nowMS
    var accepted = 0
    while accepted < count {
      switch limiter.admit("/x", now: nowMS) {
      case .wait(let untilMS):
        guard untilMS > nowMS, untilMS - startMS < 100_000_000 else {
          Issue.record("told to wait until \(untilMS) at \(nowMS), seed \(seed)")
          return
        }
        nowMS = untilMS
      case .full:
        Issue.record("full with nothing under way, seed \(seed)")
        return
      case .go:
        let slow = server.hasJitter && draw.below(20) == 0 ? Int64(draw.below(60)) : 0
        nowMS += Int64(draw.below(3)) + slow
        let isAccepted = server.admits(at: nowMS, &draw)
        nowMS += 1 + Int64(draw.below(3))
        var answer = Limiter.Answer()
        answer.isClean = isAccepted
        answer.isRefusal = !isAccepted
        if !isAccepted { answer.pace.retryAfterMS = server.retryAfterMS }
        limiter.finish(answer, now: nowMS)
        if isAccepted { accepted += 1 } else { refusals += 1 }
      }
    }
    totalMS = nowMS - startMS
  }
}
