import Seeded
import Testing

@testable import PatchbayEgress

@Suite struct OutageTests {
  private let patienceMS: Int64 = 60_000

  private func broken(at nowMS: Int64) -> Outage {
    var outage = Outage()
    outage.fail("connection refused", from: nowMS, now: nowMS, isProbe: false)
    return outage
  }

  @Test func `A host that answers lets everybody through`() {
    var outage = Outage()
    for nowMS in 0..<Int64(100) {
      #expect(outage.admit(now: nowMS, patienceMS: 0) == .go)
      let isProbe = outage.start()
      #expect(!isProbe)
      outage.succeed(now: nowMS)
    }
  }

  @Test func `From the first failure on one request finds out and the others wait for it`() {
    var outage = broken(at: 0)
    #expect(outage.admit(now: 0, patienceMS: patienceMS) == .wait(untilMS: 250))
    #expect(outage.admit(now: 249, patienceMS: patienceMS) == .wait(untilMS: 250))
    #expect(outage.admit(now: 250, patienceMS: patienceMS) == .go)
    // Nobody finds out before a request is really sent.
    #expect(outage.admit(now: 250, patienceMS: patienceMS) == .go)
    let isProbe = outage.start()
    #expect(isProbe)
    guard case .wait = outage.admit(now: 251, patienceMS: patienceMS) else {
      Issue.record("two requests find out")
      return
    }
    outage.succeed(now: 260)
    #expect(outage.admit(now: 260, patienceMS: patienceMS) == .go)
    #expect(outage.attempts == 0)
  }

  @Test func `It is tried again at growing distances, of four seconds at most`() {
    var outage = broken(at: 0)
    var nowMS: Int64 = 0
    var pauses: [Int64] = []
    for _ in 0..<8 {
      guard case .wait(let untilMS) = outage.admit(now: nowMS, patienceMS: patienceMS) else {
        Issue.record("let through at \(nowMS)")
        return
      }
      pauses.append(untilMS - nowMS)
      nowMS = untilMS
      #expect(outage.admit(now: nowMS, patienceMS: patienceMS) == .go)
      let isProbe = outage.start()
      outage.fail("connection refused", from: nowMS, now: nowMS, isProbe: isProbe)
    }
    #expect(pauses == [250, 500, 1000, 2000, 4000, 4000, 4000, 4000])
    #expect(outage.attempts == 9)
  }

  @Test func `Requests that were on their way when it began do not delay the next attempt`() {
    var outage = broken(at: 0)
    for _ in 0..<7 { outage.fail("connection refused", from: 0, now: 5, isProbe: false) }
    #expect(outage.admit(now: 250, patienceMS: patienceMS) == .go)
    #expect(outage.attempts == 8)
  }

  @Test func `At the end of the patience all give up, each by its own`() {
    var outage = broken(at: 0)
    outage.fail("connection refused", from: 5000, now: 5000, isProbe: true)
    #expect(outage.admit(now: 5000, patienceMS: 5000) == .fail)
    #expect(outage.admit(now: 5500, patienceMS: 60_000) == .go)
    #expect(outage.admit(now: 4999, patienceMS: 5000) != .fail)
  }

  @Test func `After a rest somebody tries again, with all of the patience`() {
    var outage = broken(at: 0)
    outage.fail("connection refused", from: 60_000, now: 60_000, isProbe: true)
    #expect(outage.admit(now: 60_001, patienceMS: patienceMS) == .fail)
    #expect(outage.admit(now: 60_000 + Outage.restMS, patienceMS: patienceMS) == .fail)
    let laterMS = 60_001 + Outage.restMS
    #expect(outage.admit(now: laterMS, patienceMS: patienceMS) == .go)
    let isProbe = outage.start()
    outage.fail("connection refused", from: laterMS, now: laterMS, isProbe: isProbe)
    #expect(outage.sinceMS == laterMS && outage.attempts == 1)
    #expect(outage.admit(now: laterMS, patienceMS: patienceMS) == .wait(untilMS: laterMS + 250))
  }

  @Test func `An attempt that cannot connect for long counts from its beginning, within reason`() {
    var outage = Outage()
    #expect(outage.connectMS(now: 0, patienceMS: 5000) == 5000)
    outage.fail("timed out", from: 0, now: 5000, isProbe: false)
    // Nothing is given up after a single attempt.
    #expect(outage.admit(now: 5000, patienceMS: 5000) == .go)
    let isProbe = outage.start()
    outage.fail("timed out", from: 5000, now: 5250, isProbe: isProbe)
    #expect(outage.admit(now: 5250, patienceMS: 5000) == .fail)
    // What another request was answered meanwhile counts for more.
    outage.succeed(now: 6000)
    outage.fail("timed out", from: 1000, now: 7000, isProbe: false)
    #expect(outage.sinceMS == 6000)
    #expect(outage.connectMS(now: 7000, patienceMS: 5000) == 4000)
    #expect(outage.connectMS(now: 70_000, patienceMS: 5000) == 250)
  }

  @Test func `An attempt that was given up makes way for another`() {
    var outage = broken(at: 0)
    #expect(outage.admit(now: 250, patienceMS: patienceMS) == .go)
    let isProbe = outage.start()
    outage.abandon(isProbe: isProbe)
    #expect(outage.admit(now: 250, patienceMS: patienceMS) == .go)
  }

  /// What became of requests to a host that is away for a while.
  private struct Story {
    /// When each request was answered or failed.
    var answered: [Int64] = []
    var failed: [Int64] = []
    var sent = 0

    /// Many requests at once, each to be answered; the host is away from `awayMS.lowerBound` on.
    init(_ count: Int, away awayMS: Range<Int64>, patienceMS: Int64, _ draw: inout Draw) {
      var outage = Outage()
      var waiting = count
      var underWay: [(endMS: Int64, startMS: Int64, isProbe: Bool)] = []
      var nowMS: Int64 = 0
      while waiting > 0 || !underWay.isEmpty {
        for end in underWay where end.endMS <= nowMS {
          if awayMS.contains(end.endMS) {
            outage.fail("refused", from: end.startMS, now: nowMS, isProbe: end.isProbe)
            waiting += 1
          } else {
            outage.succeed(now: nowMS)
            answered.append(nowMS)
          }
        }
        underWay.removeAll { $0.endMS <= nowMS }
        for _ in 0..<waiting {
          let admission = outage.admit(now: nowMS, patienceMS: patienceMS)
          if admission == .fail {
            waiting -= 1
            failed.append(nowMS)
          } else if admission == .go {
            waiting -= 1
            sent += 1
            let tookMS = 1 + Int64(draw.below(awayMS.contains(nowMS) ? 20 : 200))
            underWay.append((nowMS + tookMS, nowMS, outage.start()))
          }
        }
        nowMS += 1
      }
    }
  }

  @Test(arguments: seeds.prefix(40) + seeds.suffix(1))
  func `A host that is away for less than the patience is survived by all`(seed: UInt64) {
    var draw = Draw(seed)
    let startMS = Int64(draw.below(100))
    let story = Story(
      9, away: startMS..<startMS + 10_000, patienceMS: 60_000, &draw)
    #expect(story.answered.count == 9 && story.failed.isEmpty, "seed \(seed): \(story)")
    // It comes back unnoticed for four seconds at most.
    let lastMS = story.answered.max() ?? 0
    #expect(lastMS <= startMS + 14_500, "seed \(seed): \(story)")
    #expect(story.sent <= 9 + 9 + 8, "seed \(seed): \(story)")
  }

  @Test(arguments: seeds.prefix(40) + seeds.suffix(1))
  func `A host that stays away fails all together, within the patience`(seed: UInt64) {
    var draw = Draw(seed)
    let patienceMS = Int64(1000 + draw.below(9000))
    let story = Story(9, away: 0..<Int64.max, patienceMS: patienceMS, &draw)
    #expect(story.failed.count == 9 && story.answered.isEmpty, "seed \(seed)")
    let (first, last) = (story.failed.min() ?? 0, story.failed.max() ?? 0)
    #expect(last - first <= 25, "seed \(seed): \(story)")
    #expect((patienceMS...patienceMS + 50).contains(last), "seed \(seed): \(story)")
    #expect(story.sent <= 9 + 12, "seed \(seed): \(story)")
  }
}
