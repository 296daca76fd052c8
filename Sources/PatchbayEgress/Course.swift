internal import PatchbayCore

/// One request on its way, through all of its attempts.
struct Course: Sendable {
  let request: OutgoingRequest
  let url: URLParts
  let teller: WaitTeller
  let patienceMS: Int64
  /// Attempts in which the request went out, which are those that `max_attempts` counts.
  private(set) var sent = 0
  var refusedTokens = 0
  private let attempts: Int
  /// Since when this request does not reach its host, though others may, and how often.
  private var unreachableMS: Int64?
  private var unreachable = 0

  init(_ terms: LineTerms, _ request: OutgoingRequest, _ url: URLParts, _ teller: WaitTeller) {
    self.request = request
    self.url = url
    self.teller = teller
    attempts = terms.attempts
    patienceMS = request.outageMS ?? terms.outageMS
  }

  var visit: Gate.Visit {
    Gate.Visit(
      origin: url.origin, place: url.place, path: url.path, patienceMS: patienceMS, teller: teller)
  }

  /// Method and URL, for people.
  var shown: String { "\(request.method) \(url.shown)" }

  func isAnswer(_ status: Int) -> Bool {
    (200..<300).contains(status) || request.statuses.contains(status)
  }

  /// Whether an answer that the asker's own rules do not take is asked for again.
  var mayAskAgain: Bool { request.isIdempotent && sent < min(4, attempts) }

  /// The request went out, and the host was there.
  mutating func noteAnswer() {
    sent += 1
    unreachableMS = nil
    unreachable = 0
  }

  /// The host could not be reached. Throws what is final: a request that the vendor may have acted
  /// on, or that did so several times, and a host that lets all through but this one.
  mutating func noteUnreachable(
    _ why: String, _ failure: Failure, wasSent: Bool, now nowMS: Int64
  ) throws(Failure) {
    if wasSent {
      sent += 1
      guard request.isIdempotent, sent < attempts else { throw failure.afterAttempts(sent) }
    }
    unreachable += 1
    let sinceMS = unreachableMS ?? nowMS
    unreachableMS = sinceMS
    if nowMS - sinceMS >= patienceMS && unreachable > 1 {
      throw .unreachable(url.place, why, attempts: unreachable, awayMS: nowMS - sinceMS)
    }
  }
}
