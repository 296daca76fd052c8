import PatchbayCore
import PatchbayEgress
import PatchbayHost
import PatchbayJSON
import Testing

@testable import PatchbaySync

@Suite struct ConnectionTermsTests {
  private static func manifest() throws -> Manifest {
    try Manifest(
      [
        "manifest": 1, "id": "acme", "version": "1.0.0", "kind": "connector", "name": "Acme",
        "publisher": "acme", "abi": "1.0", "operations": ["check", "read"],
        "hosts": ["api.acme.example"], "base_url": "https://api.acme.example",
        "settings": [
          "days": ["type": "number", "default": 7], "names": ["type": "list"],
          "deep": ["type": "flag"], "title": ["type": "text"],
        ],
      ], from: "a test")
  }

  private func terms(_ pairs: [String]) throws -> ConnectionTerms {
    let manifest = try Self.manifest()
    return try ConnectionTerms(
      connection: "a", manifest: manifest,
      settings: try ConnectionTerms.parse(pairs, for: manifest), secrets: [])
  }

  @Test(arguments: [
    ("request_timeout", "1e300", "0.1 to 86400"), ("request_timeout", "0", "0.1 to 86400"),
    ("request_timeout", "9223372036854775807", "0.1 to 86400"),
    ("request_timeout", "-1", "0.1 to 86400"), ("request_timeout", "0.09", "0.1 to 86400"),
    ("request_timeout", "86400.001", "0.1 to 86400"), ("request_timeout", "1e999", "a number"),
    ("request_timeout", "nan", "a number"), ("request_timeout", "", "a number"),
    ("stall_timeout", "1e30", "0.1 to 3600"), ("stall_timeout", "0", "0.1 to 3600"),
    ("max_attempts", "-1", "whole number from 1 to 100"), ("max_attempts", "0", "1 to 100"),
    ("outage_seconds", "0", "1 to 86400"), ("outage_seconds", "86401", "1 to 86400"),
    ("max_attempts", "2.5", "whole number"), ("max_attempts", "101", "1 to 100"),
    ("rate_burst", "-5", "0 to 10000"), ("rate_burst", "9223372036854775808", "0 to 10000"),
    ("rate_burst", "", "a number"), ("allow_private", "yes", "true or false"),
    ("days", "1e999", "a number"), ("days", "-inf", "a number"), ("deep", "1", "true or false"),
  ])
  func `What makes no sense is refused with its name, its value and what may stand there`(
    name: String, value: String, hint: String
  ) throws {
    let failure = #expect(throws: Failure.self) { try terms(["\(name)=\(value)"]) }
    #expect(failure?.code == "connection.setting")
    let text = failure?.description ?? ""
    #expect(text.contains(name) && text.contains(value) && text.contains(hint), "\(text)")
  }

  @Test func `Settings that make sense arrive`() throws {
    let terms = try terms([
      "request_timeout=0.1", "stall_timeout=3600", "max_attempts=100", "rate_limit=20/s",
      "rate_burst=0", "days=1e300", "names=a,b", "title=x=y", "outage_seconds=1.5",
    ])
    #expect(terms.line.timeoutMS == 100 && terms.line.stallMS == 3_600_000)
    #expect(terms.line.outageMS == 1500)
    #expect(try self.terms([]).line.outageMS == 60_000)
    #expect(terms.line.attempts == 100 && terms.line.rules?.count == 1)
    #expect(terms.config["days"] == .number("1e300") && terms.config["title"] == "x=y")
    #expect(terms.config["names"] == ["a", "b"])
    #expect(try self.terms([]).config["days"] == 7)
    for pairs in [["rate_burst=5"], ["rate_burst=5", "rate_limit=off"]] {
      let failure = #expect(throws: Failure.self) { try self.terms(pairs) }
      #expect(failure?.description.contains("rate_limit=20/s") == true)
    }
  }

  @Test func `The path of a certificate is not the certificate`() throws {
    let failure = #expect(throws: Failure.self) { try terms(["ca=/etc/ca.pem"]) }
    #expect(failure?.code == "egress.ca" && failure?.mend.contains("--set ca=") == true)
    #expect(try terms([]).line.authorities == nil)
  }

  @Test func `What was stored before there were rules is refused too, and traps nothing`() throws {
    let manifest = try Self.manifest()
    for (name, value) in [
      ("request_timeout", JSON.number("1e300")), ("stall_timeout", .integer(.max)),
      ("max_attempts", .number("8.5")), ("rate_limit", 5), ("base_url", 5), ("days", "x"),
      ("allow_private", "true"), ("rate_burst", .array([])),
    ] {
      var settings = JSONObject()
      settings[name] = value
      let failure = #expect(throws: Failure.self) {
        try ConnectionTerms(
          connection: "a", manifest: manifest, settings: settings, secrets: [])
      }
      #expect(failure?.code == "connection.setting" && failure?.message.contains(name) == true)
    }
  }

  @Test func `A setting is given once`() throws {
    for pairs in [["days=1", "days=1"], ["names=a", "names=b"], ["base_url=", "base_url="]] {
      let failure = #expect(throws: Failure.self) { try terms(pairs) }
      #expect(failure?.message.contains("given twice") == true)
    }
  }

  @Test(arguments: [
    "", "x", "ftp://x", "https://", "https:///x", "https://:443", "http:/x", "//host/x", "://host",
    "https://host?x", "https://host/#x", "https://host/?", "https://u@host", "https://u:p@host/x",
    "https://@host", "https://host:0", "https://host:65536", "https://host:", "https://host:1x",
    "https://host:-1", "https://ho st", "https://höst", "https://host/\u{1B}", "https://host\n",
    "https://[::1", "https://::1", "https://[x]", "https://[]", "https://...", "https://a\\b",
    "https://{base_url}", "https://host/<x>", " https://host", "https://host\0",
  ])
  func `What is no base of URLs is refused`(text: String) throws {
    let failure = #expect(throws: Failure.self) { try terms(["base_url=\(text)"]) }
    #expect(failure?.code == "connection.setting")
    #expect(failure?.message.contains("base_url") == true)
    #expect(failure?.description.contains("u:p") == false)
  }

  @Test func `Bases of URLs are taken`() throws {
    for text in [
      "https://api.example", "HTTPS://API.Example:8443/v1/", "https://[2001:db8::1]:1/x",
      "https://1.2.3.4", "https://host_1/a%20b;c=d,e!$&'()*+~:@",
    ] {
      #expect(try terms(["base_url=\(text)"]).line.baseURL == text)
    }
    #expect(try BaseURL("https://A.example/x//") == BaseURL("HTTPS://a.EXAMPLE:443/x"))
    #expect(try BaseURL("https://a.example/X") != BaseURL("https://a.example/x"))
    #expect(try BaseURL("https://a.example") != BaseURL("http://a.example"))
  }

  @Test func `Without encryption requests go only to where one's own network is`() throws {
    for host in [
      "localhost", "127.0.0.1:8080", "127.9.9.9", "10.0.0.1", "172.16.0.1", "172.31.255.255",
      "192.168.1.1", "100.64.0.1", "[::1]", "[::1]:80", "[fd00::1]", "[fc12::1]", "[fe80::1]",
      "vendor", "crm.internal", "crm.local", "x.lan", "a.localhost",
    ] {
      #expect(throws: Never.self) { try terms(["base_url=http://\(host)/x"]) }
    }
    for host in [
      "example.com", "1.2.3.4", "172.15.0.1", "172.32.0.1", "192.169.0.1", "100.128.0.1", "8",
      "[2001:db8::1]", "[fd::1]", "[fec0::1]", "127.0.0.1.example.com", "10.0.0.1.nip.io",
      "local.example", "127.1",
    ] {
      let failure = #expect(throws: Failure.self) { try terms(["base_url=http://\(host)"]) }
      #expect(failure?.description.contains("https") == true, "\(host)")
      #expect(throws: Never.self) {
        try terms(["base_url=http://\(host)", "allow_private=true"])
      }
    }
  }

  @Test func `Names of connections let no two views have one name`() {
    for name in [
      "a", "crm", "CRM", "crm-2", "my_crm", "a-b_c-d", "7", "sql",
      String(repeating: "x", count: 64),
    ] {
      #expect(throws: Never.self) { try ConnectionName.check(name) }
    }
    for name in [
      "", "_", "-", "a_", "_a", "-a", "a-", "a__b", "a--b", "a-_b", "sqlite", "sqlite_x",
      "SQLite-1", "a b", "a.b", "a/b", "é", "a\0", "\u{1B}[2J", String(repeating: "x", count: 65),
    ] {
      let failure = #expect(throws: Failure.self) { try ConnectionName.check(name) }
      #expect(failure?.code == "usage.name" && failure?.mend.isEmpty == false, "\(name)")
    }
  }
}
