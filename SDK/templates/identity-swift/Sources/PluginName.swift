public import PatchbaySDK

/// Lets in who brings a signed token (JWS, HS256) that was not used before. The host verifies the
/// signature with a key that never comes here, and sees to it that a token is used once.
public struct PluginName: Session {
  private enum State {
    case waiting
    case verifying(Token)
    case claiming(principal: JSON)
  }

  private static let verification: UInt64 = 1
  private static let consumption: UInt64 = 2

  private var state = State.waiting
  private var settings = Settings(.object(JSONObject()))

  public init() {}

  public mutating func receive(_ message: Message, at moment: Moment, into output: inout Output) {
    switch (message.kind, state) {
    case (.open, .waiting): begin(message, &output)
    case (.result, .verifying(let token)) where message.correlation == Self.verification:
      guard message.head["verified"]?.bool == true else { return refuse("signature", &output) }
      claim(token, moment, &output)
    case (.result, .claiming(let principal)) where message.correlation == Self.consumption:
      guard message.head["fresh"]?.bool == true else { return refuse("replay", &output) }
      output.send(Message(.principal, head: principal))
      output.done()
    case (.failed, .verifying) where message.correlation == Self.verification,
      (.failed, .claiming) where message.correlation == Self.consumption:
      output.fail(Problem(message.head))
    case (.cancel, _): output.fail(Problem(.cancelled, "cancelled", "cancelled"))
    default: break
    }
  }

  private mutating func begin(_ message: Message, _ output: inout Output) {
    guard message.head["op"]?.string == "finish" else {
      return output.fail(
        Problem(.unsupported, "op.unsupported", "this plugin only does “finish”"))
    }
    settings = Settings(message.head["config"] ?? .object(JSONObject()))
    guard let text = Self.tokenText(message) else { return refuse("missing", &output) }
    guard let token = Token(text) else { return refuse("form", &output) }
    state = .verifying(token)
    output.send(
      Message(
        .crypto, correlation: Self.verification,
        head: [
          "do": "verify", "key": "token_key", "algorithm": "HS256",
          "signature": .string(token.signature),
        ], body: token.signed))
  }

  /// Only now, with the signature verified, is anything in the token believed.
  private mutating func claim(_ token: Token, _ moment: Moment, _ output: inout Output) {
    guard let id = token.name("jti"), let subject = token.name("sub"),
      let issuer = token.name("iss"), let expiresMS = token.milliseconds("exp"),
      let beginsMS = token.payload["nbf"] == nil ? 0 : token.milliseconds("nbf")
    else { return refuse("claims", &output) }
    guard issuer == settings.text("issuer") else { return refuse("issuer", &output) }
    guard let audience = settings.text("audience"), token.audiences.contains(audience) else {
      return refuse("audience", &output)
    }
    guard beginsMS <= moment.nowMS, moment.nowMS < expiresMS else {
      return refuse("time", &output)
    }
    var principal = JSONObject([
      .init("subject", .string(subject)), .init("issuer", .string(issuer)),
      .init("expires_ms", .integer(expiresMS)),
    ])
    if let email = token.name("email") {
      principal["attributes"] = ["email": [.string(email)]]
    }
    state = .claiming(principal: .object(principal))
    output.send(
      Message(
        .claim, correlation: Self.consumption,
        head: ["scope": "tokens", "id": .string(id), "expires_ms": .integer(expiresMS)]))
  }

  private func refuse(_ check: String, _ output: inout Output) {
    var problem = Problem(.auth, "token.\(check)", "the token was refused: \(check)")
    problem.mend = "sign in again"
    output.fail(problem)
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
