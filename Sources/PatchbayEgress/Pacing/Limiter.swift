/// The pace of one credential: published rules, what the vendor's answers say, and how many
/// requests may be under way at once. Pure: time comes in, decisions come out.
struct Limiter: Sendable {
  enum Decision: Equatable {
    case go
    case wait(untilMS: Int64)
    /// Too many under way: ask again when one is over.
    case full
  }

  /// What an answer says about the pace.
  struct Answer: Sendable {
    var isRefusal = false
    var isClean = false
    var retryAfterMS: Int64?
    /// Requests left in the vendor's window, and how long that window is.
    var remaining: Int?
    var intervalMS: Int64?
  }

  private var meters: [RateMeter]
  private var learned = LearnedRate()
  private var pausedUntilMS: Int64 = 0
  private var inFlight = 0
  private var ceiling: Int
  private var cleanRun = 0
  private var hasVendorNumbers = false
  private var refusalRun = 0
  let limit: Int

  /// `rules` nil: nothing is held back until the server refuses.
  init(rules: [RateRule]?, inFlightLimit: Int) {
    meters = (rules ?? []).map(RateMeter.init)
    limit = inFlightLimit
    ceiling = rules == nil ? inFlightLimit : 1
  }

  /// Clean answers after which one more request may be under way. A vendor that refuses punishes
  /// every request on its way, so the number grows slowly and falls at once.
  private static let cleanRunToGrow = 200

  mutating func admit(_ path: String, now nowMS: Int64) -> Decision {
    if pausedUntilMS > nowMS { return .wait(untilMS: pausedUntilMS) }
    if inFlight >= ceiling { return .full }
    var ready = learned.readyMS(now: nowMS)
    for index in meters.indices where meters[index].rule.counts(path) {
      ready = max(ready, meters[index].readyMS(now: nowMS))
    }
    if ready > nowMS { return .wait(untilMS: ready) }
    learned.take(now: nowMS)
    for index in meters.indices where meters[index].rule.counts(path) {
      meters[index].take(now: nowMS)
    }
    inFlight += 1
    return .go
  }

  /// A request is over.
  mutating func finish(_ answer: Answer, now nowMS: Int64) {
    inFlight -= 1
    if answer.remaining != nil { hasVendorNumbers = true }
    if answer.isRefusal { return refuse(answer, now: nowMS) }
    guard answer.isClean else { return }
    learned.accept(now: nowMS)
    refusalRun = 0
    cleanRun += 1
    if cleanRun >= Self.cleanRunToGrow && ceiling < limit {
      ceiling += 1
      cleanRun = 0
    }
    if let remaining = answer.remaining, remaining <= inFlight {
      // Somebody else spends the same allowance: leave it a part of the window to recover.
      pausedUntilMS = max(pausedUntilMS, nowMS + (answer.intervalMS ?? 10_000) / 10)
    }
  }

  private mutating func refuse(_ answer: Answer, now nowMS: Int64) {
    cleanRun = 0
    refusalRun += 1
    let backoffMS = min(60_000, 500 << Int64(min(refusalRun - 1, 7)))
    let resumeMS = nowMS + (answer.retryAfterMS.map { $0 + 20 } ?? Int64(backoffMS))
    pausedUntilMS = max(pausedUntilMS, resumeMS)
    if !hasVendorNumbers {
      // The published rule had room and the server refused: it does not hold here.
      meters.removeAll { $0.rule.path == nil }
      learned.refuse(now: nowMS, resumeMS: resumeMS)
    }
    ceiling = 1
  }
}
