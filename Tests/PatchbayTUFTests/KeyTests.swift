import PatchbayCore
import PatchbayCrypto
import PatchbayJSON
import Testing

@testable import PatchbayTUF

@Suite("Keys and canonical JSON") struct KeyTests {
  @Test func `Canonical JSON is sorted and has no space`() throws {
    let json = try JSON(
      reading: #" {"b" : [1, true, null, "a\n\"\\é"], "a":{}, "ä":-0, "B": 19223372036854775807} "#)
    let text = String(decoding: try CanonicalJSON.bytes(of: json), as: UTF8.self)
    #expect(
      text == "{\"B\":19223372036854775807,\"a\":{},\"b\":[1,true,null,\"a\n\\\"\\\\é\"],\"ä\":0}")
  }

  /// U+FF61 comes before U+1F600, though its UTF-16 does not.
  @Test func `Members are sorted by code point`() throws {
    let json: JSON = ["\u{1F600}": 1, "\u{FF61}": 2]
    #expect(
      try CanonicalJSON.bytes(of: json) == Array("{\"\u{FF61}\":2,\"\u{1F600}\":1}".utf8))
  }

  @Test(arguments: ["1.5", "1e3", "1.0", "-1E2"]) func `Fractions have no canonical form`(
    _ digits: String
  ) throws {
    let json = try JSON(reading: "[\(digits)]")
    let failure = #expect(throws: Failure.self) { try CanonicalJSON.bytes(of: json) }
    #expect(failure?.code == "tuf.canonical")
  }

  /// From RFC 8032, 7.1, test 2.
  @Test func `An Ed25519 signature of the standard is genuine`() throws {
    let key = try PublicKey([
      "keytype": "ed25519", "scheme": "ed25519",
      "keyval": ["public": "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c"],
    ])
    let signature = try #require(
      Hex.decode(
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
          + "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"))
    #expect(key.verifies(signature, of: [0x72]))
    #expect(!key.verifies(signature, of: [0x73]))
    #expect(!key.verifies(signature.dropLast(), of: [0x72]))
    #expect(!key.verifies([], of: [0x72]))
  }

  @Test(arguments: KeyMaker.Kind.allCases) func `Every kind of key signs and is read again`(
    _ kind: KeyMaker.Kind
  )
    throws
  {
    let key = try KeyMaker.make(kind)
    let again = try PrivateKey(pem: key.pem)
    #expect(again.publicKey == key.publicKey)
    let signature = try again.sign(Array("words".utf8))
    #expect(key.publicKey.verifies(signature, of: Array("words".utf8)))
    #expect(!key.publicKey.verifies(signature, of: Array("other words".utf8)))
    var changed = signature
    changed[changed.count / 2] ^= 1
    #expect(!key.publicKey.verifies(changed, of: Array("words".utf8)))
    let other = try KeyMaker.make(kind)
    #expect(!other.publicKey.verifies(signature, of: Array("words".utf8)))
    #expect(try PublicKey(key.publicKey.json) == key.publicKey)
    #expect(try PublicKey(pem: key.publicKey.pem) == key.publicKey)
  }

  @Test func `An older ECDSA key is a point in hexadecimal digits`() throws {
    let key = try KeyMaker.make(.ecdsa)
    let der = try #require(PEM.decode(key.publicKey.pem, label: "PUBLIC KEY"))
    let older = try PublicKey([
      "keytype": "ecdsa-sha2-nistp256", "scheme": "ecdsa-sha2-nistp256",
      "keyval": ["public": .string(Hex.encode(der.suffix(65)))],
    ])
    let signature = try key.sign([1, 2, 3])
    #expect(older.verifies(signature, of: [1, 2, 3]))
    #expect(older.material == key.publicKey.material && older.id != key.publicKey.id)
  }

  @Test func `The id of a key is the hash of its canonical form`() throws {
    let json = try JSON(
      reading: #"{"scheme":"ed25519","keyval":{"public":"\#(String(repeating: "0", count: 64))"},"#
        + #""keytype":"ed25519","x-more":{"b":1,"a":2}}"#)
    let canonical =
      #"{"keytype":"ed25519","keyval":{"public":"\#(String(repeating: "0", count: 64))"},"#
      + #""scheme":"ed25519","x-more":{"a":2,"b":1}}"#
    #expect(try PublicKey(json).id == Hex.encode(Digest.sha256(canonical)))
  }

  @Test func `Keys that are too weak or of another kind are refused`() throws {
    for kind in [KeyMaker.Other.smallRSA, .p384, .x25519] {
      let pem = try KeyMaker.pem(kind)
      let failure = #expect(throws: Failure.self) { try PrivateKey(pem: pem) }
      #expect(failure?.code == "tuf.key")
    }
    for public_ in ["", "00", "zz", String(repeating: "0", count: 66)] {
      let json: JSON = [
        "keytype": "ed25519", "scheme": "ed25519", "keyval": ["public": .string(public_)],
      ]
      #expect(throws: Failure.self) { try PublicKey(json) }
    }
    // An Ed25519 key under another scheme.
    let key = try PrivateKey.make().publicKey
    #expect(throws: Failure.self) {
      try PublicKey([
        "keytype": "rsa", "scheme": "rsassa-pss-sha256",
        "keyval": ["public": .string(String(decoding: key.pem, as: UTF8.self))],
      ])
    }
  }

  @Test func `A private key is never shown`() throws {
    let key = try PrivateKey.make()
    let seed = try #require(PEM.decode(key.pem, label: "PRIVATE KEY")).suffix(32)
    var dumped = ""
    dump(key, to: &dumped)
    for text in ["\(key)", String(reflecting: key), dumped, "\([key])"] {
      #expect(!text.contains("PRIVATE") && !text.contains(Hex.encode(seed)))
      #expect(!text.contains(seed.map(String.init).joined(separator: ", ")))
      #expect(text.contains(key.publicKey.id))
    }
  }
}
