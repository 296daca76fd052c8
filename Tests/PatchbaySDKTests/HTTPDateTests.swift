import PatchbayCore
import PatchbaySDK
import PatchbaySDKTesting
import Seeded
import Testing

@Suite struct HTTPDateTests {
  init() { TestHost.offerHelpers() }

  private static let months = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
  ]

  /// The date without its weekday, as a server would write it.
  private func written(_ timeMS: Int64) -> String {
    let text = Array(Time.format(timeMS))
    let month = Self.months[(Int(String(text[5...6])) ?? 1) - 1]
    return "\(String(text[8...9])) \(month) \(String(text[0...3])) \(String(text[11...18])) GMT"
  }

  @Test(
    arguments: [
      ("Sun, 06 Nov 1994 08:49:37 GMT", 784_111_777_000), ("Thu, 01 Jan 1970 00:00:00 GMT", 0),
      ("Thu, 29 Feb 2024 23:59:59 GMT", 1_709_251_199_000),
    ] as [(String, Int64)])
  func aDateIsRead(text: String, expected: Int64) {
    #expect(HTTPDate.milliseconds(text) == expected)
  }

  @Test(arguments: [
    "", "GMT", "Sun, 06 Nov 1994 08:49:37", "Sun, 06 Nov 1994 08:49:37 CET",
    "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994", "Sun, 6 Nov 1994 08:49:37 GMT",
    "Sun, 06 Nov 94 08:49:37 GMT", "Sun, 06 nov 1994 08:49:37 GMT",
    "Sun, 31 Nov 1994 08:49:37 GMT", "Wed, 29 Feb 2023 00:00:00 GMT",
    "Sun, 06 Nov 1994 24:00:00 GMT", "Sun, 06 Nov 1994 08:49:37 GMT x",
    "Sun, 06 Nov 1994 08:49:37.5+01:00 GMT", "2026-01-01T00:00:00Z",
  ])
  func whatIsNoDateIsNone(text: String) { #expect(HTTPDate.milliseconds(text) == nil) }

  @Test(arguments: 1...20 as ClosedRange<UInt64>)
  func anyTimeIsReadAsItWasWritten(seed: UInt64) {
    var draw = Draw(seed)
    for _ in 0..<100 {
      let seconds = Int64.random(in: -2_000_000_000...20_000_000_000, using: &draw)
      let text = "Mon, " + written(seconds * 1000)
      #expect(HTTPDate.milliseconds(text) == seconds * 1000, "\(text)")
    }
  }

  /// Whatever is still read after some bytes were changed is what then stands there.
  @Test(arguments: 1...20 as ClosedRange<UInt64>)
  func aDamagedDateIsNoneOrWhatItSays(seed: UInt64) {
    var draw = Draw(seed)
    let alphabet = Array(" 0123456789:,+-.JanFebMayGMTZ\u{0}é")
    for _ in 0..<300 {
      var text = Array("Sun, 06 Nov 1994 08:49:37 GMT")
      for _ in 0...draw.below(3) {
        text[draw.below(text.count)] = alphabet[draw.below(alphabet.count)]
      }
      guard let read = HTTPDate.milliseconds(String(text)) else { continue }
      let parts = String(text).split(separator: " ").dropFirst().joined(separator: " ")
      #expect(written(read) == parts, "seed \(seed): \(String(text))")
    }
  }
}
