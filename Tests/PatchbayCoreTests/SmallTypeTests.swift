import Seeded
import PatchbayCore
import PatchbayJSON
import Testing

@Suite struct TimeTests {
  @Test(arguments: seeds)
  func `Every time from the year 1 to 9999 reads back from its text`(seed: UInt64) {
    var draw = Draw(seed)
    for _ in 0..<2000 {
      let ms = Int64.random(in: Time.first...Time.last, using: &draw)
      #expect(Time.parse(Time.format(ms)) == ms, "seed \(seed): \(Time.format(ms))")
    }
  }

  @Test(
    arguments: [
      ("1970-01-01T00:00:00Z", 0), ("1969-12-31T23:59:59.999Z", -1),
      ("2000-02-29T12:00:00.5+01:00", 951_822_000_500), ("2024-02-29t00:00:00z", 1_709_164_800_000),
      ("2026-01-31T09:30:00.123456789Z", 1_769_851_800_123),
      ("2026-01-31T09:30:00-23:59", 1_769_938_140_000),
      ("2016-12-31T23:59:60Z", 1_483_228_800_000), ("0000-01-01T00:00:00Z", -62_167_219_200_000),
    ] as [(String, Int64)])
  func `Times of RFC 3339 are read`(text: String, ms: Int64) { #expect(Time.parse(text) == ms) }

  @Test(arguments: [
    "", "2026", "2026-01-31", "2026-01-31 09:30:00Z", "2026-01-31T09:30:00", "2026-1-31T09:30:00Z",
    "2026-01-31T09:30Z", "2026-13-01T00:00:00Z", "2026-00-01T00:00:00Z", "2026-02-29T00:00:00Z",
    "1900-02-29T00:00:00Z", "2026-01-32T00:00:00Z", "2026-01-31T24:00:00Z", "2026-01-31T09:60:00Z",
    "2026-01-31T09:30:61Z", "2026-01-31T09:30:00.Z", "2026-01-31T09:30:00+1:00",
    "2026-01-31T09:30:00+24:00", "2026-01-31T09:30:00+00:60", "2026-01-31T09:30:00Zx",
    " 2026-01-31T09:30:00Z", "-026-01-31T09:30:00Z", "2026-01-31T09:30:00*01:00",
  ])
  func `What is not a time of RFC 3339 is nil`(text: String) { #expect(Time.parse(text) == nil) }

  @Test(arguments: [
    "9999-12-31T23:59:60Z", "9999-12-31T23:59:59-00:01", "0000-01-01T00:00:00+00:01",
  ])
  func `A time whose moment in UTC has no year of four digits is nil`(text: String) {
    #expect(Time.parse(text) == nil)
  }

  @Test func `A time is written with milliseconds in UTC`() {
    #expect(Time.format(1_769_851_800_000) == "2026-01-31T09:30:00.000Z")
    #expect(Time.format(-1) == "1969-12-31T23:59:59.999Z")
  }
}

@Suite struct RunIDTests {
  @Test(arguments: seeds)
  func `Ids sort by their time and are 26 letters`(seed: UInt64) {
    var draw = Draw(seed)
    var nowMS = Int64.random(in: 0...1_800_000_000_000, using: &draw)
    var ids: [String] = []
    for _ in 0..<500 {
      ids.append(RunID(nowMS: nowMS, random: .random(in: 0 ... .max, using: &draw)).text)
      nowMS += 1 + Int64(draw.below(100_000))
    }
    #expect(ids == ids.sorted(), "seed \(seed)")
    #expect(ids.allSatisfy { $0.utf8.count == 26 }, "seed \(seed)")
    let letters = Set("0123456789ABCDEFGHJKMNPQRSTVWXYZ")
    #expect(ids.allSatisfy { $0.allSatisfy(letters.contains) }, "seed \(seed)")
  }

  @Test func `Ids of one millisecond differ`() {
    var draw = Draw(5)
    #expect(
      Set((0..<1000).map { _ in RunID(nowMS: 7, random: .random(in: 0 ... .max, using: &draw)) })
        .count == 1000)
  }

  @Test func `The first ten letters are the time alone`() {
    var one = Draw(1)
    var other = Draw(2)
    let first = RunID(nowMS: 1_469_918_176_385, random: .random(in: 0 ... .max, using: &one)).text
    // The example of the ULID specification.
    #expect(first.prefix(10) == "01ARYZ6S41")
    #expect(
      first.prefix(10)
        == RunID(nowMS: 1_469_918_176_385, random: .random(in: 0 ... .max, using: &other)).text
        .prefix(10))
    #expect(
      first.suffix(16)
        != RunID(nowMS: 1_469_918_176_385, random: .random(in: 0 ... .max, using: &other)).text
        .suffix(16))
  }
}
