internal import CCurl
internal import PatchbayCore

/// What the headers of an answer say about the pace. They are the vendor's word: numbers that
/// cannot be are nothing said.
enum VendorPace {
  private static let longestMS: Int64 = 86_400_000

  /// The pause that `Retry-After` asks for, in seconds or as a date; one day at most.
  static func retryAfterMS(_ headers: [String: String]) -> Int64? {
    guard let text = headers["retry-after"] else { return nil }
    if let seconds = Double(text) {
      return seconds.isFinite ? Int64(min(max(seconds, 0), 86_400) * 1000) : nil
    }
    // Unsafe: libcurl reads the text during the call, and its own texts are constants.
    let time = unsafe curl_getdate(text, nil)
    if time < 0 { return nil }
    // A date in whole seconds may lie up to one second before what was meant. libcurl takes years
    // whose milliseconds are more than a number holds.
    let untilMS = min(Int64(time), Int64.max / 1000 - 1) * 1000 + 1000
    return min(longestMS, max(0, untilMS - Time.nowMS()))
  }
}

extension Limiter.Answer {
  /// `status` nil: the transfer failed, and nothing is known. Header names are in lower case.
  init(status: Int?, headers: [String: String], _ names: RateHeaders) {
    isRefusal = status == 429
    isClean = status.map { (200..<400).contains($0) } ?? false
    retryAfterMS = VendorPace.retryAfterMS(headers)
    remaining = names.remaining.flatMap { headers[$0] }.flatMap { Int($0) }
    intervalMS = names.intervalMS.flatMap { headers[$0] }.flatMap { Int64($0) }
      .map { min(max($0, 0), 86_400_000) }
  }
}
