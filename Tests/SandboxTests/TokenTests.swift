import PatchbayCore
import PatchbayJSON
import Synchronization
import Testing

@testable import patchbay_sandbox

@Suite struct TokenTests {
  private func ask(_ client: Client, _ form: String) throws -> Response {
    try client.send("POST", "/oauth/v1/token", "client_id=me&client_secret=hush&" + form)
  }

  @Test func `A refresh token is good for one use, and gives its successor`() throws {
    try withServer { client in
      let old = "grant_type=refresh_token&refresh_token=\(Tokens.firstRefresh)"
      let granted = try ask(client, old)
      #expect(granted.status == 200)
      let tokens = try granted.json
      let access = try #require(tokens["access_token"]?.string)
      let refresh = try #require(tokens["refresh_token"]?.string)
      #expect(tokens["expires_in"] == 1800)
      #expect(try Client(port: client.port, token: access).get("/crm/v3/owners").status == 200)
      let spent = try ask(client, old)
      #expect(spent.status == 400)
      #expect(try spent.json["status"] == "BAD_REFRESH_TOKEN")
      #expect(try ask(client, "grant_type=refresh_token&refresh_token=\(refresh)").status == 200)
    }
  }

  @Test func `The other grants give tokens too, and an unknown one does not`() throws {
    try withServer { client in
      let granted = try ask(client, "grant_type=client_credentials")
      #expect(granted.status == 200)
      #expect(
        try ask(client, "grant_type=authorization_code&code=c&redirect_uri=http%3A%2F%2Fx").status
          == 200)
      #expect(try ask(client, "grant_type=authorization_code").status == 400)
      #expect(try ask(client, "grant_type=password").json["status"] == "BAD_GRANT_TYPE")
    }
  }

  @Test func `A client that is not the one expected gets nothing`() throws {
    try withServer { options in
      options.clientID = "me"
      options.clientSecret = "a&b c"
    } _: { client in
      let refused = try ask(client, "grant_type=client_credentials")
      #expect(refused.status == 400)
      let form = "client_id=me&client_secret=a%26b+c&grant_type=client_credentials"
      #expect(try client.send("POST", "/oauth/v1/token", form).status == 200)
    }
  }

  @Test func `An access token expires when its time is over`() throws {
    let ticking = Ticking(1_000_000)
    let sandbox = Sandbox(Options(), clock: { ticking.nowMS })
    var request = Request(method: "POST", path: "/oauth/v1/token")
    request.body = Array("client_id=a&client_secret=b&grant_type=client_credentials".utf8)
    let granted = try #require(reply(sandbox, request))
    let access = try #require(try JSON(reading: granted.body)["access_token"]?.string)
    request = Request(method: "GET", path: "/crm/v3/owners")
    request.authorization = "Bearer \(access)"
    ticking.advance(1_799_999)
    #expect(reply(sandbox, request)?.status == 200)
    ticking.advance(1)
    #expect(reply(sandbox, request)?.status == 401)
  }

  private func reply(_ sandbox: Sandbox, _ request: Request) -> Reply? {
    guard case .reply(let reply) = sandbox.answer(request).outcome else { return nil }
    return reply
  }
}

/// A clock that goes when it is told to.
final class Ticking: Sendable {
  private let time: Mutex<Int64>

  init(_ startMS: Int64) { time = Mutex(startMS) }

  var nowMS: Int64 { time.withLock { $0 } }

  func advance(_ ms: Int64) { time.withLock { $0 += ms } }
}
