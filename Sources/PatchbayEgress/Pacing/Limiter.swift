/// The pace of one credential: published rules, what the vendor's answers say, and how many
/// requests may be under way at once. Pure: time comes in, decisions come out.
struct Limiter: Sendable {
  enum Decision: Equatable {
    case go
    case wait(untilMS: Int64)
    /// Too many under way: ask again when one is over.
    case full
  }

  /// What an answer says about the pace. Without members: nothing is known.
  struct Answer: Sendable {
    var isRefusal = false
    var isClean = false
    /// How long everything is held back though the pace was not refused.
    var holdMS: Int64?
    var pace = VendorPace()
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
  /// Nothing is sent before it is needed where a window ends within so much. What is longer is left
  /// to the vendor's refusal: a header that is wrong must not end a sync.
  private static let forecastMS: Int64 = 15 * 60_000
  /// Pauses end a little late, for clocks and networks are not exact.
  private static let slackMS: Int64 = 20

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
    let pace = answer.pace
    if pace.remaining != nil { hasVendorNumbers = true }
    if answer.isRefusal { return refuse(pace, now: nowMS) }
    if let holdMS = answer.holdMS { pause(untilMS: nowMS + holdMS + Self.slackMS) }
    if let left = pace.left, let resetMS = pace.resetMS, left <= inFlight,
      resetMS <= Self.forecastMS
    {
      // What is on its way uses up the window: the next one would be refused.
      pause(untilMS: nowMS + resetMS + Self.slackMS)
    }
    guard answer.isClean else { return }
    learned.accept(now: nowMS)
    refusalRun = 0
    cleanRun += 1
    if cleanRun >= Self.cleanRunToGrow && ceiling < limit {
      ceiling += 1
      cleanRun = 0
    }
    if let remaining = pace.remaining, remaining <= inFlight {
      // Somebody else spends the same allowance: leave it a part of the window to recover.
      pause(untilMS: nowMS + (pace.intervalMS ?? 10_000) / 10)
    }
  }

  private mutating func pause(untilMS: Int64) { pausedUntilMS = max(pausedUntilMS, untilMS) }

  private mutating func refuse(_ pace: VendorPace, now nowMS: Int64) {
    cleanRun = 0
    refusalRun += 1
    let backoffMS = min(60_000, 500 << Int64(min(refusalRun - 1, 7)))
    let resumeMS = nowMS + (pace.refusalMS.map { $0 + Self.slackMS } ?? Int64(backoffMS))
    pause(untilMS: resumeMS)
    let isExplained = hasVendorNumbers || pace.left == 0 && pace.resetMS != nil
    if !isExplained {
      // The published rule had room and the server refused: it does not hold here.
      meters.removeAll { $0.rule.path == nil }
      learned.refuse(now: nowMS, resumeMS: resumeMS)
    }
    ceiling = 1
  }
}

extension Limiter.Answer {
  init(status: Int, _ pace: VendorPace) {
    self.pace = pace
    isRefusal = pace.isLimit(status)
    isClean = (200..<400).contains(status)
    holdMS = pace.holdMS(status)
  }
}
