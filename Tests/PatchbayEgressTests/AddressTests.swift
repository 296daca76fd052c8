import PatchbayCore
import Testing

@testable import PatchbayEgress

@Suite struct PrivateAddressTests {
  private func isPrivate(_ text: String) -> Bool {
    let parts = text.split(separator: ".").compactMap { UInt8($0) }
    return PrivateAddress.contains(v4: parts[0], parts[1], parts[2])
  }

  /// How an IPv4 address stands in an IPv6 address.
  private static let transitions: [(name: String, form: @Sendable ([UInt8]) -> [UInt8])] = [
    ("translated", { [0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF, 0, 0] + $0 }),
    ("NAT64", { [0, 0x64, 0xFF, 0x9B, 0, 0, 0, 0, 0, 0, 0, 0] + $0 }),
    ("NAT64 of a network, /96", { [0, 0x64, 0xFF, 0x9B, 0, 1, 0x12, 0x34, 0, 7, 0, 0] + $0 }),
    (
      "NAT64 of a network, /64",
      { [0, 0x64, 0xFF, 0x9B, 0, 1, 0x12, 0x34, 0, $0[0], $0[1], $0[2], $0[3], 0, 0, 0] }
    ),
    (
      "NAT64 of a network, /56",
      { [0, 0x64, 0xFF, 0x9B, 0, 1, 0x12, $0[0], 0, $0[1], $0[2], $0[3], 0, 0, 0, 0] }
    ),
    (
      "NAT64 of a network, /48",
      { [0, 0x64, 0xFF, 0x9B, 0, 1, $0[0], $0[1], 0, $0[2], $0[3], 0, 0, 0, 0, 0] }
    ),
    ("ISATAP", { [0x20, 0x01, 0x48, 0x60, 0, 0, 0, 0, 0, 0, 0x5E, 0xFE] + $0 }),
    ("ISATAP, universal", { [0x2A, 0, 0, 1, 0, 0, 0, 0, 2, 0, 0x5E, 0xFE] + $0 }),
    ("Teredo", { [0x20, 0x01, 0, 0, 8, 8, 8, 8, 0, 0, 0, 0] + $0.map { ~$0 } }),
    ("Teredo's server", { [0x20, 0x01, 0, 0] + $0 + [0, 0, 0, 0, 0xF7, 0xF7, 0xF7, 0xF7] }),
  ]
  /// Those that are refused whatever stands in them, or where another reading is private.
  private static let closed = [
    "Teredo", "Teredo's server", "NAT64 of a network, /64", "NAT64 of a network, /56",
    "NAT64 of a network, /48",
  ]

  @Test(arguments: [
    "0.0.0.0", "0.255.255.255", "10.0.0.0", "10.255.255.255", "100.64.0.0", "100.127.255.255",
    "127.0.0.1", "127.255.255.255", "192.88.99.1", "169.254.0.1", "169.254.169.254", "172.16.0.0",
    "172.31.255.255", "192.0.0.1", "192.0.2.255", "192.168.0.0", "192.168.255.255", "198.18.0.0",
    "198.19.255.255", "198.51.100.1", "203.0.113.255", "224.0.0.1", "239.255.255.255", "240.0.0.1",
    "255.255.255.255",
  ])
  func `Private and reserved IPv4 addresses are refused`(address: String) {
    #expect(isPrivate(address))
    let bytes = address.split(separator: ".").compactMap { UInt8($0) }
    let zeros = [UInt8](repeating: 0, count: 10)
    #expect(PrivateAddress.contains(v6: zeros + [0xFF, 0xFF] + bytes), "mapped")
    #expect(PrivateAddress.contains(v6: zeros + [0, 0] + bytes), "compatible")
    #expect(
      PrivateAddress.contains(v6: [0, 0x64, 0xFF, 0x9B] + zeros.dropLast(2) + bytes), "NAT64")
    #expect(PrivateAddress.contains(v6: [0x20, 0x02] + bytes + zeros), "6to4")
    for (name, form) in Self.transitions {
      #expect(PrivateAddress.contains(v6: form(bytes)), "\(name)")
    }
  }

  @Test(arguments: [
    "1.1.1.1", "8.8.8.8", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0",
    "126.255.255.255", "128.0.0.1", "169.253.255.255", "169.255.0.0", "172.15.255.255",
    "172.32.0.0", "192.0.1.1", "192.167.255.255", "192.169.0.0", "198.17.255.255", "198.20.0.0",
    "198.51.99.255", "203.0.112.255", "203.0.114.0", "223.255.255.255",
  ])
  func `Public IPv4 addresses are reached, however they are written`(address: String) {
    #expect(!isPrivate(address))
    let bytes = address.split(separator: ".").compactMap { UInt8($0) }
    let zeros = [UInt8](repeating: 0, count: 10)
    #expect(!PrivateAddress.contains(v6: zeros + [0xFF, 0xFF] + bytes), "mapped")
    #expect(
      !PrivateAddress.contains(v6: [0, 0x64, 0xFF, 0x9B] + zeros.dropLast(2) + bytes), "NAT64")
    #expect(!PrivateAddress.contains(v6: [0x20, 0x02] + bytes + zeros), "6to4")
    for (name, form) in Self.transitions where !Self.closed.contains(name) {
      #expect(!PrivateAddress.contains(v6: form(bytes)), "\(name)")
    }
  }

  /// The first bytes of an address, the rest zero but for a 1 at the end.
  private func v6(_ leading: [UInt8]) -> [UInt8] {
    leading + [UInt8](repeating: 0, count: 15 - leading.count) + [1]
  }

  @Test(
    arguments: [
      [], [0xFC], [0xFD, 0x12], [0xFE, 0x80], [0xFE, 0xBF], [0xFE, 0xC0], [0xFF, 0x02], [0xFF],
      [0x20, 0x01], [0x20, 0x01, 0x0D, 0xB8], [0x20, 0x01, 0, 2], [0x20, 0x01, 0, 0x10], [0x01],
      [0x3F, 0xFF, 0x0F], [0x5F, 0x00], [0x00, 0x64, 0xFF, 0x9B, 0xFF], [0x00, 0x64, 0xFF, 0x9A],
      [0x00, 0x64, 0xFF, 0x9B, 0x00, 0x01],
    ] as [[UInt8]])
  func `Private and reserved IPv6 addresses are refused`(leading: [UInt8]) {
    #expect(PrivateAddress.contains(v6: v6(leading)))
  }

  @Test func `The unspecified address and what is no address are refused`() {
    #expect(PrivateAddress.contains(v6: [UInt8](repeating: 0, count: 16)))
    #expect(PrivateAddress.contains(v6: [1, 2, 3]))
  }

  @Test(
    arguments: [
      [0x26, 0x06, 0x47, 0x00], [0x2A, 0x00, 0x14, 0x50], [0x20, 0x01, 0x48, 0x60],
      [0x20, 0x01, 0x0D, 0xB9], [0x24, 0x00],
    ] as [[UInt8]])
  func `Public IPv6 addresses are reached`(leading: [UInt8]) {
    #expect(!PrivateAddress.contains(v6: v6(leading)))
  }
}

@Suite struct AllowListTests {
  private func isAllowed(_ url: String, _ hosts: [String], base: String? = nil) throws -> Bool {
    let list = AllowList(
      hosts: hosts, base: try base.map { try URLParts($0) }, allowsPrivate: false)
    do throws(Failure) {
      try list.check(try URLParts(url))
      return true
    } catch {
      #expect(error.code == "egress.host")
      #expect(error.kind == .permission)
      return false
    }
  }

  @Test(arguments: [
    "https://api.example.com/x", "https://API.EXAMPLE.com", "https://api.example.com:443/",
    "https://a.wild.example.org", "https://a.b.wild.example.org/",
  ])
  func `Hosts of the manifest are reached over HTTPS`(url: String) throws {
    #expect(try isAllowed(url, ["api.example.com", "*.Wild.example.org"]))
  }

  @Test(arguments: [
    "http://api.example.com/", "https://api.example.com:8443/", "https://example.com/",
    "https://x.api.example.com/", "https://api.example.com.evil.test/",
    "https://evilapi.example.com",
    "https://wild.example.org/", "https://evilwild.example.org/", "https://api.example.com./",
    "https://evil.test/api.example.com", "https://evil.test?api.example.com",
    "https://evil.test#.wild.example.org", "https://127.0.0.1/",
  ])
  func `Other hosts, ports and plain HTTP are refused`(url: String) throws {
    #expect(try !isAllowed(url, ["api.example.com", "*.wild.example.org"]))
  }

  @Test func `The base URL's own origin is reached, and nothing beside it`() throws {
    let base = "http://127.0.0.1:8080/api"
    #expect(try isAllowed("http://127.0.0.1:8080/other", [], base: base))
    for url in [
      "http://127.0.0.1:8081/api", "https://127.0.0.1:8080/api", "http://localhost:8080/api",
      "http://127.0.0.1/",
    ] {
      #expect(try !isAllowed(url, [], base: base), "\(url)")
    }
  }

  @Test func `Private addresses are for the base URL alone, unless the admin says otherwise`()
    throws
  {
    let base = try URLParts("http://10.0.0.1:8080")
    let other = try URLParts("https://api.example.com")
    let strict = AllowList(hosts: ["api.example.com"], base: base, allowsPrivate: false)
    #expect(strict.allowsPrivateAddress(for: base))
    #expect(!strict.allowsPrivateAddress(for: other))
    #expect(
      AllowList(hosts: [], base: base, allowsPrivate: true).allowsPrivateAddress(for: other))
    let ofManifest = AllowList(hosts: [], base: base, isBaseGiven: false, allowsPrivate: false)
    #expect(!ofManifest.allowsPrivateAddress(for: base))
  }
}

@Suite struct URLTests {
  @Test func `A URL is taken apart`() throws {
    let url = try URLParts("HTTPS://Api.Example.COM/a/b?c=d")
    #expect(url.origin == "https://api.example.com:443")
    #expect(url.path == "/a/b")
    #expect(try URLParts("http://h").origin == "http://h:80")
    #expect(try URLParts("http://[::1]:99/").origin == "http://[::1]:99")
  }

  @Test(arguments: [
    "", "api.example.com", "/path", "ftp://h/", "file:///etc/passwd", "gopher://h", "javascript:1",
    "https://", "https://h:99999/", "https://h:x/", "https://a b/", "https://h/\r\nX: y",
    "https://h\u{0}/", "{base_url}/x", "https://exa{mple.com/", "http://h/\u{7F}", "data:,x",
  ])
  func `What cannot be fetched over HTTP is refused`(text: String) {
    let failure = #expect(throws: Failure.self) { try URLParts(text) }
    #expect(failure?.code == "egress.url")
  }

  @Test(arguments: ["https://21307064%33/", "https://127.0.0.%31/", "https://0x7f00000%31"])
  func `A host that reads as another one when it is sent is refused, or is that one`(text: String) {
    guard let url = try? URLParts(text) else { return }
    #expect((try? URLParts(url.text)) == url)
  }

  @Test(arguments: ["https://user@h/", "https://user:pass@h/", "https://:pass@h/", "https://@h/"])
  func `A URL with a user or a password is refused without showing it`(text: String) {
    let failure = #expect(throws: Failure.self) { try URLParts(text) }
    #expect(failure?.description.contains("pass@") == false)
  }

  @Test(arguments: [
    "http://0x7f000001/", "http://2130706433/", "http://127.1/", "http://0177.0.0.1/",
  ])
  func `Odd ways to write an IPv4 address mean that address`(text: String) throws {
    #expect(try URLParts(text).host == "127.0.0.1")
  }

  @Test func `Everything but unreserved characters is percent-encoded`() {
    #expect(percentEncoded("aZ09-._~") == "aZ09-._~")
    #expect(percentEncoded(" /?&=+%é\r\n") == "%20%2F%3F%26%3D%2B%25%C3%A9%0D%0A")
  }
}
