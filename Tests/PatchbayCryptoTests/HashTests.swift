import PatchbayCrypto
import Seeded
import Testing

@Suite("Hashes, HMAC and HKDF") struct HashTests {
  @Test func `SHA-2 of “abc” and of nothing is what FIPS 180 says`() {
    #expect(
      Hex.encode(Digest.sha256("abc"))
        == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    #expect(
      Hex.encode(Digest.sha256([UInt8]()))
        == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
    #expect(
      Hex.encode(Digest.sha512(Array("abc".utf8)))
        == "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
        + "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f")
  }

  @Test(arguments: Scale.seeds(quick: 4, nightly: 200))
  func `A digest in pieces is the digest of the whole`(seed: UInt64) {
    var draw = Draw(seed)
    for _ in 0..<50 {
      var whole: [UInt8] = []
      var hash = IncrementalSHA256()
      for _ in 0..<draw.below(8) {
        let piece = (0..<draw.below(200)).map { _ in UInt8(draw.below(256)) }
        hash.update(piece)
        whole += piece
      }
      #expect(hash.finish() == Digest.sha256(whole), "seed \(seed): \(whole.count) bytes")
    }
  }

  @Test func `The vectors of RFC 4231 hold for HMAC`() throws {
    for vector in HashVectors.hmac {
      let (key, message) = (try hex(vector.key), try hex(vector.message))
      #expect(HMAC(.sha256, key: key).code(of: message) == (try hex(vector.sha256)))
      #expect(HMAC(.sha512, key: key).code(of: message) == (try hex(vector.sha512)))
    }
  }

  @Test func `An HMAC makes the same code each time, and refuses others`() throws {
    let hmac = HMAC(key: [1, 2, 3])
    let code = hmac.code(of: [4, 5])
    #expect(hmac.code(of: [4, 5]) == code)
    #expect(hmac.verifies(code, of: [4, 5]))
    #expect(!hmac.verifies(code, of: [4, 6]))
    #expect(!hmac.verifies(code.dropLast(), of: [4, 5]))
    #expect(!hmac.verifies(code + [0], of: [4, 5]))
    #expect(!hmac.verifies([], of: [4, 5]))
    #expect(!HMAC(key: [1, 2, 4]).verifies(code, of: [4, 5]))
    #expect(!HMAC(.sha512, key: [1, 2, 3]).verifies(code, of: [4, 5]))
  }

  @Test func `An empty key and an empty message have a code`() throws {
    #expect(
      Hex.encode(HMAC(key: []).code(of: []))
        == "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad")
  }

  @Test(arguments: Scale.seeds(quick: 4, nightly: 200))
  func `HMAC is what RFC 2104 defines`(seed: UInt64) {
    var draw = Draw(seed)
    for _ in 0..<50 {
      let key = (0..<draw.below(150)).map { _ in UInt8(draw.below(256)) }
      let message = (0..<draw.below(300)).map { _ in UInt8(draw.below(256)) }
      let short = key.count > 64 ? Digest.sha256(key) : key
      let block = short + [UInt8](repeating: 0, count: 64 - short.count)
      let inner = Digest.sha256(block.map { $0 ^ 0x36 } + message)
      let wanted = Digest.sha256(block.map { $0 ^ 0x5C } + inner)
      #expect(HMAC(key: key).code(of: message) == wanted, "seed \(seed)")
    }
  }

  @Test func `An HMAC of many threads makes the codes of one`() async {
    let hmac = HMAC(key: Array("shared".utf8))
    let wanted = (0..<64).map { hmac.code(of: [UInt8($0)]) }
    await withTaskGroup(of: Bool.self) { group in
      for _ in 0..<4 {
        group.addTask { (0..<64).allSatisfy { hmac.code(of: [UInt8($0)]) == wanted[$0] } }
      }
      for await isSame in group { #expect(isSame) }
    }
  }

  @Test func `The vectors of RFC 5869 hold for HKDF`() throws {
    for vector in HashVectors.hkdf {
      let output = try hex(vector.output)
      let made = HKDF.sha256(
        try hex(vector.secret), salt: try hex(vector.salt), info: try hex(vector.info),
        count: output.count)
      #expect(made == output)
    }
  }

  @Test func `HKDF gives as many bytes as it can, and other bytes for another purpose`() {
    let secret = [UInt8](repeating: 7, count: 32)
    #expect(HKDF.sha256(secret, info: [], count: 8160).count == 8160)
    let one = HKDF.sha256(secret, info: Array("one".utf8), count: 32)
    #expect(one != HKDF.sha256(secret, info: Array("two".utf8), count: 32))
    #expect(HKDF.sha256(secret, info: Array("one".utf8), count: 5) == Array(one.prefix(5)))
  }

  @Test func `Equality in constant time is equality`() {
    #expect(ConstantTime.areEqual([], []))
    #expect(ConstantTime.areEqual([1, 2], [1, 2]))
    #expect(!ConstantTime.areEqual([1, 2], [1, 3]))
    #expect(!ConstantTime.areEqual([1, 2], [1]))
  }

  @Test func `Random bytes differ each time`() throws {
    #expect(try RandomBytes.make(0) == [])
    let made = try (0..<100).map { _ in try RandomBytes.make(16) }
    #expect(Set(made).count == 100 && made.allSatisfy { $0.count == 16 })
  }
}
