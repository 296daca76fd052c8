/// Finds the rate of a server that says what it allows only by refusing.
///
/// Until the first refusal nothing is held back. A refusing server is taken for a bucket of size C
/// that refills at R: over any time w it accepted n(w) ≤ C + R·w, and exactly that much over the
/// time since the bucket was last full. So C is what the first burst got through, and R is the
/// greatest (n(w) − C) / w at the next refusal. Between the two the pace rises step by step, from
/// one that empties most buckets soon: the sooner it is found, the less is lost. A pause fills the
/// bucket, so what it then holds goes out at once.
///
/// What was once accepted proves that R is at least so much. A refusal that would mean less was not
/// for the pace: some servers refuse by chance. Then the pace is kept and goes on to rise, unless
/// so many requests are refused that the server must have changed its mind. Pure.
struct LearnedRate: Sendable {
  private var accepted: [Int64] = []
  private var startMS: Int64?
  private var capacity: Double?
  /// How long the burst took that the capacity is known from: the bucket refilled meanwhile.
  private var burstMS = 0.0
  private var perSecond: Double?
  private var isSettled = false
  /// The greatest rate that what was accepted proves.
  private var proven = 0.0
  /// The server was seen to refuse by chance.
  private var isNoisy = false
  /// How many requests were accepted before each of the last refusals.
  private var runs: [Int] = []
  private var run = 0
  private var raisedMS: Int64 = 0
  private var nextMS: Int64 = 0
  /// Requests that may go at once after a pause.
  private var ready = 0
  private(set) var refusals = 0

  private static let horizonMS: Int64 = 60_000
  private static let stepMS: Int64 = 1000
  private static let settledStepMS: Int64 = 60_000
  private static let firstPerBurst = 4.0
  private static let noisyStepMS: Int64 = 2000
  /// So many refusals with fewer than `shortRun` requests in between are no chance.
  private static let runCount = 8
  private static let shortRun = 6

  /// When the next request may go.
  mutating func readyMS(now nowMS: Int64) -> Int64 {
    guard let pace = perSecond else { return nowMS }
    let (stepMS, factor) =
      isNoisy
      ? (Self.noisyStepMS, 1.15) : isSettled ? (Self.settledStepMS, 1.05) : (Self.stepMS, 1.4)
    if nowMS - raisedMS >= stepMS {
      perSecond = pace * factor
      raisedMS = nowMS
    }
    return nextMS
  }

  mutating func take(now nowMS: Int64) {
    startMS = startMS ?? nowMS
    guard let perSecond else { return }
    if ready > 0 {
      ready -= 1
      nextMS = max(nowMS, nextMS)
    } else {
      nextMS = max(nowMS, nextMS) + Int64((1000 / perSecond).rounded(.up))
    }
  }

  mutating func accept(now nowMS: Int64) {
    accepted.append(nowMS)
    run += 1
    if accepted.count > 8192 { accepted.removeFirst(4096) }
  }

  /// A refusal; sending goes on at `resumeMS`.
  mutating func refuse(now nowMS: Int64, resumeMS: Int64) {
    refusals += 1
    accepted.removeAll { $0 < nowMS - Self.horizonMS }
    if let capacity, let pace = perSecond {
      let first = measured(capacity, now: nowMS)
      let bucket = max(1, capacity - first * burstMS / 1000)
      let found = measured(bucket, now: nowMS)
      perSecond = max(0.1, lowered(pace, found))
      proven = max(proven, first)
      isSettled = true
      run = 0
      // Two stay in the bucket, for requests that arrive closer together than they went.
      let refilled = min(bucket, (perSecond ?? 0) * Double(resumeMS - nowMS) / 1000)
      ready = isNoisy ? 0 : max(0, Int(refilled) - 2)
    } else {
      let elapsedMS = Double(max(nowMS - (startMS ?? nowMS), 1))
      let burst = Double(accepted.count { $0 >= nowMS - 1000 })
      nextMS = resumeMS
      // A refusal after next to nothing says little, if it stays alone.
      if burst < 4 && refusals < 3 { return }
      capacity = max(1, burst)
      burstMS = min(elapsedMS, 1000)
      perSecond =
        elapsedMS >= 1000
        ? max(0.5, Double(accepted.count) * 900 / min(elapsedMS, Double(Self.horizonMS)))
        : max(2, burst * Self.firstPerBurst)
    }
    if !isNoisy { raisedMS = resumeMS }
    nextMS = resumeMS
  }

  /// The pace after a refusal that, if it was for the pace, shows the rate to be `implied`.
  private mutating func lowered(_ pace: Double, _ implied: Double) -> Double {
    runs.append(run)
    if runs.count > Self.runCount { runs.removeFirst() }
    if implied >= proven * 0.95 {
      return max(pace * (isSettled ? 0.6 : 0.4), implied * 0.97)
    }
    isNoisy = true
    if runs.count < Self.runCount || runs.reduce(0, +) >= Self.runCount * Self.shortRun {
      return pace
    }
    runs.removeAll()
    proven *= 0.7
    return pace * 0.7
  }

  /// The greatest (n(w) − C) / w up to now.
  private func measured(_ capacity: Double, now nowMS: Int64) -> Double {
    var best = 0.0
    for (index, time) in accepted.enumerated() {
      let spanMS = Double(nowMS - time)
      guard spanMS >= 300 else { break }
      best = max(best, (Double(accepted.count - index) - capacity) * 1000 / spanMS)
    }
    return best
  }
}
