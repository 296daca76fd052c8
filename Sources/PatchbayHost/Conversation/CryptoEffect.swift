package import PatchbayCore
internal import PatchbayCrypto
internal import PatchbayJSON
package import PatchbayMessages

/// Signs, verifies and decrypts for a plugin, with keys that it names and never sees.
///
/// | do | algorithm | key | answer |
/// |---|---|---|---|
/// | `hmac`, `verify` | HS256 | any bytes | the code; `verified` |
/// | `verify` | equal | the secret itself | `verified`, compared in constant time |
/// | `sign` | RS256, ES256, EdDSA | PEM: PKCS #8 | the signature |
/// | `verify` | RS256, ES256, EdDSA | PEM: SubjectPublicKeyInfo | `verified` |
/// | `unwrap` | RSA-OAEP, with SHA-1 (RFC 7518) | PEM: PKCS #8 | what was inside |
/// | `unwrap` | A256GCM | 32 bytes | the clear text |
///
/// A signature of ES256 is made as r ‖ s, and verified as that or as DER. What A256GCM unwraps is
/// a nonce (12 bytes), the ciphertext and a tag (16 bytes), with nothing authenticated besides.
/// A signature that cannot be one is not verified; that is no failure.
package struct CryptoEffect: Effect {
  package let kinds: Set<MessageKind> = [.crypto]
  private let keys: SessionKeys

  package init(_ keys: SessionKeys) { self.keys = keys }

  package func answer(
    _ question: Message, piece: @escaping (Message) async throws(Failure) -> Void
  ) async throws(Failure) -> Message {
    do throws(Failure) {
      return try await result(question)
    } catch {
      return Message(.failed, correlation: question.correlation, head: error.json)
    }
  }

  private func result(_ question: Message) async throws(Failure) -> Message {
    let head = question.head
    let work = Work(
      does: head["do"]?.string ?? "", algorithm: head["algorithm"]?.string ?? "",
      keyName: head["key"]?.string ?? "", body: question.body)
    let key = try await keys.key(work.keyName)
    if work.does == "verify" {
      let isVerified = try work.verifies(head["signature"]?.string ?? "", key)
      return Message(
        .result, correlation: question.correlation, head: ["verified": .bool(isVerified)])
    }
    let bytes = try work.bytes(key)
    guard let name = head["as"]?.string else {
      return Message(.result, correlation: question.correlation, head: [:], body: bytes)
    }
    try await keys.keep(bytes, as: name)
    return Message(.result, correlation: question.correlation, head: ["handle": .string(name)])
  }
}

/// One operation, as the plugin asks for it.
private struct Work {
  let does: String
  let algorithm: String
  let keyName: String
  let body: [UInt8]

  private var signature: SignatureAlgorithm? {
    switch algorithm {
    case "RS256": .rsaPKCS1
    case "ES256": .p256Joined
    case "EdDSA": .ed25519
    default: nil
    }
  }

  func verifies(_ text: String, _ key: [UInt8]) throws(Failure) -> Bool {
    let code = Base64.decode(text.utf8, url: true)
    switch algorithm {
    case "HS256": return code.map { HMAC(key: key).verifies($0, of: body) } ?? false
    case "equal": return code.map { ConstantTime.areEqual($0, key) } ?? false
    default: break
    }
    guard let signature else { throw unsupported }
    let verifier: VerifyingKey
    do { verifier = try VerifyingKey(pem: key) } catch { throw unusable("PUBLIC KEY") }
    guard verifier.kind == signature.kind else { throw otherKind }
    guard let code else { return false }
    let isDER = signature == .p256Joined && code.count != 64
    return verifier.verifies(code, of: body, isDER ? .p256 : signature)
  }

  func bytes(_ key: [UInt8]) throws(Failure) -> [UInt8] {
    switch (does, algorithm) {
    case ("hmac", "HS256"): return HMAC(key: key).code(of: body)
    case ("sign", _): return try signed(key)
    case ("unwrap", "A256GCM"): return try unwrapped(AESGCM.open(body, key: key, context: []))
    case ("unwrap", "RSA-OAEP"):
      let opener: DecryptionKey
      do { opener = try DecryptionKey(pem: key) } catch { throw unusable("PRIVATE KEY") }
      return try unwrapped(opener.unwrapOAEP(body, hash: .sha1))
    default: throw unsupported
    }
  }

  private func signed(_ key: [UInt8]) throws(Failure) -> [UInt8] {
    guard let signature else { throw unsupported }
    let signer: SigningKey
    do { signer = try SigningKey(pem: key) } catch { throw unusable("PRIVATE KEY") }
    guard signer.kind == signature.kind else { throw otherKind }
    do {
      return try signer.sign(body, signature)
    } catch {
      throw Failure(.bug, "crypto.failed", "signing with “\(keyName)” failed: \(error.reason)")
    }
  }

  /// All reasons why it does not unwrap look alike: whoever could tell them apart could decrypt.
  private func unwrapped(_ clear: [UInt8]?) throws(Failure) -> [UInt8] {
    if let clear { return clear }
    throw Failure(.data, "crypto.unwrap", "the data does not unwrap with the key “\(keyName)”")
  }

  private var unsupported: Failure {
    Failure(
      .unsupported, "crypto.unsupported", "this host does not \(does) with \(algorithm)",
      mend: "use a newer Patchbay, or another version of the plugin")
  }

  private func unusable(_ label: String) -> Failure {
    Failure(
      .config, "crypto.key",
      "the secret “\(keyName)” is no key that \(algorithm) can \(does) with: it must be PEM "
        + "that begins with “BEGIN \(label)” and is not encrypted",
      mend: "set it again")
  }

  private var otherKind: Failure {
    Failure(
      .config, "crypto.key",
      "the secret “\(keyName)” is a key of another kind than \(algorithm) needs",
      mend: "set it again")
  }
}
