import PatchbayCrypto
import Testing
import PatchbayCore
import PatchbayHost
import PatchbayJSON
import PatchbayMessages

/// Conversations with the test plugins that several tests have.
struct Sample: Sendable, CustomTestStringConvertible {
  let file: String
  let first: Message
  let effects: Effects
  var testDescription: String { file }

  static let all = [
    Sample(
      file: "echomodel.so", first: chat("one two  three\nfour"), effects: Effects()),
    Sample(
      file: "tokenidentity.so", first: signIn(token()),
      effects: Effects(keys: ["token_key": key])),
    Sample(
      file: "webhookverifier.so", first: webhook(signature: signature(of: event)),
      effects: Effects(keys: ["webhook_secret": key])),
  ]

  // MARK: - Chats

  static func chat(_ text: String) -> Message {
    .open(
      "chat",
      input: [
        "model": "house-small",
        "messages": [
          ["role": "system", "content": "Say it again."],
          ["role": "user", "content": .string(text)],
        ],
      ])
  }

  // MARK: - Signed things

  static let key = Array("a key that the plugin never sees".utf8)

  static let event = Array(#"{"id":"evt_1","type":"order.paid","note":"8 € \"net\""}"#.utf8)

  static func signature(of body: [UInt8], key: [UInt8] = key) -> String {
    "sha256=\(Hex.encode(Effects.hmac(body, key)))"
  }

  static func webhook(signature: String?, body: [UInt8] = event) -> Message {
    var headers = JSONObject([.init("content-type", "application/json")])
    headers["x-hub-signature-256"] = signature.map { .string($0) }
    return .open(
      "webhook",
      input: [
        "method": "POST", "url": "https://hub.example/hooks/orders", "headers": .object(headers),
      ], body: body)
  }

  static let claims: [(String, JSON?)] = [
    ("jti", "token-1"), ("sub", "ada"), ("iss", "https://issuer.example"), ("aud", "patchbay"),
    ("exp", 1_772_784_600), ("nbf", 1_772_783_000), ("email", "ada@example.org"),
    ("groups", ["admins", "pilots"]),
  ]

  /// A signed token, with some claims or header members set, or removed with `nil`.
  static func token(
    _ changes: [(String, JSON?)] = [], header: [(String, JSON?)] = [], key: [UInt8] = key
  ) -> String {
    var payload = JSONObject()
    for (name, value) in claims + changes { payload[name] = value }
    var head = JSONObject([.init("alg", "HS256"), .init("typ", "JWT")])
    for (name, value) in header { head[name] = value }
    func part(_ bytes: [UInt8]) -> String { Base64.encode(bytes, url: true) }
    let signed = part(JSON.object(head).bytes) + "." + part(JSON.object(payload).bytes)
    return signed + "." + part(Effects.hmac(Array(signed.utf8), key))
  }

  static func signIn(_ token: String, config: JSON = identityConfig) -> Message {
    .open(
      "finish", config: config,
      input: ["method": "POST", "url": "https://hub.example/sign-in", "headers": [:]],
      body: Array("state=x&token=\(token)".utf8))
  }

  static let identityConfig: JSON = ["issuer": "https://issuer.example", "audience": "patchbay"]
}
