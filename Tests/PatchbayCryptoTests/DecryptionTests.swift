import PatchbayCrypto
import Seeded
import Testing

@Suite("RSA-OAEP") struct DecryptionTests {
  private static let key = Result { try DecryptionKey(pem: JOSEVectors.oaepKey.utf8) }

  @Test func `The key of RFC 7516, A.1, is unwrapped`() throws {
    let key = try Self.key.get()
    let wanted = try hex(JOSEVectors.oaepUnwrapped)
    #expect(key.unwrapOAEP(try base64URL(JOSEVectors.oaepWrapped), hash: .sha1) == wanted)
    let other = try base64URL(JOSEVectors.oaepWrappedSHA256)
    #expect(key.unwrapOAEP(other, hash: .sha256) == wanted)
  }

  @Test func `Another hash, and another length, unwrap nothing`() throws {
    let key = try Self.key.get()
    let wrapped = try base64URL(JOSEVectors.oaepWrapped)
    #expect(key.unwrapOAEP(wrapped, hash: .sha256) == nil)
    #expect(key.unwrapOAEP(wrapped.dropLast(), hash: .sha1) == nil)
    #expect(key.unwrapOAEP(wrapped + [0], hash: .sha1) == nil)
    #expect(key.unwrapOAEP([], hash: .sha1) == nil)
    #expect(key.unwrapOAEP([UInt8](repeating: 0xFF, count: 256), hash: .sha1) == nil)
  }

  @Test(arguments: Scale.seeds(quick: 3, nightly: 50))
  func `A wrapped key with any bit changed is not unwrapped`(seed: UInt64) throws {
    var draw = Draw(seed)
    let key = try Self.key.get()
    for _ in 0..<10 {
      var changed = try base64URL(JOSEVectors.oaepWrapped)
      changed[draw.below(changed.count)] ^= 1 << draw.below(8)
      #expect(key.unwrapOAEP(changed, hash: .sha1) == nil, "seed \(seed)")
    }
  }

  @Test func `A key of another kind does not decrypt`() throws {
    for kind in [KeyKind.p256, .ed25519] {
      let pem = try SigningKey.generate(kind).pem
      #expect(throws: CryptoFault.unusableKey) { try DecryptionKey(pem: pem) }
    }
  }
}
