import PatchbayCore
import Seeded
import Testing

@Suite("Parts of addresses") struct AddressPartTests {
  private static let letters = Array("aZ0-._~ /?&=+%é\u{1F600}\n")

  @Test(arguments: seeds)
  func `Every text comes back from its percent encoding`(seed: UInt64) {
    var draw = Draw(seed)
    for _ in 0..<200 {
      let letters = (0..<draw.below(12)).map { _ in draw.pick(Self.letters) }
      let text = String(letters)
      let encoded = percentEncoded(text)
      #expect(percentDecoded(encoded) == Array(text.utf8), "seed \(seed): \(text)")
      let form = encoded.replacing("%20", with: "+")
      #expect(percentDecoded(form, isForm: true) == Array(text.utf8), "seed \(seed): \(text)")
    }
  }

  @Test(arguments: ["%", "a%", "%4", "%zz", "%+f", "%-1", "% 1", "%4%31", "%é", "%４１"])
  func `A percent sign without two digits is refused, or kept on request`(text: String) {
    #expect(percentDecoded(text) == nil)
    let kept = text == "%4%31" ? "%41" : text
    #expect(percentDecoded(text, keepsBroken: true) == Array(kept.utf8))
  }

  @Test func `Escapes of either case are read, and a plus is one outside of forms`() {
    #expect(percentDecoded("%c3%A9%00") == [0xC3, 0xA9, 0])
    #expect(percentDecoded("a+b") == Array("a+b".utf8))
    #expect(percentDecoded("a+b%2B", isForm: true) == Array("a b+".utf8))
  }

  @Test(
    arguments: [
      ("Example.COM", "example.com", nil), ("localhost:80", "localhost", 80),
      ("[::1]", "[::1]", nil), ("[FE80::1]:65535", "[fe80::1]", 65535),
      ("10.0.0.1:1", "10.0.0.1", 1),
      ("a_b-c.d", "a_b-c.d", nil),
    ] as [(String, String, Int?)])
  func `A host and its port are read`(text: String, host: String, port: Int?) throws {
    let place = try HostAndPort(text)
    #expect(place.host == host && place.port == port)
  }

  @Test(
    arguments: [
      ("", .host), (".", .host), (":80", .host), ("a b", .host), ("a,b", .host), ("é", .host),
      ("::1", .host), ("[::1", .host), ("::1]", .host), ("[]", .host), ("[1]", .host),
      ("[::g]", .host), ("[::１]", .host), ("u@h", .host), ("a/b", .host), ("h:", .port),
      ("h:0", .port), ("h:65536", .port), ("h:+1", .port), ("h:-1", .port), ("h:1x", .port),
      ("h:１", .port), ("h:99999999999999999999", .port),
    ] as [(String, HostAndPort.Fault)])
  func `An invalid host or port is refused`(text: String, fault: HostAndPort.Fault) {
    #expect(throws: fault) { try HostAndPort(text) }
  }
}
