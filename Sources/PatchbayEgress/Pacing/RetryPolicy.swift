/// When a failed request is sent again: exponential backoff with full jitter. Pure.
public struct RetryPolicy: Sendable {
  public var attempts = 8
  var baseMS: Int64 = 250
  var longestMS: Int64 = 20_000

  public init(attempts: Int = 8) { self.attempts = attempts }

  /// What became of one attempt.
  enum Outcome: Equatable {
    case status(Int)
    /// The connection failed; `sent` if the vendor may have acted on the request.
    case broken(sent: Bool)
  }

  /// Milliseconds to wait before the next attempt, or `nil` to give up.
  func delayMS(
    after outcome: Outcome, attempt: Int, isIdempotent: Bool, retryAfterMS: Int64?,
    random: UInt64
  ) -> Int64? {
    guard attempt < attempts, isWorthwhile(outcome, isIdempotent) else { return nil }
    // The limiter holds the whole credential back after a 429.
    if outcome == .status(429) { return 0 }
    let ceiling = min(longestMS, baseMS << Int64(min(attempt - 1, 12)))
    let jitter = Int64(random % UInt64(ceiling + 1))
    return max(jitter, min(retryAfterMS ?? 0, 300_000))
  }

  private func isWorthwhile(_ outcome: Outcome, _ isIdempotent: Bool) -> Bool {
    switch outcome {
    case .status(429): true
    case .status(503): isIdempotent
    case .status(408), .status(423), .status(425), .status(500), .status(502), .status(504),
      .status(520...529):
      isIdempotent
    case .status: false
    case .broken(let sent): isIdempotent || !sent
    }
  }
}
