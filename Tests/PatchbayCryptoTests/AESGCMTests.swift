import Seeded
import Testing

@testable import PatchbayCrypto

@Suite("AES-256-GCM") struct AESGCMTests {
  @Test func `NIST's vectors are sealed and opened`() throws {
    for vector in GCMVectors.genuine {
      let (key, nonce) = (try hex(vector.key), try hex(vector.nonce))
      let (plain, context) = (try hex(vector.plain), try hex(vector.context))
      let sealed = nonce + (try hex(vector.sealed)) + (try hex(vector.tag))
      #expect(try AESGCM.seal(plain, key: key, nonce: nonce, context: context) == sealed)
      #expect(AESGCM.open(sealed, key: key, context: context) == plain)
    }
  }

  @Test func `What NIST forged is not opened`() throws {
    for vector in GCMVectors.forged {
      let sealed = try hex(vector.nonce) + hex(vector.sealed) + hex(vector.tag)
      let opened = AESGCM.open(sealed, key: try hex(vector.key), context: try hex(vector.context))
      #expect(opened == nil)
    }
  }

  @Test(arguments: Scale.seeds(quick: 4, nightly: 200))
  func `What is sealed opens, and with any bit changed it does not`(seed: UInt64) throws {
    var draw = Draw(seed)
    func bytes(_ count: Int) -> [UInt8] { (0..<count).map { _ in UInt8(draw.below(256)) } }
    for _ in 0..<20 {
      let (key, context, plain) = (bytes(32), bytes(draw.below(20)), bytes(draw.below(80)))
      let sealed = try AESGCM.seal(plain, key: key, context: context)
      #expect(AESGCM.open(sealed, key: key, context: context) == plain, "seed \(seed)")
      var changed = sealed
      changed[draw.below(sealed.count)] ^= 1 << draw.below(8)
      #expect(AESGCM.open(changed, key: key, context: context) == nil, "seed \(seed)")
      let cut = Array(sealed.prefix(draw.below(sealed.count)))
      #expect(AESGCM.open(cut, key: key, context: context) == nil, "seed \(seed)")
      #expect(AESGCM.open(sealed + [0], key: key, context: context) == nil, "seed \(seed)")
      #expect(AESGCM.open(sealed, key: key, context: context + [0]) == nil, "seed \(seed)")
      var other = key
      other[draw.below(32)] ^= 1
      #expect(AESGCM.open(sealed, key: other, context: context) == nil, "seed \(seed)")
    }
  }

  @Test func `The same text is sealed otherwise each time`() throws {
    let key = try RandomBytes.make(AESGCM.keySize)
    let made = try (0..<50).map { _ in try AESGCM.seal([1, 2, 3], key: key, context: []) }
    #expect(Set(made.map { Array($0.prefix(AESGCM.nonceSize)) }).count == 50)
  }

  @Test(arguments: [0, 16, 24, 31, 33, 64]) func `A key of another size is refused`(
    size: Int
  ) throws {
    let key = [UInt8](repeating: 1, count: size)
    #expect(throws: CryptoFault.unusableKey) { try AESGCM.seal([1], key: key, context: []) }
    #expect(AESGCM.open([UInt8](repeating: 0, count: 40), key: key, context: []) == nil)
  }
}
