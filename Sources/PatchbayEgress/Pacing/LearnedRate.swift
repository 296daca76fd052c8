/// Finds the rate of a server that says what it allows only by refusing.
///
/// Until the first refusal nothing is held back. A refusing server is taken for a bucket of size C
/// that refills at R: over any time w it accepted n(w) ≤ C + R·w, and exactly that much over the time
/// since the bucket was last full. So C is what the first burst got through, and R is the greatest
/// (n(w) − C) / w at the next refusal. Between the two the pace rises step by step. Pure.
struct LearnedRate: Sendable {
  private var accepted: [Int64] = []
  private var startMS: Int64?
  private var capacity: Double?
  private var perSecond: Double?
  private var isSettled = false
  private var raisedMS: Int64 = 0
  private var nextMS: Int64 = 0
  private(set) var refusals = 0

  private static let horizonMS: Int64 = 60_000
  private static let stepMS: Int64 = 1000
  private static let settledStepMS: Int64 = 60_000

  /// When the next request may go.
  mutating func readyMS(now nowMS: Int64) -> Int64 {
    guard perSecond != nil else { return nowMS }
    let step = isSettled ? Self.settledStepMS : Self.stepMS
    if nowMS - raisedMS >= step {
      perSecond = (perSecond ?? 1) * (isSettled ? 1.05 : 1.4)
      raisedMS = nowMS
    }
    return nextMS
  }

  mutating func take(now nowMS: Int64) {
    startMS = startMS ?? nowMS
    if let perSecond { nextMS = max(nowMS, nextMS) + Int64((1000 / perSecond).rounded(.up)) }
  }

  mutating func accept(now nowMS: Int64) {
    accepted.append(nowMS)
    if accepted.count > 8192 { accepted.removeFirst(4096) }
  }

  /// A refusal; sending goes on at `resumeMS`.
  mutating func refuse(now nowMS: Int64, resumeMS: Int64) {
    refusals += 1
    accepted.removeAll { $0 < nowMS - Self.horizonMS }
    if let capacity {
      // A refusal now and then has other causes than the pace: one alone lowers it a little only.
      let floor = isSettled ? (perSecond ?? 1) * 0.93 : (perSecond ?? 1) * 0.4
      perSecond = max(0.1, floor, measured(capacity, now: nowMS) * 0.97)
      isSettled = true
    } else {
      let elapsedMS = Double(max(nowMS - (startMS ?? nowMS), 1))
      let burst = Double(accepted.count { $0 >= nowMS - 1000 })
      capacity = max(1, burst)
      perSecond =
        elapsedMS >= 1000
        ? max(0.5, Double(accepted.count) * 900 / min(elapsedMS, Double(Self.horizonMS)))
        : max(2, burst * 2)
    }
    raisedMS = resumeMS
    nextMS = resumeMS
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
