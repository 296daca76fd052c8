import Glibc
import PatchbayJSON
import Seeded
import Testing

@testable import PatchbayCore

/// Numbers that come from elsewhere never end the process.
@Suite struct ExtremeNumberTests {
  @Test func `A sum or difference that does not fit is the nearest number`() {
    #expect(Int64.max.adding(clamped: 1) == .max && Int64.min.adding(clamped: -1) == .min)
    #expect(Int64.min.subtracting(clamped: 1) == .min)
    #expect((0 as Int64).subtracting(clamped: .min) == .max)
    #expect((2 as Int64).adding(clamped: 3) == 5 && (2 as Int64).subtracting(clamped: 3) == -1)
    for one in Extreme.integers {
      for other in Extreme.integers {
        let (sum, difference) = (Int128(one) + Int128(other), Int128(one) - Int128(other))
        #expect(one.adding(clamped: other) == Int64(clamping: sum))
        #expect(one.subtracting(clamped: other) == Int64(clamping: difference))
      }
    }
  }

  @Test func `A clock set to any second is within the years that have names`() {
    for seconds in Extreme.integers {
      let time = timespec(tv_sec: Int(seconds), tv_nsec: 999_999_999)
      let ms = Time.milliseconds(of: time)
      #expect((Time.first...Time.last).contains(ms), "\(seconds)")
      _ = Time.nanoseconds(of: time)
    }
    // 64 bits of nanoseconds end in April 2262.
    let far = timespec(tv_sec: 9_223_372_037, tv_nsec: 5_000_000)
    #expect(Time.format(Time.milliseconds(of: far)) == "2262-04-11T23:47:17.005Z")
    #expect(Time.nanoseconds(of: far) == .max)
    #expect(Time.nanoseconds(of: timespec(tv_sec: -1, tv_nsec: 1)) == -999_999_999)
    #expect(Time.nowMS() > 1_600_000_000_000 && Time.monotonicNS() > 0)
  }

  @Test func `Every number of milliseconds is written as a time that is one`() {
    for ms in Extreme.integers {
      #expect(Time.parse(Time.format(ms)) == Time.clamped(ms), "\(ms)")
    }
    for text in Extreme.times {
      if let ms = Time.parse(text) { #expect(Time.parse(Time.format(ms)) == Time.clamped(ms)) }
      _ = Time.milliseconds(anyForm: text)
    }
  }

  @Test func `A month of any numbers has days, and one after it`() {
    for text in Extreme.times + Extreme.integers.flatMap({ ["\($0)-12", "2026-\($0)", "\($0)"] }) {
      let month = Month(text)
      #expect(month.days >= 1 && month.days <= 31, "\(text)")
      _ = month.days(from: text, until: Month.name(after: text))
    }
    #expect(Month("9999-12").days == 31 && Month("2028-02").days == 29)
    #expect(Month.name(after: "2026-12") == "2027-01" && Month.name(after: "2026-13") == "2026-13")
  }

  @Test func `An amount below zero is written with its sign`() {
    #expect(Terms.text(-999_999, "EUR") == "-0.999999 EUR")
    #expect(Terms.text(.min, "EUR") == "-9223372036854.775808 EUR")
  }

  private static let terms = """
    {"currency":"EUR","prices":[{"from":"2026-01-01","meter":"records_read","kind":"graduated",
    "per":1000,"free":10,"minimum_micros":5,"steps":[{"up_to":100,"micros":7},{"micros":3}]}],
    "shares":[{"party":"acme","ppm":600000},{"party":"other","ppm":400000}],"refund_days":14,
    "minimum_payout_micros":1}
    """

  @Test func `Terms with any number in them are refused, or cost something in every month`() throws
  {
    let known = try Terms(JSON(reading: Self.terms), in: "it")
    var taken = 0
    for text in Extreme.variants(of: Self.terms) {
      let json = try JSON(reading: text)
      guard let terms = try? Terms(json, in: "it") else { continue }
      taken += 1
      for units in Extreme.integers {
        for month in ["0001-01", "2026-01", "9999-12"] {
          _ = terms.cost(of: Int128(units), .recordsRead, in: Month(month))
        }
      }
      _ = terms.dearer(than: known) + known.dearer(than: terms)
      _ = terms.summary(on: "2026-01-01")
    }
    #expect(taken > 10)
  }

  @Test func `A price of a document that nobody checked can be worked out`() throws {
    let price = """
      {"kind":"KIND","per":1000,"steps":[{"up_to":100,"micros":7},{"up_to":200,"micros":3},
      {"micros":3}]}
      """
    for kind in Terms.Kind.allCases {
      let text = price.replacing("KIND", with: kind.rawValue)
      for variant in Extreme.variants(of: text) {
        let price = UnitPrice(try JSON(reading: variant))
        for units in Extreme.integers.map({ Int128($0) }) + [.min, .max, 1 << 120] {
          if let cost = price.cost(of: units) { #expect(cost >= 0) }
        }
        _ = price.text("EUR")
      }
    }
  }
}
