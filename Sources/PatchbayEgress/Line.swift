package import PatchbayCore
internal import PatchbayStore
internal import PatchbayJSON
internal import Synchronization

/// The way out of one connection. Every request passes, in this order: allow-list, credentials,
/// the gate (whether the host can be reached, then the pace), libcurl, judgement, and where it
/// failed for a while, the same again.
package final class Line: Sendable {
  let terms: LineTerms
  let loop: CurlLoop
  let proxy: Proxy?
  let allowed: AllowList
  let gate: Gate
  let credential: Credential
  private let totals = Mutex(Traffic())

  init(
    _ terms: LineTerms, loop: CurlLoop, proxy: Proxy?, vault: Vault,
    leases: any LeaseStore
  ) throws(Failure) {
    self.terms = terms
    self.loop = loop
    self.proxy = proxy
    var base: URLParts?
    if let text = terms.baseURL { base = try URLParts(text) }
    var tokens: URLParts?
    if let text = terms.ownTokenURL { tokens = try URLParts(text) }
    allowed = AllowList(
      hosts: terms.hosts, base: base, tokens: tokens, isBaseGiven: terms.isBaseGiven,
      allowsPrivate: terms.allowsPrivate)
    gate = Gate(Limiter(rules: terms.rules, inFlightLimit: terms.inFlightLimit))
    var tokenURL = ""
    if case .oauth2(let oauth) = terms.auth { tokenURL = terms.expanded(oauth.tokenURL) }
    credential = Credential(
      connection: terms.connection, scheme: terms.auth, settings: terms.settings, vault: vault,
      leases: leases, tokenURL: tokenURL, hiding: [proxy?.password].compactMap { $0 })
  }

  package var traffic: Traffic { totals.withLock { $0 } }

  func count(_ change: (inout Traffic) -> Void) { totals.withLock { change(&$0) } }

  /// Sends until there is an answer that `accept` takes. What `accept` throws is final unless it is
  /// retryable: then the page is asked for again.
  ///
  /// `notice` is told of every wait of more than a second when it begins, once a second at most. It
  /// is called on any thread, in the midst of other requests, and must return at once. It is not
  /// told of the time that the vendor takes to answer, nor of requests before it in the line.
  package func send<Accepted: Sendable>(
    _ request: OutgoingRequest, notice: @escaping @Sendable (WaitNotice) -> Void = { _ in },
    accept: @Sendable (IncomingResponse) async throws(Failure) -> Accepted
  ) async throws(Failure) -> Accepted {
    try await perform(request, notice, receive: { () throws(Failure) in nil }, accept: accept)
  }

  /// `receive` says anew for each attempt where the body of an answer of 2xx goes; `nil` holds it.
  func perform<Accepted>(
    _ request: OutgoingRequest, _ notice: @escaping @Sendable (WaitNotice) -> Void,
    receive: () async throws(Failure) -> Reception?,
    accept: (IncomingResponse) async throws(Failure) -> Accepted
  ) async throws(Failure) -> Accepted {
    let url = try prepared(request)
    var course = Course(terms, request, url, WaitTeller(notice))
    while true {
      switch try await attempt(course, try await receive()) {
      case .answer(let response, let pace, let generation):
        course.noteAnswer()
        guard course.isAnswer(response.status) else {
          try await prepareAgain(&course, response, pace, generation)
          continue
        }
        do throws(Failure) {
          return try await accept(response)
        } catch {
          if !error.isRetryable || !course.mayAskAgain { throw error }
          try await pause(course, after: .broken(sent: true), error, heldMS: nil)
        }
      case .broken(let error, let wasSent):
        course.noteAnswer()
        if !error.isRetryable { throw error }
        try await pause(course, after: .broken(sent: wasSent), error, heldMS: nil)
      case .unreachable(let why, let error, let wasSent):
        try course.noteUnreachable(why, error, wasSent: wasSent, now: Time.monotonicMS())
        // The gate holds all requests back until the host is there, or they have waited enough.
        count { $0.retries += 1 }
      }
    }
  }

  /// The vendor did not answer what was asked for: throws what is final, and waits before what is
  /// not.
  private func prepareAgain(
    _ course: inout Course, _ response: IncomingResponse, _ pace: VendorPace, _ generation: Int
  ) async throws(Failure) {
    let status = response.status
    if status == 401 && course.request.auth != "none" && course.refusedTokens < 2 {
      course.refusedTokens += 1
      if await credential.refused(generation) { return }
      try await pause(Int64(200 * course.refusedTokens))
      count { $0.retries += 1 }
      return
    }
    let isLimit = pace.isLimit(status)
    let failure = describe(response, course, pace)
    try await pause(
      course, after: isLimit ? .refused : .status(status), failure,
      heldMS: isLimit ? pace.refusalMS : pace.retryAfterMS,
      isHeld: isLimit || pace.holdMS(status) != nil)
  }

  /// Waits before the next attempt, or throws the failure where there is none. `isHeld`: the gate
  /// holds the request back for that time, together with all others.
  private func pause(
    _ course: Course, after outcome: RetryPolicy.Outcome, _ failure: Failure,
    heldMS: Int64?, isHeld: Bool = false
  ) async throws(Failure) {
    guard
      let delayMS = RetryPolicy(attempts: terms.attempts).delayMS(
        after: outcome, attempt: course.sent, isIdempotent: course.request.isIdempotent,
        heldMS: heldMS, random: .random(in: .min ... .max))
    else { throw failure.afterAttempts(course.sent) }
    if let heldMS, heldMS > RetryPolicy.patienceMS {
      throw .longPause(ms: heldMS, failure.kind, said: "\(failure.message); it asks to wait")
    }
    count { $0.retries += 1 }
    if isHeld { return }
    if delayMS > WaitTeller.leastMS {
      course.teller.tell(
        .retry(attempt: course.sent, of: terms.attempts - 1, why: reason(outcome, failure)),
        ms: delayMS)
    }
    try await pause(delayMS)
  }

  private func pause(_ milliseconds: Int64) async throws(Failure) {
    do {
      if milliseconds > 0 { try await Task.sleep(for: .milliseconds(milliseconds)) }
      try Task.checkCancellation()
    } catch {
      throw Failure(.cancelled, "egress.cancelled", "cancelled")
    }
  }
}
