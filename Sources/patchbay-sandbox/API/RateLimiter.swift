/// So many requests in any window of so many milliseconds.
struct RateLimit: Sendable, Equatable {
  var requests: Int
  var windowMS: Int64

  /// Reads `110/10s`.
  init?(_ text: String) {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 2, let requests = Int(parts[0]), requests > 0, parts[1].hasSuffix("s"),
      let seconds = Int64(parts[1].dropLast()), seconds > 0, seconds <= 86_400
    else { return nil }
    self.requests = requests
    windowMS = seconds * 1000
  }
}

/// A rolling window. It has no clock: every call says what time it is.
struct RateLimiter: Sendable {
  enum Verdict: Equatable {
    case admitted(remaining: Int)
    case refused(retryAfterMS: Int64)
  }

  let limit: RateLimit
  private var admittedMS: [Int64] = []
  private var oldest = 0

  init(_ limit: RateLimit) { self.limit = limit }

  mutating func admit(atMS nowMS: Int64) -> Verdict {
    while oldest < admittedMS.count, admittedMS[oldest] <= nowMS - limit.windowMS { oldest += 1 }
    if oldest > 1024, oldest * 2 > admittedMS.count {
      admittedMS.removeFirst(oldest)
      oldest = 0
    }
    let used = admittedMS.count - oldest
    guard used < limit.requests else {
      return .refused(retryAfterMS: admittedMS[oldest] + limit.windowMS - nowMS)
    }
    admittedMS.append(nowMS)
    return .admitted(remaining: limit.requests - used - 1)
  }
}
