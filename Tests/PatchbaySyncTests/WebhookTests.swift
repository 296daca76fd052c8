import Built
import PatchbayCore
import PatchbayCrypto
import PatchbayHost
import PatchbayJSON
import PatchbayMessages
import PatchbaySync
import Testing

/// Deliveries of a vendor, given to the plugin of a connection.
@Suite("Webhooks") struct WebhookTests {
  private static let secret = "what the sender signs with"
  private static let event = #"{"id":"evt_1","type":"order.paid","note":"8 € \"net\""}"#

  private let folder: TestFolder
  private let hub: Hub

  init() throws {
    folder = try TestFolder()
    Built.nameWorker()
    hub = try Hub(folder: folder.file("data"), pluginFolders: [Built.folder], environment: [:])
  }

  private func connect(_ tier: Tier, secret: String? = Self.secret) async throws {
    try await hub.trust("webhook-verifier", as: tier, actor: "tests")
    var draft = ConnectionDraft(name: "orders", plugin: "webhook-verifier")
    draft.secrets["webhook_secret"] = secret
    try await hub.save([hub.plan(draft, resets: false)], resets: false)
  }

  private func delivery(
    _ body: String = Self.event, signedWith secret: String = Self.secret
  ) throws -> Delivery {
    let code = Hex.encode(HMAC(key: Array(secret.utf8)).code(of: Array(body.utf8)))
    let json: JSON = [
      "method": "POST", "url": "https://hub.example/hooks/orders",
      "headers": ["X-Hub-Signature-256": .string("sha256=\(code)")], "body": .string(body),
    ]
    return try Delivery(reading: json.bytes, from: "delivery.json")
  }

  private func take(_ delivery: Delivery) async throws -> WebhookRun.Report {
    try await WebhookRun(hub.open("orders"), in: hub).take(delivery)
  }

  /// In the hub's process and in a worker it is the same.
  @Test(arguments: [Tier.core, .community])
  func `a delivery is verified by the host, and told by the plugin`(tier: Tier) async throws {
    try await connect(tier)
    let report = try await take(delivery())
    #expect(report.reply == ["status": 200] && report.failure == nil)
    #expect(report.events.map(\.head) == [["type": "order.paid", "key": "evt_1"]])
    #expect(report.events.first?.body == Array(Self.event.utf8))

    let forged = try await take(delivery(signedWith: "another secret"))
    #expect(forged.reply == ["status": 401] && forged.events.isEmpty)
    #expect(forged.failure?.code == "webhook.signature")
  }

  @Test func `without its secret nothing is verified, and it is said what to do`() async throws {
    try await connect(.core, secret: nil)
    let report = try await take(delivery())
    #expect(report.reply == ["status": 503] && report.events.isEmpty)
    #expect(report.failure?.code == "webhook.key")
  }

  @Test func `a plugin that takes no webhooks is told apart`() async throws {
    try await hub.trust("bookshop", as: .core, actor: "tests")
    var draft = ConnectionDraft(name: "orders", plugin: "bookshop")
    draft.settings["base_url"] = "http://127.0.0.1:9"
    draft.secrets["token"] = "t"
    try await hub.save([hub.plan(draft, resets: false)], resets: false)
    let failure = await #expect(throws: Failure.self) { _ = try await take(delivery()) }
    #expect(failure?.code == "webhook.operation")
  }

  @Test(
    arguments: [
      ("", "JSON"), ("[]", "an object"), (#"{"method":"POST"}"#, "url"),
      (#"{"method":"BREW","url":"https://a"}"#, "method"),
      (#"{"method":"POST","url":"https://a","body":"a","body_base64":"YQ=="}"#, "both"),
      (#"{"method":"POST","url":"https://a","body_base64":"?"}"#, "base 64"),
      (#"{"method":"POST","url":"https://a","headers":{"A":"1","a":"2"}}"#, "twice"),
      (#"{"method":"POST","url":"https://a","colour":"red"}"#, "colour"),
    ])
  func `what is no delivery is said`(text: String, word: String) throws {
    let failure = #expect(throws: Failure.self) {
      try Delivery(reading: Array(text.utf8), from: "delivery.json")
    }
    #expect(failure?.code == "delivery.shape")
    #expect(failure?.message.contains(word) == true, "\(String(describing: failure))")
    #expect(failure?.message.contains("delivery.json") == true)
  }

  @Test func `a body may be any bytes`() throws {
    let text = #"{"method":"PUT","url":"https://a","body_base64":"AP8="}"#
    #expect(try Delivery(reading: Array(text.utf8), from: "f").body == [0, 255])
  }

  /// Whoever comes second with an id is told so, in this process or after it.
  @Test func `an id is claimed once, by each connection for itself`() async throws {
    let nowMS = Time.nowMS()
    func claim(_ connection: String, _ id: String, untilMS: Int64? = nil) async throws -> Message {
      let head: JSON = [
        "scope": "events", "id": .string(id), "expires_ms": .integer(untilMS ?? nowMS + 86_400_000),
      ]
      let answer = try await ClaimEffect(of: connection, hub.store).answer(
        Message(.claim, correlation: 3, head: head)
      ) { _ in }
      #expect(answer.correlation == 3)
      #expect(Heads.shape(of: answer.kind).problems(in: answer.head).isEmpty)
      return answer
    }
    #expect(try await claim("orders", "e1").head == ["fresh": true])
    #expect(try await claim("orders", "e1").head == ["fresh": false])
    #expect(try await claim("other", "e1").head == ["fresh": true])
    #expect(try await claim("orders", "e2", untilMS: .max).head == ["fresh": true])
    #expect(try await claim("orders", "e2").head == ["fresh": false])
    for untilMS in [nowMS, 0, .min] {
      let answer = try await claim("orders", "e3", untilMS: untilMS)
      #expect(answer.kind == .failed && answer.head["code"] == "claim.expired")
    }
  }
}
