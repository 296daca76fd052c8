import Loopback
import PatchbayCore
import PatchbayCrypto
import PatchbayJSON
import PatchbayStore
import Testing

@testable import PatchbayEgress

@Suite struct AuthTests {
  private static let secret = "s3cr3t/é+ 1"

  private func scheme(_ json: JSON) throws -> AuthScheme { try #require(AuthScheme(json)) }

  /// What the server sees of a request with that scheme.
  private func seen(_ json: JSON, path: String = "/x", settings: JSONObject = JSONObject())
    async throws -> LoopbackServer.Request
  {
    let post = try Outpost { _ in .answer() }
    try await post.keep(["key": Self.secret, "user": "me"])
    var terms = post.terms(try scheme(json))
    terms.settings = settings
    try await post.egress.line(terms).text(post.request("GET", path))
    return try #require(post.server.requests.first)
  }

  @Test func `A bearer token`() async throws {
    let request = try await seen(["scheme": "bearer", "secret": "key"])
    #expect(request.headers["authorization"] == "Bearer \(Self.secret)")
  }

  @Test func `A key in a header, after its prefix`() async throws {
    let request = try await seen([
      "scheme": "api_key", "in": "header", "name": "X-Api-Key", "prefix": "Token ", "secret": "key",
    ])
    #expect(request.headers["x-api-key"] == "Token \(Self.secret)")
    #expect(request.headers["authorization"] == nil)
  }

  @Test func `A key in the query, encoded`() async throws {
    let request = try await seen(
      ["scheme": "api_key", "in": "query", "name": "api key", "secret": "key"], path: "/x?a=1")
    #expect(request.target == "/x?a=1&api%20key=s3cr3t%2F%C3%A9%2B%201")
  }

  @Test func `A key in the path, encoded`() async throws {
    let request = try await seen(
      ["scheme": "api_key", "in": "path", "secret": "key"], path: "/bot{auth}/send")
    #expect(request.target == "/bots3cr3t%2F%C3%A9%2B%201/send")
  }

  @Test func `Name and password, of secrets and settings`() async throws {
    let request = try await seen(
      ["scheme": "basic", "user": "login", "password": "key"],
      settings: JSONObject([.init("login", "anna")]))
    let pair = Base64.encode(Array("anna:\(Self.secret)".utf8))
    #expect(request.headers["authorization"] == "Basic \(pair)")
  }

  @Test func `No credential where there is none, or where the request wants none`() async throws {
    let none = try await seen(["scheme": "none"])
    #expect(none.headers["authorization"] == nil)
    let post = try Outpost { _ in .answer() }
    try await post.keep(["key": Self.secret])
    var request = post.request()
    request.auth = "none"
    try await post.line(scheme(["scheme": "bearer", "secret": "key"])).text(request)
    #expect(!post.server.requests[0].head.contains("s3cr3t"))
  }

  @Test func `A secret that is missing is named, and nothing is sent`() async throws {
    let post = try Outpost { _ in .answer() }
    let line = try post.line(try scheme(["scheme": "bearer", "secret": "token"]))
    let failure = await line.failure(post.request())
    #expect(failure?.code == "auth.missing" && failure?.message.contains("token") == true)
    #expect(failure?.mend.contains("patchbay secret set crm token") == true)
    #expect(post.server.connections == 0)
  }

  @Test(arguments: ["a\r\nX: y", "line\n", "nul\u{0}"])
  func `A secret with a line break is told, not sent and not left out`(secret: String) async throws
  {
    let post = try Outpost { _ in .answer() }
    try await post.keep(["key": secret])
    let line = try post.line(try scheme(["scheme": "bearer", "secret": "key"]))
    let failure = await line.failure(post.request())
    #expect(failure?.code == "auth.control_characters" && failure?.kind == .config)
    #expect(failure?.description.contains(secret) == false)
    #expect(post.server.connections == 0)
  }

  @Test func `A 401 without a token to renew is asked again twice, then told`() async throws {
    let post = try Outpost { _ in .answer(401, "no") }
    try await post.keep(["key": Self.secret])
    let line = try post.line(try scheme(["scheme": "bearer", "secret": "key"]))
    let failure = await line.failure(post.request())
    #expect(failure?.code == "http.401" && failure?.kind == .auth)
    #expect(failure?.mend.contains("patchbay secret set crm key --from env:") == true)
    #expect(post.server.requests.count == 3)
  }

  @Test(
    arguments: [
      ["scheme": "bearer", "secret": "key"],
      ["scheme": "api_key", "in": "query", "name": "k", "secret": "key"],
      ["scheme": "api_key", "in": "path", "secret": "key"],
      ["scheme": "basic", "user": "user", "password": "key"],
    ] as [JSON], [400, 403, 500])
  func `A server that shows what it was sent does not show it to the reader`(
    json: JSON, status: Int
  ) async throws {
    // Before the secret stand so many bytes that it lies across the end of what is shown.
    for padding in [0, 150, 170, 190, 196, 199] {
      let post = try Outpost { request in
        let words = request.head.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        let shown = request.headers["authorization"] ?? request.target
        return .answer(status, String(repeating: ".", count: padding) + shown + words)
      }
      try await post.keep(["key": "k3y/with+odd", "user": "somebody"])
      let line = try post.line(attempts: 1, try scheme(json))
      let failure = try #require(await line.failure(post.request("GET", "/x/{auth}")))
      let text = "\(failure) \(failure.json.text) \(String(reflecting: failure))"
      let encoded = Base64.encode(Array("somebody:k3y/with+odd".utf8))
      for hidden in ["k3y/", "k3y%2F", encoded, String(encoded.prefix(8))] {
        #expect(!text.contains(hidden), "\(hidden), \(padding)")
      }
      #expect(failure.code == "http.\(status)")
      // What the line tells of itself holds nothing either.
      #expect(!"\(line) \(String(reflecting: line.traffic))".contains("k3y"))
    }
  }
}
