import PatchbayCrypto

extension FuzzTarget {
  /// Signed tokens, keys and their encodings, from whoever sends them.
  static let token = FuzzTarget(
    name: "token",
    seeds: {
      let key = try? SigningKey(ed25519Seed: [UInt8](repeating: 7, count: 32))
      let signed = try? signer?.sign(Array("{\"sub\":\"ada\"}".utf8), keyID: "a-1")
      let other = try? key.map { try JWSSigner($0, .edDSA).sign([1, 2, 3]) }
      let rest = [
        "eyJhbGciOiJub25lIn0.e30.", "a.b.c", "..", "00fFa0",
        "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo", "AQAB AQAB",
      ]
      return ([signed, other].compactMap { $0 } + rest).map { Array($0.utf8) }
        + [key?.verifyingKey.pem, key?.pem].compactMap { $0 }
    },
    words: [
      "-----BEGIN PUBLIC KEY-----\n", "\n-----END PUBLIC KEY-----", "PRIVATE KEY", "eyJ", ".", "=",
      "AQAB", "MCowBQYDK2VwAyEA",
    ],
    run: checkToken)
}

private let signer = try? JWSSigner(secret: [UInt8](repeating: 1, count: 32))
private let verifier = try? JWSVerifier(secret: [UInt8](repeating: 1, count: 32))

private func checkToken(_ bytes: [UInt8]) {
  checkSigned(bytes)
  checkEncodings(bytes)
  checkKeys(bytes)
}

/// What is taken for genuine is what the signer writes, letter for letter.
private func checkSigned(_ bytes: [UInt8]) {
  guard let signer, let verifier, let token = try? CompactJWS(bytes) else { return }
  expect(bytes.count(where: { $0 == UInt8(ascii: ".") }) == 2, "a token of other than three parts")
  guard let payload = try? token.payload(provenBy: verifier, alg: "HS256") else { return }
  let again = try? signer.sign(payload, header: token.header)
  expect(again.map { Array($0.utf8) } == bytes, "a token is genuine that nobody wrote so")
}

/// There is one way to write bytes in each encoding.
private func checkEncodings(_ bytes: [UInt8]) {
  for isURL in [false, true] {
    let text = Array(Base64.encode(bytes, url: isURL).utf8)
    expect(Base64.decode(text, url: isURL) == bytes, "base 64 loses bytes")
    guard let decoded = Base64.decode(bytes, url: isURL) else { continue }
    let again = Array(Base64.encode(decoded, url: isURL).utf8)
    let plain = isURL ? bytes.filter { $0 != UInt8(ascii: "=") } : bytes
    expect(again == plain, "base 64 is read that nobody writes so")
  }
  expect(Hex.decode(Hex.encode(bytes)) == bytes, "hexadecimal digits lose bytes")
  if let decoded = Hex.decode(bytes) {
    let lower = String(decoding: bytes, as: UTF8.self).lowercased()
    expect(Hex.encode(decoded) == lower, "digits are read that nobody writes so")
  }
  if let data = PEM.decode(bytes, label: "PUBLIC KEY") {
    expect(PEM.decode(PEM.encode(data, label: "A"), label: "A") == data, "PEM loses bytes")
  }
}

/// A key that is taken is written so that it is read as the same one.
private func checkKeys(_ bytes: [UInt8]) {
  let parts = String(decoding: bytes, as: UTF8.self).split(separator: " ").map(String.init)
  var keys = [try? VerifyingKey(der: bytes), try? VerifyingKey(pem: bytes)]
  let (first, last) = (parts.first ?? "", parts.last ?? "")
  let known: [[String: String]] = [
    ["kty": "RSA", "n": first, "e": last],
    ["kty": "EC", "crv": "P-256", "x": first, "y": last],
    ["kty": "OKP", "crv": "Ed25519", "x": first],
  ]
  for members in known { keys.append(try? JWK { members[$0] }.key) }
  for key in keys.compactMap({ $0 }) {
    expect((try? VerifyingKey(pem: key.pem)) == key, "a key is not read as it was written")
    let jwk = try? JWK(key)
    let again = try? JWK { name in jwk?.members.first { $0.name == name }?.value }
    expect(again != nil && again?.key == key, "the members of a key are those of another")
    expect(!key.verifies(bytes, of: bytes, key.kind == .rsa ? .rsaPSS : .ed25519), "a forgery")
  }
  if let key = try? SigningKey(pem: bytes) {
    expect((try? SigningKey(pem: key.pem))?.verifyingKey == key.verifyingKey, "another key")
  }
}
