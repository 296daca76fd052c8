import PatchbayCore
import PatchbayJSON
import Seeded
import Testing

@testable import PatchbayEgress

/// What a vendor says of waiting, whatever it says and wherever the clock stands.
@Suite struct FarClockTests {
  private static let names = RateHeaders(remaining: "x-left", intervalMS: "x-window")
  private static let dayMS: Int64 = 86_400_000

  @Test func `No header stops the hub for more than a day, at any time`() {
    let values =
      Extreme.numbers + Extreme.texts + Extreme.times + [
        "Fri, 31 Dec 9999 23:59:59 GMT", "Fri, 31 Dec 2147483647 23:59:59 GMT", "nan", "-inf",
      ]
    for nowMS in [Time.first, 0, 9_300_000_000_000, Time.last] {
      for value in values {
        let pace = VendorPace(
          [
            "retry-after": value, "x-left": value, "x-window": value, "date": value,
            "ratelimit": "\"a\";r=\(value);t=\(value)", "x-ratelimit-remaining": value,
            "x-ratelimit-reset": value,
          ], Self.names, now: nowMS)
        for waitMS in [pace.retryAfterMS, pace.intervalMS, pace.resetMS].compactMap({ $0 }) {
          #expect((0...Self.dayMS).contains(waitMS), "\(value) at \(nowMS)")
        }
        for status in [200, 429, 503] {
          var limiter = Limiter(rules: nil, inFlightLimit: 2)
          _ = limiter.admit("/", now: nowMS)
          limiter.finish(Limiter.Answer(status: status, pace), now: nowMS)
          _ = limiter.admit("/", now: nowMS)
        }
      }
    }
  }

  @Test func `A token lives from a second to a year, whatever its server says`() throws {
    for text in Extreme.numbers + Extreme.texts.map({ "\"\($0)\"" }) {
      let ms = Credential.lifetimeMS(try JSON(reading: text))
      #expect((1000...31_536_000_000).contains(ms), "\(text)")
    }
  }

  @Test func `A rate of any numbers is one that can be kept, or refused`() {
    for one in Extreme.texts {
      for other in Extreme.texts {
        for burst in [nil, 0, 10_000] as [Int?] {
          guard let rule = try? RateRule(text: "\(one)/\(other)s", burst: burst) else { continue }
          var meter = RateMeter(rule)
          meter.take(now: Time.last)
          _ = meter.readyMS(now: Time.last)
        }
      }
    }
  }

  @Test func `A wait of any length is told of`() {
    for ms in Extreme.integers {
      #expect(!WaitNotice.clock(Time.clamped(ms)).isEmpty)
      #expect(!WaitNotice.duration(min(ms, Self.dayMS)).isEmpty)
    }
  }
}
