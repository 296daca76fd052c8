internal import PatchbayCore

/// Where the requests of one connection may go: the hosts of the plugin's manifest over HTTPS, and
/// the connection's own base URL.
struct AllowList: Sendable {
  let hosts: [String]
  let base: URLParts?
  /// Where the connection's tokens come from, if the admin named that place.
  var tokens: URLParts?
  /// The base comes from the admin, not from the plugin's manifest.
  var isBaseGiven = true
  let allowsPrivate: Bool

  func check(_ url: URLParts) throws(Failure) {
    if let base, base.origin == url.origin { return }
    if let tokens, tokens == url { return }
    if url.scheme == "https", url.port == 443, hosts.contains(where: { Self.matches(url.host, $0) })
    {
      return
    }
    let known = (hosts + (base.map { [$0.origin] } ?? [])).joined(separator: ", ")
    throw Failure(
      .permission, "egress.host",
      "a request to \(url.origin) is not among what the plugin may reach (\(known))",
      mend: "the plugin's manifest must name the host under \"hosts\"")
  }

  /// Whether a private address may be connected to for this URL.
  func allowsPrivateAddress(for url: URLParts) -> Bool {
    allowsPrivate || (isBaseGiven && base?.origin == url.origin)
  }

  /// `*.example.com` stands for every name below example.com, not for example.com itself.
  static func matches(_ host: String, _ pattern: String) -> Bool {
    guard pattern.hasPrefix("*.") else { return host == pattern.lowercased() }
    let tail = pattern.dropFirst().lowercased()
    return host.hasSuffix(tail) && host.utf8.count > tail.utf8.count
  }
}
