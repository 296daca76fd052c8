import Seeded
import PatchbayCore
import PatchbayJSON
import Testing

@Suite struct TimeTests {
  @Test(arguments: seeds)
  func `Every time from the year 0 to 9999 reads back from its text`(seed: UInt64) {
    var draw = Draw(seed)
    for _ in 0..<2000 {
      let ms = Int64.random(in: -62_167_219_200_000...253_402_300_799_999, using: &draw)
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

@Suite struct Base64Tests {
  private static let vectors = [
    ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="),
    ("fooba", "Zm9vYmE="), ("foobar", "Zm9vYmFy"),
  ]

  @Test(arguments: vectors)
  func `The vectors of RFC 4648 hold both ways`(plain: String, encoded: String) {
    #expect(Base64.encode(Array(plain.utf8)) == encoded)
    #expect(Base64.decode(encoded.utf8) == Array(plain.utf8))
    #expect(Base64.encode(Array(plain.utf8), url: true) == encoded.filter { $0 != "=" })
    #expect(Base64.decode(encoded.filter { $0 != "=" }.utf8, url: true) == Array(plain.utf8))
  }

  @Test(arguments: seeds)
  func `Bytes come back from both alphabets`(seed: UInt64) {
    var draw = Draw(seed)
    for _ in 0..<300 {
      let bytes = (0..<draw.below(40)).map { _ in UInt8(draw.below(256)) }
      #expect(Base64.decode(Base64.encode(bytes).utf8) == bytes, "seed \(seed): \(bytes)")
      #expect(
        Base64.decode(Base64.encode(bytes, url: true).utf8, url: true) == bytes, "seed \(seed)")
    }
  }

  @Test(arguments: [
    "Z", "Zg", "Zg=", "Zg===", "Z===", "=", "==", "====", "Zm9v=", "Zm9v==", "Zm9v====", "Zh==",
    "Zm9=", "Zg==Zg==", "Zm 9v", "Zm9v\n", "Zm9-", "Zm9_", "Zm9*", "Zé==",
  ])
  func `What no encoder writes is refused`(text: String) {
    #expect(Base64.decode(text.utf8) == nil)
  }

  @Test func `The URL alphabet is another one`() {
    #expect(Base64.encode([0xFB, 0xFF]) == "+/8=")
    #expect(Base64.encode([0xFB, 0xFF], url: true) == "-_8")
    #expect(Base64.decode("+/8".utf8, url: true) == nil)
    #expect(Base64.decode("-_9".utf8, url: true) == nil)
  }
}
