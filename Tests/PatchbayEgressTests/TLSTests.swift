import Loopback
import PatchbayCore
import Testing

@testable import PatchbayEgress

@Suite struct TLSTests {
  private typealias Given = TestCertificates

  /// A server with that certificate, and a place that can send to it.
  private func place(_ certificate: String = Given.near, key: String = Given.nearKey) throws
    -> (Outpost, TLSServer)
  {
    (try Outpost { _ in .answer() }, try TLSServer(certificate, key: key))
  }

  /// Lines of one egress, which all use the same pool of connections.
  private func line(
    _ post: Outpost, _ server: TLSServer, _ name: String, ca: String? = nil,
    host: String = "127.0.0.1"
  ) throws -> Line {
    var terms = post.terms()
    terms.connection = name
    terms.baseURL = server.url(host)
    terms.authorities = try ca.map { (pem) throws(Failure) in try CertificateAuthorities(pem: pem) }
    return try post.egress.line(terms)
  }

  @Test func `An authority that nobody knows is told as that, once, with the way out`() async throws
  {
    let (post, server) = try place()
    defer { server.stop() }
    let line = try line(post, server, "a")
    let failure = await line.failure(post.request())
    #expect(failure?.code == "egress.certificate" && failure?.kind == .config)
    #expect(failure?.isRetryable == false && line.traffic.requests == 1)
    let text = failure?.message ?? ""
    #expect(text.contains("127.0.0.1:\(server.port)") && text.contains("authority (CA)"), "\(text)")
    #expect(text.contains("this system knows") && text.hasSuffix("nothing was sent"), "\(text)")
    #expect(failure?.mend.contains("--set ca=") == true)
    #expect(server.requests == 0)
  }

  @Test func `With its authority in “ca” a server is reached, over one connection`() async throws {
    let (post, server) = try place()
    defer { server.stop() }
    for (number, ca) in [Given.authorityA, Given.authorityB + "\n" + Given.authorityA].enumerated()
    {
      let line = try line(post, server, "\(number)", ca: ca)
      for _ in 0..<5 { #expect(try await line.text(post.request()) == "{}") }
      #expect(server.connections == number + 1)
    }
    #expect(server.requests == 10)
  }

  @Test func `A connection is not used by a line that would not have opened it`() async throws {
    let (post, server) = try place()
    defer { server.stop() }
    let known = try line(post, server, "known", ca: Given.authorityA)
    let system = try line(post, server, "system")
    let other = try line(post, server, "other", ca: Given.authorityB)
    for round in 1...3 {
      #expect(try await known.text(post.request()) == "{}")
      let unknown = await system.failure(post.request())
      #expect(unknown?.code == "egress.certificate")
      let wrong = await other.failure(post.request())
      #expect(wrong?.code == "egress.certificate")
      #expect(wrong?.message.contains("in the setting “ca”") == true)
      #expect(server.requests == round)
    }
    // The connection of the first was kept all the time.
    #expect(try await known.text(post.request()) == "{}")
    #expect(server.connections == 7)
  }

  @Test func `A certificate for another name, and one that has expired, are told as such`()
    async throws
  {
    let (post, far) = try place(Given.far, key: Given.farKey)
    defer { far.stop() }
    let name = await (try line(post, far, "name", ca: Given.authorityA)).failure(post.request())
    #expect(name?.code == "egress.certificate")
    #expect(name?.message.contains("is for another name than “127.0.0.1”") == true)
    #expect(name?.mend.contains("base_url") == true)
    let expired = try TLSServer(Given.expired, key: Given.expiredKey)
    defer { expired.stop() }
    let old = await (try line(post, expired, "old", ca: Given.authorityA)).failure(post.request())
    #expect(old?.code == "egress.certificate" && old?.message.contains("has expired") == true)
    #expect(far.requests == 0 && expired.requests == 0)
  }

  @Test func `The name in the URL is what counts, not the address`() async throws {
    let (post, server) = try place()
    defer { server.stop() }
    let line = try line(post, server, "a", ca: Given.authorityA, host: "localhost")
    #expect(try await line.text(post.request()) == "{}")
  }

  @Test(
    arguments: [
      ("", "no certificate"), ("/etc/ssl/company.pem", "no certificate"),
      ("-----BEGIN CERTIFICATE-----\nMIIB", "no end"),
      ("-----END CERTIFICATE-----", "no beginning"),
      ("-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----", "damaged"),
      ("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----", "damaged"),
      ("-----BEGIN CERTIFICATE-----\n!!!!\n-----END CERTIFICATE-----", "damaged"),
      (TestCertificates.nearKey, "holds a PRIVATE KEY"),
      (TestCertificates.authorityA + "\n" + TestCertificates.nearKey, "holds a PRIVATE KEY"),
      (TestCertificates.authorityA.replacing("MII", with: "MIJ"), "damaged"),
      (String(TestCertificates.authorityA.dropLast(40)), "no end"),
      (String(repeating: "#", count: 2 << 20), "longer than"),
    ])
  func `What is no certificate is refused at once, with the reason`(pem: String, why: String) {
    let failure = #expect(throws: Failure.self) { try CertificateAuthorities(pem: pem) }
    #expect(failure?.code == "egress.ca" && failure?.message.contains("“ca”") == true)
    #expect(failure?.message.contains(why) == true, "\(failure as Any)")
    #expect(failure?.mend.contains("$(cat FILE.pem)") == true)
  }

  @Test func `A bundle may explain itself, and come from another system`() throws {
    let bundle = "# The company's\n\(Given.authorityA)\n\nAnd another:\n\(Given.authorityB)\n"
    for pem in [bundle, bundle.replacing("\n", with: "\r\n"), "  " + bundle] {
      #expect(try CertificateAuthorities(pem: pem).pem == pem)
    }
  }
}
