/// The tokens that are good, and until when. It has no clock: every call says what time it is.
struct Tokens: Sendable {
  enum Verdict: Equatable { case valid, expired, unknown }

  struct Pair: Equatable {
    let access: String
    let refresh: String
  }

  /// The refresh token that a fresh sandbox knows.
  static let firstRefresh = "sandbox-refresh-token"

  private let permanent: String
  private let lifetimeMS: Int64
  private var issued = 0
  private var expiryMS: [String: Int64] = [:]
  private var refresh: Set<String> = [firstRefresh]

  init(permanent: String, lifetimeSeconds: Int) {
    self.permanent = permanent
    lifetimeMS = Int64(lifetimeSeconds) * 1000
  }

  func verdict(_ token: String, atMS nowMS: Int64) -> Verdict {
    if token == permanent { return .valid }
    guard let expiry = expiryMS[token] else { return .unknown }
    return nowMS < expiry ? .valid : .expired
  }

  mutating func issue(atMS nowMS: Int64) -> Pair {
    issued += 1
    let mark = String(Noise.mix(UInt64(issued), UInt64(bitPattern: nowMS)), radix: 36)
    let pair = Pair(access: "sandbox-at-\(issued)-\(mark)", refresh: "sandbox-rt-\(issued)-\(mark)")
    expiryMS[pair.access] = nowMS + lifetimeMS
    refresh.insert(pair.refresh)
    return pair
  }

  /// Spends a refresh token for a new pair; `nil` if it is unknown or was spent before.
  mutating func rotate(_ token: String, atMS nowMS: Int64) -> Pair? {
    guard refresh.remove(token) != nil else { return nil }
    return issue(atMS: nowMS)
  }
}
