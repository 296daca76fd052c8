/// Whether one host can be reached, as all requests of a line see it together. Pure.
///
/// From the first failure on one request at a time finds out, at growing distances; the others wait
/// for it. Once the host was away for as long as a request has patience, and was tried twice, that
/// request fails without being sent, as do all that have the same patience. An answer of any kind
/// ends the outage.
struct Outage: Sendable {
  enum Admission: Equatable {
    case go
    case wait(untilMS: Int64)
    /// It was away for too long.
    case fail
  }

  private(set) var sinceMS: Int64?
  /// What was wrong at the last attempt.
  private(set) var why = ""
  private(set) var attempts = 0
  private var answeredMS = Int64.min
  private var failedMS: Int64 = 0
  private var probes = 0
  private var nextMS: Int64 = 0
  private(set) var isProbing = false

  private static let firstStepMS: Int64 = 250
  /// A host that comes back is used again within so much.
  private static let longestStepMS: Int64 = 4000
  /// After so long without an attempt nothing is known any more: an outage begins anew.
  static let restMS: Int64 = 10_000

  /// Whether a request may be sent. Where it may, and is sent, ``start()`` follows.
  mutating func admit(now nowMS: Int64, patienceMS: Int64) -> Admission {
    guard let sinceMS else { return .go }
    let endMS = sinceMS + patienceMS
    // What finds out gives up at the end too, if it cannot connect; if it did, it waits for an
    // answer, which proves more than the clock.
    if isProbing { return .wait(untilMS: max(endMS, nowMS + 1000)) }
    if nowMS - failedMS > Self.restMS {
      forget()
      return .go
    }
    // A first failure that took all of the time proves little.
    if nowMS >= endMS && probes > 0 { return .fail }
    return nowMS >= min(nextMS, endMS) ? .go : .wait(untilMS: min(nextMS, endMS))
  }

  /// A request is sent. Returns whether it is the one that finds out.
  mutating func start() -> Bool {
    if sinceMS == nil { return false }
    isProbing = true
    return true
  }

  /// How long a request that is sent now may take to connect.
  func connectMS(now nowMS: Int64, patienceMS: Int64) -> Int64 {
    max(Self.firstStepMS, patienceMS - (sinceMS.map { nowMS - $0 } ?? 0))
  }

  mutating func succeed(now nowMS: Int64) {
    forget()
    answeredMS = nowMS
  }

  /// A request could not reach the host since `startMS`.
  mutating func fail(_ why: String, from startMS: Int64, now nowMS: Int64, isProbe: Bool) {
    self.why = why
    attempts += 1
    failedMS = nowMS
    if isProbe { isProbing = false }
    if sinceMS == nil {
      sinceMS = max(startMS, answeredMS)
    } else if isProbe {
      probes += 1
    } else {
      return
    }
    nextMS = nowMS + min(Self.longestStepMS, Self.firstStepMS << Int64(min(probes, 8)))
  }

  /// A request was given up, which tells nothing.
  mutating func abandon(isProbe: Bool) { if isProbe { isProbing = false } }

  private mutating func forget() {
    sinceMS = nil
    attempts = 0
    probes = 0
    isProbing = false
  }
}
