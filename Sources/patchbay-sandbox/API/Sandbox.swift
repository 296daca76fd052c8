internal import PatchbayCore
internal import PatchbayJSON
internal import Synchronization

/// The vendor: takes requests and gives answers, and knows nothing of sockets.
///
/// Threads: all of it may be called from any thread. Records are made outside of the lock.
final class Sandbox: Sendable {
  struct State: Sendable {
    var records: Records
    var limiter: RateLimiter?
    var searchLimiter: RateLimiter?
    var tokens: Tokens
    var faults: [Fault] = []
    var stats = Stats()
    var searches = SearchCache()
    var today = 0
    var errors: UInt64 = 0

    init(_ options: Options) {
      records = Records(seed: options.seed, count: options.records)
      limiter = options.limit.map { RateLimiter($0) }
      searchLimiter = options.searchLimit.map { RateLimiter($0) }
      tokens = Tokens(permanent: options.token, lifetimeSeconds: options.tokenLifetimeSeconds)
    }
  }

  let options: Options
  let state: Mutex<State>
  let beganMS: Int64
  private let clock: @Sendable () -> Int64

  init(_ options: Options, clock: @escaping @Sendable () -> Int64 = { Time.nowMS() }) {
    self.options = options
    self.clock = clock
    beganMS = clock()
    state = Mutex(State(options))
  }

  var nowMS: Int64 { clock() }

  var records: Records { state.withLock { $0.records } }

  func answer(_ request: Request) -> Answer {
    if request.path.hasPrefix("/_sandbox/") {
      return Answer(outcome: .reply(reply { () throws(APIError) in try control(request) }))
    }
    let faults = state.withLock { state in
      var striking: [Fault] = []
      for index in state.faults.indices where state.faults[index].strikes(request.path) {
        striking.append(state.faults[index])
        state.stats.countFault(state.faults[index].kind.rawValue)
      }
      return striking
    }
    let outcome = outcome(request, faults)
    let status = if case .reply(let reply) = outcome { reply.status } else { 0 }
    state.withLock { $0.stats.count(request.method, request.path, status: status) }
    let pause = faults.reduce(0) { $1.kind == .slow ? $0 + $1.delayMS : $0 }
    return Answer(delayMS: options.latencyMS + pause, outcome: outcome)
  }

  private func outcome(_ request: Request, _ faults: [Fault]) -> Answer.Outcome {
    for fault in faults {
      if let outcome = fault.interception() { return outcome }
    }
    var reply = reply { () throws(APIError) in try serve(request, faults) }
    for fault in faults { fault.bend(&reply) }
    return .reply(reply)
  }

  private func reply(_ make: () throws(APIError) -> Reply) -> Reply {
    do {
      return try make()
    } catch {
      let number = state.withLock { state in
        state.errors += 1
        return state.errors
      }
      return error.reply(correlation: number)
    }
  }

  private func serve(_ request: Request, _ faults: [Fault]) throws(APIError) -> Reply {
    if request.path == "/oauth/v1/token" { return try token(request) }
    try authorize(request)
    let isSearch = request.path.hasPrefix("/crm/v3/objects/") && request.path.hasSuffix("/search")
    let headers = try admit(isSearch: isSearch)
    var reply = try route(request, faults)
    reply.headers += headers
    return reply
  }

  private func authorize(_ request: Request) throws(APIError) {
    guard let header = request.authorization, header.lowercased().hasPrefix("bearer ") else {
      throw .unauthorized
    }
    let token = Percent.trimmed(String(header.dropFirst("bearer ".count)))
    switch state.withLock({ $0.tokens.verdict(token, atMS: nowMS) }) {
    case .valid: return
    case .expired: throw .expired
    case .unknown: throw .unauthorized
    }
  }

  /// Counts the request against its limit, and returns the headers that say how much is left.
  private func admit(isSearch: Bool) throws(APIError) -> [(name: String, value: String)] {
    let now = nowMS
    let (verdict, today) = state.withLock { state in
      state.today += 1
      let verdict =
        isSearch ? state.searchLimiter?.admit(atMS: now) : state.limiter?.admit(atMS: now)
      return (verdict, state.today)
    }
    switch verdict {
    case .refused(let retryAfterMS):
      throw .rateLimited(
        policy: isSearch ? "SECONDLY" : "TEN_SECONDLY_ROLLING", retryAfterMS: retryAfterMS)
    case .admitted(let remaining):
      guard !isSearch, let limit = options.limit else { return [] }
      return [
        ("X-HubSpot-RateLimit-Max", String(limit.requests)),
        ("X-HubSpot-RateLimit-Remaining", String(remaining)),
        ("X-HubSpot-RateLimit-Interval-Milliseconds", String(limit.windowMS)),
        ("X-HubSpot-RateLimit-Daily", "250000"),
        ("X-HubSpot-RateLimit-Daily-Remaining", String(max(0, 250_000 - today))),
      ]
    case nil: return []
    }
  }
}
