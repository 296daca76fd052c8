/// When a failed request is sent again: exponential backoff with full jitter. Pure.
package struct RetryPolicy: Sendable {
  package var attempts = 8
  var baseMS: Int64 = 250
  var longestMS: Int64 = 20_000

  package init(attempts: Int = 8) { self.attempts = attempts }

  /// Waits up to here are waited for. Of a longer one somebody should hear, and come back then.
  static let patienceMS: Int64 = 15 * 60_000

  /// What became of one attempt.
  enum Outcome: Equatable {
    case status(Int)
    /// The vendor refused it for its pace, and did nothing.
    case refused
    /// The connection failed; `sent` if the vendor may have acted on the request.
    case broken(sent: Bool)
  }

  /// Milliseconds to wait before the next attempt, or `nil` to give up. `heldMS` is how long the
  /// vendor asks to wait.
  func delayMS(
    after outcome: Outcome, attempt: Int, isIdempotent: Bool, heldMS: Int64?, random: UInt64
  ) -> Int64? {
    guard attempt < attempts, isWorthwhile(outcome, isIdempotent) else { return nil }
    let ceiling = min(longestMS, baseMS << Int64(min(attempt - 1, 12)))
    let jitter = Int64(random % UInt64(ceiling + 1))
    return max(jitter, min(heldMS ?? 0, Self.patienceMS))
  }

  private func isWorthwhile(_ outcome: Outcome, _ isIdempotent: Bool) -> Bool {
    switch outcome {
    case .refused, .status(429): true
    case .status(408), .status(423), .status(425), .status(500), .status(502), .status(503),
      .status(504), .status(520...529):
      isIdempotent
    case .status: false
    case .broken(let sent): isIdempotent || !sent
    }
  }
}
