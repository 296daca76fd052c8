/// What the command line may set.
struct Options: Sendable {
  /// Why the command line was refused.
  struct Refusal: Error, Equatable { let message: String }

  var host = "127.0.0.1"
  var port: UInt16 = 0
  var records = 1000
  var seed: UInt64 = 1
  var token = "sandbox-token"
  var clientID: String?
  var clientSecret: String?
  var tokenLifetimeSeconds = 1800
  var limit = RateLimit("110/10s")
  var searchLimit = RateLimit("5/1s")
  var latencyMS = 0
  var pageSizeLimit = 100
  var endsWithStdin = false
  var showsHelp = false

  static let help = """
    Usage: patchbay-sandbox [options]

    Serves a made-up HubSpot account over HTTP, and a plain list for a first plugin: /v1/items.

      --listen HOST:PORT     where to listen; port 0 takes a free one (127.0.0.1:0)
      --records N            records of each type (1000)
      --seed N               another seed makes another account (1)
      --token TEXT           an access token that never expires (sandbox-token)
      --client-id ID         the OAuth client that is let in; any, if not given
      --client-secret TEXT   and its secret
      --token-ttl SECONDS    how long other access tokens last (1800)
      --limit N/Ss|off       requests in a rolling window (110/10s)
      --search-limit N/Ss|off  searches in a rolling window (5/1s)
      --latency-ms N         a pause before every answer (0)
      --page-size-max N      the largest page of a list (100)
      --until-stdin-closes   end at the end of standard input
      --help                 this text

    The first line printed is “listening on http://HOST:PORT”.
    The refresh token \(Tokens.firstRefresh) is good for one use.
    """

  init() {}

  init(arguments: [String]) throws(Refusal) {
    var rest = arguments[...]
    while let flag = rest.popFirst() {
      switch flag {
      case "--until-stdin-closes": endsWithStdin = true
      case "--help", "-h": showsHelp = true
      default:
        guard Self.valued.contains(flag) else {
          throw Refusal(message: "unknown option \(flag)")
        }
        guard let value = rest.popFirst() else {
          throw Refusal(message: "\(flag) needs a value")
        }
        try set(flag, value)
      }
    }
  }

  private static let valued: Set<String> = [
    "--listen", "--records", "--seed", "--token", "--client-id", "--client-secret", "--token-ttl",
    "--limit", "--search-limit", "--latency-ms", "--page-size-max",
  ]

  private mutating func set(_ flag: String, _ value: String) throws(Refusal) {
    switch flag {
    case "--listen":
      guard let colon = value.lastIndex(of: ":"), colon != value.startIndex,
        let port = UInt16(value[value.index(after: colon)...])
      else { throw Refusal(message: "--listen takes an address and a port, not “\(value)”") }
      host = String(value[..<colon])
      self.port = port
    case "--records": records = try Self.number(flag, value, 0...100_000_000)
    case "--seed":
      guard let seed = UInt64(value) else {
        throw Refusal(message: "--seed takes a whole number, not “\(value)”")
      }
      self.seed = seed
    case "--token": token = value
    case "--client-id": clientID = value
    case "--client-secret": clientSecret = value
    case "--token-ttl": tokenLifetimeSeconds = try Self.number(flag, value, 0...31_536_000)
    case "--limit": limit = try Self.limit(flag, value)
    case "--search-limit": searchLimit = try Self.limit(flag, value)
    case "--latency-ms": latencyMS = try Self.number(flag, value, 0...600_000)
    default: pageSizeLimit = try Self.number(flag, value, 1...10_000)
    }
  }

  private static func number(
    _ flag: String, _ value: String, _ range: ClosedRange<Int>
  ) throws(Refusal) -> Int {
    guard let number = Int(value), range.contains(number) else {
      throw Refusal(
        message: "\(flag) takes \(range.lowerBound) to \(range.upperBound), not “\(value)”")
    }
    return number
  }

  private static func limit(_ flag: String, _ value: String) throws(Refusal) -> RateLimit? {
    if value == "off" { return nil }
    guard let limit = RateLimit(value) else {
      throw Refusal(message: "\(flag) takes a rate such as 110/10s, or off, not “\(value)”")
    }
    return limit
  }
}
