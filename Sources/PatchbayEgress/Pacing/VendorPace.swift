internal import CCurl
internal import PatchbayCore

/// What an answer says about waiting. Nothing else reads it. Pure: the clock comes in.
///
/// It is the vendor's word: every number is bounded to a day, and what cannot be is nothing said.
struct VendorPace: Sendable, Equatable {
  /// `Retry-After`, in seconds or as a date.
  var retryAfterMS: Int64?
  /// Requests left in the vendor's window and how long that window is, in the headers that the
  /// plugin's manifest names.
  var remaining: Int?
  var intervalMS: Int64?
  /// Requests left and time until there are more, in the `RateLimit` fields of the IETF draft or
  /// the `X-RateLimit` headers that came before it.
  var left: Int?
  var resetMS: Int64?

  static let longestMS: Int64 = 86_400_000

  init() {}

  /// Header names are in lower case, several values of one name joined by ", ".
  init(_ headers: [String: String], _ names: RateHeaders = RateHeaders(), now nowMS: Int64) {
    let vendorNowMS = Self.vendorNowMS(headers, nowMS)
    retryAfterMS = headers["retry-after"].flatMap { Self.retryAfterMS($0, vendorNowMS) }
    remaining = names.remaining.flatMap { headers[$0] }.flatMap { Int($0) }
    intervalMS = names.intervalMS.flatMap { headers[$0] }.flatMap { Int64($0) }
      .map { min(max($0, 0), Self.longestMS) }
    readRateLimit(headers)
    for prefix in ["ratelimit", "x-ratelimit", "x-rate-limit"] where left == nil {
      left = headers["\(prefix)-remaining"].flatMap { Self.count($0) }
      if left == nil { continue }
      resetMS = headers["\(prefix)-reset"].flatMap { Self.resetMS($0, vendorNowMS) }
    }
  }

  /// Whether an answer of that status refuses the request for its pace. A 403 does if it says when
  /// to come back, or that nothing is left.
  func isLimit(_ status: Int) -> Bool {
    status == 429
      || status == 403 && (retryAfterMS != nil || remaining == 0 || left == 0 && resetMS != nil)
  }

  /// How long a refusal for the pace asks to wait; `nil` where it does not say.
  var refusalMS: Int64? { retryAfterMS ?? ((left ?? 0) <= 0 ? resetMS : nil) }

  /// How long an answer of that status holds back everything that uses the credential: when the
  /// service as a whole is not there, or has moved. A `Retry-After` of a single resource (404, 409,
  /// 423, a job of 202 that is not done) is a matter of that resource.
  func holdMS(_ status: Int) -> Int64? {
    status >= 500 || (300..<400).contains(status) ? retryAfterMS : nil
  }

  // MARK: Reading

  /// The vendor's clock, if it shows it and it is within a day of ours: dates are meant by that.
  private static func vendorNowMS(_ headers: [String: String], _ nowMS: Int64) -> Int64 {
    guard let text = headers["date"], let dateMS = dateMS(text),
      abs(dateMS - nowMS) < longestMS
    else { return nowMS }
    return dateMS
  }

  private static func retryAfterMS(_ text: String, _ nowMS: Int64) -> Int64? {
    // Proxies add a second one: the longest is meant by somebody.
    let numbers = text.split(separator: ",").map { decimal($0) }
    if numbers.allSatisfy({ $0 != nil }), let seconds = numbers.compactMap({ $0 }).max() {
      return bounded(seconds: seconds)
    }
    // A date in whole seconds may lie up to one second before what was meant.
    return dateMS(text).map { min(longestMS, max(0, $0 + 1000 - nowMS)) }
  }

  /// Seconds from now, seconds or milliseconds since 1970, or a date. What is none of these, or
  /// lies more than a day off as a point in time, is nothing said.
  private static func resetMS(_ text: String, _ nowMS: Int64) -> Int64? {
    let yearOfSeconds = 31_622_400.0
    guard let number = decimal(text[...]) else {
      guard let momentMS = Time.parse(text) ?? dateMS(text).map({ $0 + 1000 }),
        abs(momentMS - nowMS) <= longestMS
      else { return nil }
      return max(0, momentMS - nowMS)
    }
    if number <= yearOfSeconds { return bounded(seconds: number) }
    for momentMS in [number * 1000, number] where abs(momentMS - Double(nowMS)) <= 86_400_000 {
      return max(0, Int64(momentMS) - nowMS)
    }
    return nil
  }

  private static func bounded(seconds: Double) -> Int64 {
    Int64(min(max(seconds, 0), 86_400) * 1000)
  }

  private static func count(_ text: String) -> Int? {
    guard let number = decimal(text[...]), number.magnitude < 1e15 else { return nil }
    return Int(number)
  }

  /// A decimal number from end to end: no `0x`, `inf` or exponent, which Double would take.
  private static func decimal(_ text: Substring) -> Double? {
    let text = text.trimmed
    let digits = text.hasPrefix("-") ? text.dropFirst() : text[...]
    guard digits.utf8.first.map({ (0x30...0x39).contains($0) }) == true,
      digits.utf8.allSatisfy({ (0x30...0x39).contains($0) || $0 == UInt8(ascii: ".") })
    else { return nil }
    return Double(text).flatMap { $0.isFinite ? $0 : nil }
  }

  private static func dateMS(_ text: String) -> Int64? {
    // Unsafe: libcurl reads the text during the call.
    let time = unsafe curl_getdate(text, nil)
    if time < 0 { return nil }
    // libcurl takes years whose milliseconds are more than a number holds.
    return min(Int64(time), Int64.max / 4000) * 1000
  }
}

// MARK: The RateLimit field

extension VendorPace {
  /// `RateLimit: "default";r=0;t=30`, and as older drafts wrote it, `limit=100, remaining=0,
  /// reset=30`. Of several policies the one with the least left counts. A window that is not said
  /// to end does so after its whole length, which `RateLimit-Policy: "default";q=100;w=60` tells.
  private mutating func readRateLimit(_ headers: [String: String]) {
    guard let text = headers["ratelimit"] else { return }
    let windows = (headers["ratelimit-policy"].map(Self.items) ?? [])
    var whole: [String: Substring] = [:]
    for item in Self.items(text) {
      if item.name.isEmpty { whole.merge(item.members) { first, _ in first } }
      let policy = windows.first { $0.name == item.name }
      take(item.members["r"], item.members["t"] ?? policy?.members["w"])
    }
    take(whole["remaining"], whole["reset"])
  }

  private mutating func take(_ remaining: Substring?, _ seconds: Substring?) {
    guard let count = remaining.flatMap({ Self.count(String($0)) }) else { return }
    let untilMS = seconds.flatMap { Self.decimal($0) }.map { Self.bounded(seconds: $0) }
    if let left, left < count || left == count && (resetMS ?? 0) >= (untilMS ?? 0) { return }
    left = count
    resetMS = untilMS
  }

  private struct Item {
    /// Empty where the item begins with a member.
    var name = ""
    var members: [String: Substring] = [:]
  }

  /// The items of a list, with their parameters; quotes keep commas and semicolons.
  private static func items(_ text: String) -> [Item] {
    var items = [Item()]
    var isQuoted = false
    func take(_ part: Substring) {
      let part = part.trimmed
      if part.isEmpty { return }
      let last = items.count - 1
      guard !part.hasPrefix("\""), let sign = part.firstIndex(of: "=") else {
        items[last].name = part.hasPrefix("\"") ? String(part.dropFirst().dropLast()) : part
        return
      }
      let value = part[part.index(after: sign)...]
      items[last].members[part[..<sign].lowercased()] = value
    }
    // No vendor has so many policies that they would need more.
    let text = text.prefix(2000)
    var start = text.startIndex
    for index in text.indices {
      if text[index] == "\"" { isQuoted.toggle() }
      guard !isQuoted, text[index] == "," || text[index] == ";" else { continue }
      take(text[start..<index])
      start = text.index(after: index)
      if text[index] == "," { items.append(Item()) }
    }
    take(text[start...])
    return items
  }
}
