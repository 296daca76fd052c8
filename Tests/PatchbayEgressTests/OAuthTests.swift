import Loopback
import Foundation
import PatchbayCore
import PatchbayJSON
import PatchbayStore
import Synchronization
import Testing

@testable import PatchbayEgress

/// A vendor with a token endpoint: each access token it gave is valid until it is revoked, each
/// refresh token once.
private final class TokenVendor: Sendable {
  private struct State {
    var issued = 0
    var valid: Set<String> = []
    var refresh = "origin-refresh"
    var isRefusing = false
    var grants: [String] = []
  }

  private let state = Mutex(State())
  /// The token endpoint waits for it.
  let latch: Latch?
  let lifetime: Int

  init(latch: Latch? = nil, lifetime: Int = 3600) {
    self.latch = latch
    self.lifetime = lifetime
  }

  var grants: [String] { state.withLock { $0.grants } }
  func revoke() { state.withLock { $0.valid = [] } }
  func refuse() { state.withLock { $0.isRefusing = true } }

  func answer(_ request: LoopbackServer.Request) -> [LoopbackServer.Act] {
    if request.target != "/token" {
      let bearer = request.headers["authorization"]?.dropFirst("Bearer ".count) ?? ""
      return state.withLock { $0.valid.contains(String(bearer)) }
        ? .answer(200, "fine") : .answer(401, "not this: \(bearer)")
    }
    let answer: [LoopbackServer.Act] = state.withLock { state in
      state.grants.append(request.body)
      let isRefresh = request.body.contains("grant_type=refresh_token")
      let isKnown = request.body.contains("refresh_token=\(state.refresh)")
      if state.isRefusing || isRefresh && !isKnown {
        return .answer(400, #"{"error":"invalid_grant","you_sent":"\#(request.body)"}"#)
      }
      state.issued += 1
      let access = "access-token-\(state.issued)"
      state.valid.insert(access)
      if !isRefresh {
        return .answer(200, #"{"access_token":"\#(access)","expires_in":\#(lifetime)}"#)
      }
      state.refresh = "rotated-refresh-\(state.issued)"
      return .answer(
        200,
        #"{"access_token":"\#(access)","refresh_token":"\#(state.refresh)","#
          + #""expires_in":\#(lifetime)}"#)
    }
    return (latch.map { [.wait($0)] } ?? []) + answer
  }
}

@Suite struct OAuthTests {
  private static let refresh: JSON = [
    "scheme": "oauth2", "grant": "refresh_token", "token_url": "{base_url}/token",
    "client_id": "id", "client_secret": "secret", "refresh_token": "refresh",
  ]
  private static let client: JSON = [
    "scheme": "oauth2", "grant": "client_credentials", "token_url": "{base_url}/token",
    "client_id": "id", "client_secret": "secret", "scope": "read all",
  ]

  private func place(_ vendor: TokenVendor, _ json: JSON) async throws -> (Outpost, Line) {
    let post = try Outpost { vendor.answer($0) }
    try await post.keep([
      "id": "app&1", "secret": "client=secret", "refresh": "origin-refresh",
    ])
    return (post, try post.line(try #require(AuthScheme(json))))
  }

  /// Another process of the same hub: nothing in memory, the same store.
  private func again(_ post: Outpost, _ json: JSON) throws -> (Egress, Line) {
    let egress = try Egress(vault: post.vault, leases: try FileLeases(folder: post.folder))
    return (egress, try egress.line(post.terms(try #require(AuthScheme(json)))))
  }

  @Test func `Client credentials are exchanged for a token, once`() async throws {
    let vendor = TokenVendor()
    let (post, line) = try await place(vendor, Self.client)
    for _ in 0..<3 { #expect(try await line.text(post.request()) == "fine") }
    #expect(
      vendor.grants == [
        "grant_type=client_credentials&client_id=app%261&client_secret=client%3Dsecret"
          + "&scope=read%20all"
      ])
    let grant = try #require(post.server.requests.first { $0.target == "/token" })
    #expect(grant.method == "POST" && grant.headers["authorization"] == nil)
    #expect(grant.headers["content-type"] == "application/x-www-form-urlencoded")
  }

  @Test func `A refresh token that rotates is replaced, and the next process has the new one`()
    async throws
  {
    let vendor = TokenVendor()
    let (post, line) = try await place(vendor, Self.refresh)
    try await line.text(post.request())
    vendor.revoke()
    try await line.text(post.request())
    #expect(vendor.grants.count == 2)
    #expect(vendor.grants[0].contains("refresh_token=origin-refresh"))
    #expect(vendor.grants[1].contains("refresh_token=rotated-refresh-1"))
    // The token is taken from the store while it is good …
    let (egress, other) = try again(post, Self.refresh)
    defer { egress.close() }
    try await other.text(post.request())
    #expect(vendor.grants.count == 2)
    // … and where another process has a newer one, that is taken instead of asking.
    vendor.revoke()
    try await other.text(post.request())
    #expect(vendor.grants.last?.contains("refresh_token=rotated-refresh-2") == true)
    try await line.text(post.request())
    #expect(vendor.grants.count == 3)
    let stored = try await post.vault.secrets(of: "crm")
    #expect(stored["refresh"] == "origin-refresh")
    #expect(stored[Credential.storedToken]?.contains("rotated-refresh-3") == true)
  }

  @Test func `A new refresh token of the admin's counts for more than the stored one`()
    async throws
  {
    let vendor = TokenVendor()
    let (post, line) = try await place(vendor, Self.refresh)
    try await line.text(post.request())
    try await post.vault.replace("given-anew", connection: "crm", name: "refresh")
    let (egress, other) = try again(post, Self.refresh)
    defer { egress.close() }
    _ = await other.failure(post.request())
    #expect(vendor.grants.last?.contains("refresh_token=given-anew") == true)
  }

  @Test func `Many that wait for a token cause one exchange`() async throws {
    let latch = Latch()
    let vendor = TokenVendor(latch: latch)
    let (post, line) = try await place(vendor, Self.refresh)
    try await withThrowingTaskGroup(of: String.self) { group in
      for _ in 0..<30 { group.addTask { try await line.text(post.request()) } }
      await post.server.arrived.wait()
      latch.open()
      for try await text in group { #expect(text == "fine") }
    }
    #expect(vendor.grants.count == 1)
    // All of them find the token revoked, and again one exchange is enough.
    vendor.revoke()
    try await withThrowingTaskGroup(of: String.self) { group in
      for _ in 0..<30 { group.addTask { try await line.text(post.request()) } }
      for try await text in group { #expect(text == "fine") }
    }
    #expect(vendor.grants.count == 2)
  }

  @Test func `A late refusal of an old token does not spend the new one`() async throws {
    let vendor = TokenVendor()
    let (latch, isSent) = (Latch(), Latch())
    let post = try Outpost { request in
      if request.target == "/slow", request.headers["authorization"] == "Bearer access-token-1" {
        isSent.open()
        return [.wait(latch)] + .answer(401)
      }
      return vendor.answer(request)
    }
    try await post.keep(["id": "i", "secret": "client-secret", "refresh": "origin-refresh"])
    let line = try post.line(try #require(AuthScheme(Self.refresh)))
    try await line.text(post.request())
    vendor.revoke()
    let slow = Task { await line.failure(post.request("GET", "/slow")) }
    await isSent.wait()
    try await line.text(post.request())
    #expect(vendor.grants.count == 2)
    latch.open()
    #expect(await slow.value == nil)
    #expect(vendor.grants.count == 2)
  }

  @Test func `Two processes that wait spend no refresh token twice`() async throws {
    let latch = Latch()
    let vendor = TokenVendor(latch: latch)
    let (post, line) = try await place(vendor, Self.refresh)
    let (egress, other) = try again(post, Self.refresh)
    defer { egress.close() }
    try await withThrowingTaskGroup(of: String.self) { group in
      for each in [line, other] {
        for _ in 0..<5 { group.addTask { try await each.text(post.request()) } }
      }
      await post.server.arrived.wait()
      latch.open()
      for try await text in group { #expect(text == "fine") }
    }
    #expect(vendor.grants.count == 1)
  }

  @Test func `A token is given up a little before its end`() async throws {
    // Of one second, a fifth is given up.
    let vendor = TokenVendor(lifetime: 1)
    let (post, line) = try await place(vendor, Self.refresh)
    for _ in 0..<3 { #expect(try await line.text(post.request()) == "fine") }
    let stored = try #require(try await post.vault.secrets(of: "crm")[Credential.storedToken])
    let expiresMS = try #require(JSON(reading: stored)["expires_ms"]?.integer)
    #expect(expiresMS <= Time.nowMS() + 800)
  }

  @Test func `A refusal reaches all who wait, explained, without the secrets`() async throws {
    let latch = Latch()
    let vendor = TokenVendor(latch: latch)
    vendor.refuse()
    let (post, line) = try await place(vendor, Self.refresh)
    await withTaskGroup(of: Failure?.self) { group in
      for _ in 0..<10 { group.addTask { await line.failure(post.request()) } }
      await post.server.arrived.wait()
      latch.open()
      for await failure in group {
        #expect(failure?.code == "auth.refused" && failure?.kind == .auth)
        #expect(failure?.message.contains("crm") == true)
        #expect(failure?.message.contains("invalid_grant") == true)
        #expect(failure?.mend.contains("refresh token") == true)
        let text = "\(String(reflecting: failure))"
        for hidden in ["origin-refresh", "client=secret", "client%3Dsecret"] {
          #expect(!text.contains(hidden), "\(hidden)")
        }
      }
    }
    #expect(!post.server.requests.contains { $0.target == "/x" })
  }

  @Test func `A rotated token that is refused is not shown either, nor are tokens of before`()
    async throws
  {
    let vendor = TokenVendor()
    let (post, line) = try await place(vendor, Self.refresh)
    try await line.text(post.request())
    vendor.revoke()
    vendor.refuse()
    let failure = try #require(await line.failure(post.request()))
    #expect(failure.code == "auth.refused")
    #expect(failure.message.contains("grant_type=refresh_token"))
    let (egress, other) = try again(post, Self.refresh)
    defer { egress.close() }
    let second = try #require(await other.failure(post.request()))
    for text in ["\(String(reflecting: failure))", "\(String(reflecting: second))"] {
      for hidden in ["rotated-refresh", "access-token", "origin-refresh"] {
        #expect(!text.contains(hidden), "\(hidden) in \(text)")
      }
    }
  }

  @Test(arguments: [
    "", "{}", "[]", #"{"access_token":""}"#, #"{"access_token":7}"#, "<html>sign in</html>",
  ])
  func `An answer without a token is told, and not shown`(body: String) async throws {
    let post = try Outpost { _ in .answer(200, body) }
    try await post.keep(["id": "i", "secret": "client-secret", "refresh": "r"])
    let line = try post.line(try #require(AuthScheme(Self.refresh)))
    let failure = await line.failure(post.request())
    #expect(failure?.code == "auth.token" && failure?.kind == .auth)
    #expect(failure?.message.contains("crm") == true && failure?.mend.isEmpty == false)
  }

  @Test func `An error with a status of 200 is told in the vendor's words, without secrets`()
    async throws
  {
    let post = try Outpost { request in
      .answer(
        200,
        #"{"error":"invalid_client","error_description":"no: \#(request.body)"}"#)
    }
    try await post.keep(["id": "i", "secret": "client-secret", "refresh": "origin-refresh"])
    let line = try post.line(try #require(AuthScheme(Self.refresh)))
    let failure = try #require(await line.failure(post.request()))
    #expect(failure.code == "auth.refused" && failure.kind == .auth)
    #expect(failure.message.contains("crm was refused a token: invalid_client: no: grant_type="))
    for hidden in ["client-secret", "origin-refresh"] { #expect(!"\(failure)".contains(hidden)) }
    #expect(failure.mend.contains("patchbay secret set crm"))
  }

  @Test(
    arguments: [
      (nil, 3600), (.null, 3600), (0, 3600), (-1, 3600), ("0", 3600), ("", 3600), ("soon", 3600),
      ("-5", 3600), (true, 3600), (7200, 7200), ("7200", 7200), (1, 1), (.number("0.5"), 1),
      (.number("1e30"), 31_536_000), ("99999999999999999999", 31_536_000),
    ] as [(JSON?, Int64)])
  func `A token lives as long as it says, or an hour`(value: JSON?, seconds: Int64) {
    #expect(Credential.lifetimeMS(value) == seconds * 1000)
  }

  @Test func `A page instead of a token is told by its status and type`() async throws {
    let post = try Outpost { _ in
      [
        .send(
          Array("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 4\r\n\r\nhush".utf8)
        )
      ]
    }
    try await post.keep(["id": "i", "secret": "client-secret", "refresh": "r"])
    let line = try post.line(try #require(AuthScheme(Self.refresh)))
    let failure = try #require(await line.failure(post.request()))
    #expect(failure.message.contains("answered 200 (text/html) without an access token"))
    #expect(!"\(failure)".contains("hush"))
  }

  @Test func `A token endpoint outside of the allow-list gets nothing`() async throws {
    let vendor = TokenVendor()
    var json = Self.client.object ?? JSONObject()
    let elsewhere = try LoopbackServer { _ in .answer() }
    defer { elsewhere.stop() }
    json["token_url"] = .string("\(elsewhere.url)/token")
    let (post, line) = try await place(vendor, .object(json))
    #expect(await line.failure(post.request())?.code == "egress.host")
    #expect(elsewhere.connections == 0 && post.server.connections == 0)
  }

  @Test func `Who is cancelled while a token is fetched waits no longer, the others get it`()
    async throws
  {
    let latch = Latch()
    let vendor = TokenVendor(latch: latch)
    let (post, line) = try await place(vendor, Self.refresh)
    let first = Task { await line.failure(post.request()) }
    await post.server.arrived.wait()
    let second = Task { await line.failure(post.request()) }
    first.cancel()
    #expect(await first.value?.code == "egress.cancelled")
    latch.open()
    #expect(await second.value == nil)
    #expect(vendor.grants.count == 1)
  }
}
