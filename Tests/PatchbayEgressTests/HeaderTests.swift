import Foundation
import Loopback
import PatchbayCore
import PatchbayJSON
import PatchbayMessages
import Testing

@testable import PatchbayEgress

/// Which headers a plugin, the settings that it reads, and a credential may set.
@Suite struct HeaderTests {
  /// By one of these a second request was put into the body of the first, or another tenant asked.
  private static let transport = [
    "Host", "hOsT", "Content-Length", "content_length", "Content.Length", "Transfer-Encoding",
    "TRANSFER_ENCODING", "Connection", "Keep-Alive", "Upgrade", "HTTP2-Settings", "TE", "Trailer",
    "Expect", "Proxy-Authorization", "proxy_connection", "Proxy-Whatever",
  ]
  private static let credential = ["Authorization", "AUTHORIZATION", "Cookie", "cookie"]
  private static let malformed = [
    ":authority", ":method", "Host ", " Host", "Host\t", "Host:", "Host\u{0}", "Ho\u{17F}t",
    "Host;", "X(1)", "\u{FF28}ost", "",
  ]

  private func failure(_ name: String, _ value: String, _ auth: AuthScheme = .none) async throws
    -> Failure?
  {
    let post = try Outpost { _ in .answer() }
    try await post.keep(["key": "k3y-of-the-shop"])
    var request = post.request("POST")
    request.headers = [(name, value)]
    request.body = .bytes(Array("GET /stolen HTTP/1.1\r\n\r\n".utf8))
    let failure = try await post.line(auth).failure(request)
    #expect(post.server.connections == (failure == nil ? 1 : 0), "\(name)")
    return failure
  }

  @Test(arguments: transport)
  func `A header by which requests are framed or led is refused`(name: String) async throws {
    for value in ["0", "", "chunked"] {
      let failure = try #require(try await failure(name, value))
      #expect(failure.code == "egress.header" && failure.message.contains("to the transport"))
    }
  }

  @Test(arguments: credential)
  func `A header that carries a credential is refused`(name: String) async throws {
    let failure = try #require(try await failure(name, "Bearer x"))
    #expect(failure.code == "egress.header" && failure.message.contains("carries a credential"))
  }

  @Test(arguments: malformed)
  func `A name that is none of a header is refused`(name: String) async throws {
    let failure = try #require(try await failure(name, "x"))
    #expect(failure.code == "egress.header" && failure.message.contains("malformed"))
  }

  @Test(arguments: ["X-Api-Key", "x-api-key", "X_API_Key"])
  func `The header in which the API key stands is refused, where it does`(name: String)
    async throws
  {
    let scheme = AuthScheme.apiKey(place: .header, name: "X-Api-Key", prefix: "", secret: "key")
    let failure = try #require(try await failure(name, "mine", scheme))
    #expect(failure.code == "egress.header" && failure.message.contains("carries a credential"))
    #expect(try await self.failure(name, "public") == nil)
  }

  @Test func `The same header twice is refused, the type of the body among them`() async throws {
    let post = try Outpost { _ in .answer() }
    var request = post.request("POST")
    request.headers = [("X-A", "1"), ("x-a", "2")]
    let line = try post.line()
    #expect(await line.failure(request)?.message.contains("twice") == true)
    request.headers = [("content-type", "text/plain")]
    request.contentType = "application/json"
    #expect(await line.failure(request)?.message.contains("twice") == true)
    #expect(post.server.connections == 0)
  }

  @Test func `A request without its credential may not bring another`() async throws {
    let post = try Outpost { _ in .answer() }
    try await post.keep(["key": "k3y-of-the-shop"])
    var request = post.request()
    request.auth = "none"
    request.headers = [("Authorization", "Bearer mine")]
    let line = try post.line(.bearer(secret: "key"))
    #expect(await line.failure(request)?.code == "egress.header")
    #expect(post.server.connections == 0)
  }

  @Test func `What is neither is sent as it was written, also without a value`() async throws {
    let post = try Outpost { _ in .answer() }
    var request = post.request("POST")
    request.headers = [
      ("X-Empty", ""), ("X_Low", " "), ("Accept", "text/csv"), ("User-Agent", "Shop/1"),
      ("X-Upload-Content-Length", "5"), ("Content-Range", "bytes 0-1/2"), ("If-Match", "\"é\""),
    ]
    try await post.line().text(request)
    let seen = try #require(post.server.requests.first)
    let lines = seen.head.components(separatedBy: "\r\n")
    for (name, value) in request.headers {
      let words = value.trimmingCharacters(in: .whitespaces)
      #expect(lines.contains(words.isEmpty ? "\(name):" : "\(name): \(words)"), "\(lines)")
    }
    #expect(lines.filter { $0.hasPrefix("User-Agent") }.count == 1)
  }

  @Test(
    arguments: [
      "Host", "content_length", "Connection", "Proxy-Authorization", "X Key", ":path",
    ]
  )
  func `A credential is not sent as what frames or leads a request`(name: String) async throws {
    let post = try Outpost { _ in .answer() }
    try await post.keep(["key": "k3y"])
    let line = try post.line(.apiKey(place: .header, name: name, prefix: "", secret: "key"))
    let failure = try #require(await line.failure(post.request()))
    #expect(["auth.header", "auth.control_characters"].contains(failure.code), "\(failure)")
    #expect(post.server.connections == 0)
    let scheme: JSON = [
      "scheme": "api_key", "in": "header", "name": .string(name), "secret": "key",
    ]
    #expect(AuthScheme(scheme)?.headerProblem != nil)
  }
}
