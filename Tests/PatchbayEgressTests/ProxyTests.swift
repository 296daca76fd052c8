import Loopback
import Glibc
import PatchbayCore
import PatchbayCrypto
import PatchbayStore
import Testing

@testable import PatchbayEgress

@Suite struct ProxyTests {
  /// A line to a host that only the proxy can find, which answers as it is told.
  private func place(
    _ base: String, user: String = "", _ answer: @escaping @Sendable () -> [LoopbackServer.Act]
  ) async throws -> (Outpost, Egress, Line) {
    let post = try Outpost { _ in answer() }
    try await post.keep(["key": "vendor-secret"])
    let egress = try Egress(
      vault: post.vault, leases: try FileLeases(folder: post.folder),
      environment: ["PATCHBAY_PROXY": "http://\(user)127.0.0.1:\(post.server.port)"])
    var terms = post.terms()
    terms.auth = .bearer(secret: "key")
    terms.baseURL = base
    return (post, egress, try egress.line(terms))
  }

  @Test func `What goes out goes through the proxy, with the credential of the proxy's own`()
    async throws
  {
    let (post, egress, line) = try await place("http://vendor.test", user: "me:p%40ss@") {
      .answer()
    }
    defer { egress.close() }
    #expect(try await line.text(post.request()) == "{}")
    let seen = try #require(post.server.requests.first)
    #expect(seen.target == "http://vendor.test/x")
    let pair = Base64.encode(Array("me:p@ss".utf8))
    #expect(seen.headers["proxy-authorization"] == "Basic \(pair)")
  }

  @Test(arguments: ["127.0.0.1", "localhost"])
  func `What is on this machine is reached without it`(host: String) async throws {
    let post = try Outpost { _ in .answer() }
    let (descriptor, port) = try LoopbackServer.bound()
    defer { close(descriptor) }
    let egress = try Egress(
      vault: post.vault, leases: try FileLeases(folder: post.folder),
      environment: ["PATCHBAY_PROXY": "http://127.0.0.1:\(port)"])
    defer { egress.close() }
    var terms = post.terms()
    terms.baseURL = "http://\(host):\(post.server.port)"
    #expect(try await egress.line(terms).text(post.request()) == "{}")
  }

  @Test func `A proxy that lets nothing through is named, and shows no credential`() async throws {
    let (post, egress, line) = try await place("https://vendor.test", user: "me:hush-hush@") {
      .answer(407, "")
    }
    defer { egress.close() }
    let failure = try #require(await line.failure(post.request()))
    #expect(failure.code == "egress.proxy" && failure.kind == .config)
    let place = "127.0.0.1:\(post.server.port)"
    #expect(failure.message.contains("the proxy \(place) answered 407"), "\(failure)")
    #expect(failure.message.contains("vendor.test:443") && failure.mend.contains("PATCHBAY_PROXY"))
    #expect(!"\(failure) \(String(reflecting: line))".contains("hush"))
    // The tunnel is asked for without the vendor's credential.
    #expect(post.server.requests.map(\.target) == ["vendor.test:443"])
    #expect(!post.server.requests[0].head.contains("vendor-secret"))
  }

  @Test func `A proxy that is away is an outage of what lies behind it`() async throws {
    let (post, egress, line) = try await place("https://vendor.test") { .answer(502, "") }
    defer { egress.close() }
    var request = post.request()
    request.outageMS = 300
    let failure = try #require(await line.failure(request))
    #expect(failure.code == "egress.unreachable")
    let why = "proxy 127.0.0.1:\(post.server.port): it answered 502"
    #expect(failure.message.hasPrefix("vendor.test:443 cannot be reached: \(why)"), "\(failure)")
  }

  @Test(arguments: [
    "proxy.example", "proxy.example:3128", "https://proxy.example:3128", "socks5://h:1080",
    "http://proxy.example", "http://me:hush@proxy.example", "http://h:3128/path", "http://h:x",
    "http://h:3128?q", "://", "http://:3128",
  ])
  func `What is no address of a proxy is refused, and not shown`(text: String) {
    let failure = #expect(throws: Failure.self) { try Proxy(text) }
    #expect(failure?.code == "egress.proxy" && failure?.description.contains("hush") == false)
    #expect(failure?.mend.contains("http://host:port") == true)
  }

  @Test func `An address of a proxy is taken apart`() throws {
    #expect(try Proxy.named(in: [:]) == nil)
    #expect(try Proxy.named(in: ["PATCHBAY_PROXY": ""]) == nil)
    // Other variables are nobody's.
    #expect(try Proxy.named(in: ["https_proxy": "http://h:1", "HTTP_PROXY": "http://h:1"]) == nil)
    let proxy = try Proxy("http://me:a%3Ab@Proxy.example:3128/")
    #expect(proxy.place == "proxy.example:3128" && proxy.user == "me" && proxy.password == "a:b")
    for (url, isServed) in [
      ("https://api.example.com/", true), ("http://10.0.0.1/", true), ("http://localhost/", false),
      ("http://a.localhost/", false), ("http://127.9.9.9/", false), ("http://[::1]/", false),
      ("http://127.0.0.1.example.com/", true),
    ] {
      #expect(try proxy.serves(URLParts(url)) == isServed, "\(url)")
    }
  }
}
