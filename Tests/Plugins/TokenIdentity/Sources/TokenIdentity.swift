public import PatchbaySDK

/// Lets in who brings a signed token: the host verifies the signature with a key that never comes
/// here, and sees to it that a token is used once.
public struct TokenIdentity: Session {
  private enum State {
    case waiting
    case verifying(SignedToken)
    case claiming(Claims)
  }

  private static let verification: UInt64 = 1
  private static let consumption: UInt64 = 2

  private var state = State.waiting
  private var settings = Settings(.object(JSONObject()))

  public init() {}

  public mutating func receive(_ message: Message, at moment: Moment, into output: inout Output) {
    switch (message.kind, state) {
    case (.open, .waiting): open(message, &output)
    case (.result, .verifying(let token)) where message.correlation == Self.verification:
      guard message.head["verified"]?.bool == true else { return refuse("signature", &output) }
      claim(token, moment, &output)
    case (.result, .claiming(let claims)) where message.correlation == Self.consumption:
      guard message.head["fresh"]?.bool == true else { return refuse("replay", &output) }
      output.send(Message(.principal, head: claims.principal))
      output.done()
    case (.failed, .verifying) where message.correlation == Self.verification,
      (.failed, .claiming) where message.correlation == Self.consumption:
      output.fail(Problem(message.head))
    case (.cancel, _): output.fail(Problem(.cancelled, "cancelled", "cancelled"))
    default: break
    }
  }

  private mutating func open(_ message: Message, _ output: inout Output) {
    guard message.head["op"]?.string == "finish" else {
      return output.fail(Problem(.unsupported, "op.unsupported", "this plugin only does “finish”"))
    }
    settings = Settings(message.head["config"] ?? .object(JSONObject()))
    guard let text = Self.tokenText(message) else { return refuse("missing", &output) }
    guard let token = SignedToken(text) else { return refuse("form", &output) }
    // The algorithm is the administrator's choice; a token that names another one is refused.
    guard token.algorithm == settings.text("algorithm") ?? "HS256" else {
      return refuse("algorithm", &output)
    }
    state = .verifying(token)
    output.send(
      Message(
        .crypto, correlation: Self.verification,
        head: [
          "do": "verify", "key": "token_key", "algorithm": .string(token.algorithm),
          "signature": .string(token.signature),
        ], body: token.signed))
  }

  /// Only now, with the signature verified, is anything in the token believed.
  private mutating func claim(_ token: SignedToken, _ moment: Moment, _ output: inout Output) {
    guard let claims = Claims(token.payload) else { return refuse("claims", &output) }
    if claims.issuer != settings.text("issuer") { return refuse("issuer", &output) }
    guard let audience = settings.text("audience"), claims.audiences.contains(audience) else {
      return refuse("audience", &output)
    }
    guard claims.notBeforeMS <= moment.nowMS, moment.nowMS < claims.expiresMS else {
      return refuse("time", &output)
    }
    state = .claiming(claims)
    output.send(
      Message(
        .claim, correlation: Self.consumption,
        head: [
          "scope": "tokens", "id": .string(claims.id), "expires_ms": .integer(claims.expiresMS),
        ]))
  }

  private func refuse(_ check: String, _ output: inout Output) {
    output.fail(Problem(.auth, "token.\(check)", "the token was refused: \(check)"))
  }

  /// From the form's field `token`, or the header `authorization`.
  private static func tokenText(_ message: Message) -> String? {
    for field in message.body.split(separator: UInt8(ascii: "&")) {
      let text = String(decoding: field, as: UTF8.self)
      if text.hasPrefix("token=") { return String(text.dropFirst(6)) }
    }
    guard let header = message.head.at("/input/headers/authorization")?.string,
      header.hasPrefix("Bearer ")
    else { return nil }
    return String(header.dropFirst(7))
  }
}
