/// Stops knocking at a host that keeps failing. Pure.
struct CircuitBreaker: Sendable {
  private var failures = 0
  private var openUntilMS: Int64 = 0
  private var isProbing = false

  static let threshold = 6
  private static let firstPauseMS: Int64 = 1000
  private static let longestPauseMS: Int64 = 30_000

  /// `nil` to go ahead, or when to ask again.
  mutating func admit(now nowMS: Int64) -> Int64? {
    if failures < Self.threshold { return nil }
    if nowMS < openUntilMS { return openUntilMS }
    // Half open: one request finds out, the others wait for it.
    if isProbing { return nowMS + 100 }
    isProbing = true
    return nil
  }

  mutating func succeed() {
    failures = 0
    isProbing = false
  }

  mutating func fail(now nowMS: Int64) {
    failures += 1
    isProbing = false
    guard failures >= Self.threshold else { return }
    let doublings = min(failures - Self.threshold, 5)
    openUntilMS = nowMS + min(Self.longestPauseMS, Self.firstPauseMS << Int64(doublings))
  }

  /// A probe that was given up tells nothing.
  mutating func abandon() { isProbing = false }
}
