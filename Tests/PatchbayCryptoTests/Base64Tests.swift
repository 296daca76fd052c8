import PatchbayCrypto
import Seeded
import Testing

@Suite("Base 64") struct Base64Tests {
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

  @Test(arguments: Scale.seeds(quick: 4, nightly: 200))
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
