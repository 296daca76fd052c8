import PatchbayCrypto
import Seeded
import Testing

@Suite("Hexadecimal digits") struct HexTests {
  @Test(arguments: Scale.seeds(quick: 4, nightly: 200))
  func `Bytes come back from their digits, in either case`(seed: UInt64) {
    var draw = Draw(seed)
    for _ in 0..<100 {
      let bytes = (0..<draw.below(40)).map { _ in UInt8(draw.below(256)) }
      let text = Hex.encode(bytes)
      #expect(text.utf8.count == bytes.count * 2, "seed \(seed)")
      #expect(Hex.decode(text) == bytes, "seed \(seed)")
      #expect(Hex.decode(text.uppercased()) == bytes, "seed \(seed)")
    }
  }

  @Test(arguments: ["0", "000", "0g", "+1", "-1", " 00", "00 ", "0x00", "００", "0\u{301}0"])
  func `Anything but pairs of digits is refused`(text: String) { #expect(Hex.decode(text) == nil) }

  @Test func `Digits are lower case, and are appended in place`() {
    var letters = Array("x".utf8)
    Hex.append([0x0A, 0xFF], to: &letters)
    #expect(letters == Array("x0aff".utf8))
    #expect(Hex.encode([UInt8]()) == "" && Hex.decode("") == [])
  }
}
