import PatchbayCore
import PatchbaySDK

@testable import PatchbayEgress

extension FuzzTarget {
  /// The head of an answer, and what it says about the pace: no vendor can stop the hub for ever.
  static let head = FuzzTarget(
    name: "head",
    seeds: {
      [
        "HTTP/1.1 429 Too Many Requests\r\nRetry-After: 7\r\nX-Left: 0\r\nX-Window: 10000\r\n\r\n",
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/2 200\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\n",
        "Retry-After: Fri, 31 Dec 1999 23:59:59 GMT\r\nContent-Length: 12\r\nA: b\r\na : c",
        "RateLimit: \"a,b\";r=0;t=30, \"c\";r=7\r\nRateLimit-Policy: \"c\";q=9;w=60\r\n",
        "HTTP/2 429\r\nX-RateLimit-Remaining: 0\r\nX-RateLimit-Reset: 1784000030\r\n",
        "retry-after: 1e400\r\nx-left: -1\r\nx-window: 99999999999\r\ndate: x\r\n",
      ].map { Array($0.utf8) }
    },
    words: [
      "HTTP/1.1 200\r\n", "retry-after: ", "x-left: ", "x-window: ", "content-length: ", "date: ",
      "ratelimit: ", "ratelimit-policy: ", "x-ratelimit-remaining: ", "x-ratelimit-reset: ", ";r=0",
      ";t=9", ";w=9", "remaining=0", "reset=9",
      "Sun, 06 Nov 1994 08:49:37 GMT", " GMT", "9223372036854775807", "2147483647", "1e308", "inf",
      "nan", "-0",
    ], run: checkHead)
}

private func checkHead(_ bytes: [UInt8]) {
  var head = ResponseHead()
  for line in bytes.split(separator: 0x0A, omittingEmptySubsequences: false) {
    // Unsafe: the line is lent for the call.
    unsafe (Array(line) + [0x0A]).withUnsafeBytes { unsafe head.take($0) }
  }
  expect(head.size >= bytes.count, "bytes of the head are not counted")
  expect((head.bodySize ?? 0) >= 0, "a body of \(head.bodySize ?? 0) bytes")
  for (name, value) in head.fields {
    expect(!name.contains(":") && name == name.lowercased(), "a header is named “\(name)”")
    expect(!value.contains("\n"), "a value goes over its line")
  }
  let longestMS: Int64 = 86_400_000
  for status in [200, 301, 403, 429, 503] {
    let pace = VendorPace(
      head.fields, RateHeaders(remaining: "x-left", intervalMS: "x-window"),
      now: 1_784_000_000_000)
    for pauseMS in [pace.retryAfterMS, pace.intervalMS, pace.resetMS].compactMap({ $0 }) {
      expect((0...longestMS).contains(pauseMS), "a pause of \(pauseMS) ms")
    }
    let answer = Limiter.Answer(status: status, pace)
    let nowMS: Int64 = 1_000_000
    for rules in [nil, [RateRule(.window(requests: 2, perMS: 1000))]] {
      var limiter = Limiter(rules: rules, inFlightLimit: 4)
      for _ in 0..<6 where limiter.admit("/", now: nowMS) == .go {
        limiter.finish(answer, now: nowMS)
      }
      if case .wait(let untilMS) = limiter.admit("/", now: nowMS) {
        expect(untilMS - nowMS <= longestMS + 1000, "held back for \(untilMS - nowMS) ms")
      }
    }
  }
}
