/// Looks through a file for what should be known to nobody else.
///
/// It takes what has the form of a credential, and is random enough to be one. It can be deceived;
/// it is there for mistakes.
struct SecretSearch {
  struct Secret {
    let rule: String
    let kind: String
    let offset: Int
    let count: Int
    /// How many of its first bytes may be shown at most.
    var shownCount = 4
  }

  private let bytes: [UInt8]
  private let isText: Bool

  init(_ bytes: [UInt8], isText: Bool) {
    self.bytes = bytes
    self.isText = isText
  }

  /// In the order of their places, none within another.
  func found() -> [Secret] {
    var secrets: [Secret] = []
    var at = 0
    while at < bytes.count {
      let byte = bytes[at]
      // Most bytes begin nothing.
      if Self.begins[Int(byte)], let secret = secret(at: at) {
        secrets.append(secret)
        at = secret.offset + max(secret.count, 1)
      } else {
        at += 1
      }
    }
    return secrets
  }

  /// Bytes at which something may be found: where a form begins, or its middle sign stands.
  private static let begins: [Bool] = (0...255).map { byte in
    !TokenForm.byFirst[byte].isEmpty || "-e:=".utf8.contains(UInt8(byte))
  }

  private func secret(at offset: Int) -> Secret? {
    let byte = bytes[offset]
    let isStart = offset == 0 || !ByteClass.isWord(bytes[offset - 1])
    if isStart, let token = token(at: offset) ?? webToken(at: offset) { return token }
    switch byte {
    case UInt8(ascii: "-"): return privateKey(at: offset)
    case UInt8(ascii: ":"): return password(inURLAt: offset) ?? assigned(at: offset)
    case UInt8(ascii: "="): return assigned(at: offset)
    default: return nil
    }
  }

  private func run(_ start: Int, limit: Int = 4096, while isPart: (UInt8) -> Bool)
    -> ArraySlice<UInt8>
  {
    bytes[min(start, bytes.count)...].prefix(limit).prefix(while: isPart)
  }

  private func token(at offset: Int) -> Secret? {
    for form in TokenForm.byFirst[Int(bytes[offset])]
    where bytes[offset...].starts(with: form.prefix) {
      let body = run(offset + form.prefix.count, while: form.isBody)
      let isWhole = body.endIndex == bytes.count || !ByteClass.isWord(bytes[body.endIndex])
      let token = bytes[offset..<body.endIndex]
      guard body.count >= form.bodyCount, isWhole, entropy(body) >= 2.5, !Placeholder.has(token)
      else { continue }
      let isPair = form.rule == TokenForm.keyRule && hasKey(near: token)
      return Secret(
        rule: form.rule, kind: form.kind + (isPair ? " with its secret" : ""), offset: offset,
        count: token.count)
    }
    return nil
  }

  /// Whether the secret half of an access key stands nearby: forty signs of base64.
  private func hasKey(near token: ArraySlice<UInt8>) -> Bool {
    let around = bytes[max(0, token.startIndex - 200)..<min(bytes.count, token.endIndex + 200)]
    return around.split { !ByteClass.isBase64($0) }.contains { $0.count == 40 && entropy($0) >= 4 }
  }

  /// Three parts of base64, of which two are JSON objects: a JSON Web Token.
  private func webToken(at offset: Int) -> Secret? {
    let opening = Array("eyJ".utf8)
    guard bytes[offset...].starts(with: opening) else { return nil }
    let whole = run(offset, while: ByteClass.isTokenOrDot)
    let parts = whole.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    guard parts.count == 3, parts[1].starts(with: opening), parts.allSatisfy({ $0.count >= 16 }),
      entropy(parts[2]) >= 3, !Placeholder.has(whole)
    else { return nil }
    return Secret(
      rule: "secret.jwt", kind: "a JSON Web Token", offset: offset, count: whole.count)
  }

  /// The header of a PEM block with a key behind it; a header alone is what programs look for.
  private func privateKey(at offset: Int) -> Secret? {
    let opening = Array("-----BEGIN ".utf8)
    guard bytes[offset...].starts(with: opening) else { return nil }
    let header = run(offset + opening.count, limit: 40) {
      ByteClass.isUpper($0) || $0 == UInt8(ascii: " ")
    }
    let name = String(decoding: header, as: UTF8.self)
    guard name.contains("PRIVATE KEY"), bytes[header.endIndex...].starts(with: "-----".utf8) else {
      return nil
    }
    // Lines may be written as “\n”, and headers of the block may come before the key.
    let block = bytes[(header.endIndex + 5)...].prefix(400)
    guard
      let key = block.split(whereSeparator: { !ByteClass.isBase64($0) }).first(where: {
        $0.count >= 40 && entropy($0) >= 3.5
      })
    else { return nil }
    return Secret(
      rule: "secret.private_key", kind: "a private key in PEM", offset: offset,
      count: key.endIndex - offset)
  }

  /// `scheme://user:password@host`; the colon is the one of the scheme.
  private func password(inURLAt colon: Int) -> Secret? {
    guard bytes[colon...].starts(with: "://".utf8), colon > 1,
      ByteClass.isLetter(bytes[colon - 1])
    else { return nil }
    let authority = run(colon + 3, limit: 300) {
      $0 > 0x20 && $0 < 0x7F && !"/\"'?#<>\\`".utf8.contains($0)
    }
    guard let end = authority.lastIndex(of: UInt8(ascii: "@")), end + 1 < authority.endIndex,
      let middle = authority[..<end].firstIndex(of: UInt8(ascii: ":"))
    else { return nil }
    let password = bytes[(middle + 1)..<end]
    let isKnown = ["password", "pass", "passwd", "pw", "secret", "user", "token"].contains(
      String(decoding: password, as: UTF8.self).lowercased())
    if password.count < 3 || isKnown || Placeholder.has(password) { return nil }
    return Secret(
      rule: "secret.url_password", kind: "a URL with a password", offset: middle + 1,
      count: password.count, shownCount: password.count > 12 ? 4 : 0)
  }

  /// A long random value that is given to a name like “password”.
  private func assigned(at sign: Int) -> Secret? {
    guard isText, let name = AssignedName(before: sign, in: bytes), name.isOfSecret else {
      return nil
    }
    let start = run(sign + 1, limit: 8) { " \t\"'\\`=".utf8.contains($0) }.endIndex
    let value = run(start) { $0 > 0x20 && $0 < 0x7F && !"\"'`,;\\<>(){}[]".utf8.contains($0) }
    guard value.count >= 16, value.count < 512, entropy(value) >= 3.5,
      value.contains(where: ByteClass.isDigit), value.contains(where: ByteClass.isLetter),
      !Placeholder.has(value),
      // What is known by its form is found by its form.
      token(at: start) == nil, webToken(at: start) == nil
    else { return nil }
    return Secret(
      rule: "secret.assigned", kind: "what looks like the value of “\(name.text)”", offset: start,
      count: value.count)
  }
}
