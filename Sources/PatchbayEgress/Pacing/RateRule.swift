package import PatchbayCore

/// A limit that a vendor publishes, or that an administrator sets.
package struct RateRule: Sendable, Equatable {
  package enum Form: Sendable, Equatable {
    /// At most `requests` in any `perMS` milliseconds.
    case window(requests: Int, perMS: Int64)
    /// `perSecond` on average, and `burst` at once on top.
    case bucket(perSecond: Double, burst: Double)
  }

  package var form: Form
  /// Which paths it counts, `*` for any run of characters; `nil` for all.
  package var path: String?

  package init(_ form: Form, path: String? = nil) {
    self.form = form
    self.path = path
  }

  /// Reads `20/s`, `110/10s`, `1000/m`; a burst makes it a bucket.
  package init(text: String, burst: Int?) throws(Failure) {
    let parts = text.split(separator: "/")
    let units: [Character: Int64] = ["s": 1000, "m": 60_000, "h": 3_600_000]
    guard parts.count == 2, let requests = Int(parts[0]), (1...1_000_000).contains(requests),
      let letter = parts[1].last, let unit = units[letter],
      let count = parts[1].count == 1 ? 1 : Int64(parts[1].dropLast()), (1...3600).contains(count)
    else {
      throw Failure(
        .config, "egress.rate", "“\(text)” is not a rate",
        mend: "write requests per time, as in 20/s, 110/10s or 1000/m, or off")
    }
    let perMS = unit * count
    if let burst {
      form = .bucket(perSecond: Double(requests) * 1000 / Double(perMS), burst: Double(burst))
    } else if perMS <= 1000 {
      form = .bucket(perSecond: Double(requests) * 1000 / Double(perMS), burst: 0)
    } else {
      form = .window(requests: requests, perMS: perMS)
    }
  }

  func counts(_ path: String) -> Bool {
    guard let pattern = self.path else { return true }
    return Self.matches(path[...], pattern.split(separator: "*", omittingEmptySubsequences: false))
  }

  private static func matches(_ text: Substring, _ pieces: [Substring]) -> Bool {
    guard let first = pieces.first, text.hasPrefix(first) else { return false }
    var rest = text.dropFirst(first.count)
    for (index, piece) in pieces.enumerated().dropFirst() {
      if index == pieces.count - 1 { return rest.hasSuffix(piece) }
      guard let found = rest.firstRange(of: piece) else { return false }
      rest = rest[found.upperBound...]
    }
    return rest.isEmpty
  }
}

/// One rule at work. Pure: time comes in, nothing waits here.
struct RateMeter: Sendable {
  let rule: RateRule
  /// Window: when the counted requests went out. They leave it a little late, for the network's
  /// delay is not the same for every request.
  private var sent: [Int64] = []
  private var head = 0
  /// Bucket: how far ahead of the steady pace the last request was, as a time.
  private var dueMS = -Double.infinity

  init(_ rule: RateRule) { self.rule = rule }

  private static let slackMS: Int64 = 100

  /// When the next request may go; `nowMS` or earlier for at once.
  mutating func readyMS(now nowMS: Int64) -> Int64 {
    switch rule.form {
    case .window(let requests, let perMS):
      let horizon = nowMS - perMS - Self.slackMS
      while head < sent.count && sent[head] <= horizon { head += 1 }
      if head > 4096 {
        sent.removeFirst(head)
        head = 0
      }
      let inside = sent.count - head
      return inside < requests ? nowMS : sent[sent.count - requests] + perMS + Self.slackMS
    case .bucket(let perSecond, let burst):
      // One unit of the burst is kept back: it absorbs requests that arrive closer together
      // than they were sent.
      let lead = max(0, burst - 1) * 1000 / perSecond
      return dueMS.isFinite ? Int64((dueMS - lead).rounded(.up)) : nowMS
    }
  }

  mutating func take(now nowMS: Int64) {
    switch rule.form {
    case .window: sent.append(nowMS)
    case .bucket(let perSecond, _): dueMS = max(dueMS, Double(nowMS)) + 1000 / perSecond
    }
  }
}
