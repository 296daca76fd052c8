import PatchbayCore

@testable import PatchbayEgress

extension FuzzTarget {
  /// Where a request goes: what the allow-list judges is what libcurl will be given.
  static let url = FuzzTarget(
    name: "url",
    seeds: {
      [
        "https://api.example.com/v1/a?b=c#d", "HTTPS://API.EXAMPLE.COM:443", "http://[::1]:80/x",
        "https://example.org.evil.test/", "https://a.example.org@evil.test/", "https://2130706433/",
        "https://api.example.com%2eevil.test/", "https://user:word@a.example.org/\u{9}",
        "{base_url}/%7Bauth%7D/é", "https:\\\\a.example.org\\x", "//a.example.org",
      ].map { Array($0.utf8) }
    },
    words: ["https://", "http://", "example.com", ".example.org", "@", ":443", "%00", "%2f", "\\"],
    run: checkURL)
}

private func checkURL(_ bytes: [UInt8]) {
  guard let text = String(validating: bytes, as: UTF8.self) else { return }
  checkEncoding(text)
  guard let url = try? URLParts(text) else { return }
  guard let again = try? URLParts(url.text) else {
    return expect(false, "“\(url.text)” is sent, and was never judged")
  }
  expect(again.origin == url.origin, "\(url.origin) was judged, \(again.origin) would be asked")
  expect(again.path == url.path, "the path \(url.path) becomes \(again.path)")
  expect((1...65535).contains(url.port) || url.port == 0, "a port \(url.port)")
  expect(!url.text.utf8.contains { $0 < 0x20 || $0 == 0x7F }, "a URL with control characters")
  let list = AllowList(
    hosts: ["api.example.com", "*.example.org"], base: nil, allowsPrivate: false)
  if (try? list.check(url)) == nil { return }
  let isKnown = again.host == "api.example.com" || again.host.hasSuffix(".example.org")
  expect(isKnown && again.scheme == "https", "\(url.text) is allowed")
  expect(url.text.lowercased().contains("example."), "\(url.text) is allowed")
}

private func checkEncoding(_ text: String) {
  let encoded = Array(percentEncoded(text).utf8)
  var decoded: [UInt8] = []
  var at = 0
  while at < encoded.count {
    if encoded[at] == UInt8(ascii: "%") {
      let digits = String(decoding: encoded[(at + 1)...(at + 2)], as: UTF8.self)
      decoded.append(UInt8(digits, radix: 16) ?? 0)
      at += 3
    } else {
      decoded.append(encoded[at])
      at += 1
    }
  }
  expect(decoded == Array(text.utf8), "“\(text)” is encoded as something else")
}
