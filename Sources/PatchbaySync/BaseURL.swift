internal import PatchbayCore

/// Where a connection's API is, as an administrator writes it: scheme, host, port and path.
struct BaseURL: Equatable {
  let scheme: String
  /// In lower case; IPv6 with its brackets.
  let host: String
  let port: Int
  /// Without a slash at its end.
  let path: String

  /// Reads a URL; says what is wrong with one that could not be a base.
  init(_ text: String) throws(Failure) {
    func wrong(_ reason: String) -> Failure {
      // A password in it stays unsaid.
      let shown = text.contains("@") ? "" : " is “\(text.prefix(200))”, which"
      return Failure(
        .config, "connection.setting", "the setting “base_url”\(shown) \(reason)",
        mend: "write it as https://host/path")
    }
    let parts = text.split(separator: "://", maxSplits: 1, omittingEmptySubsequences: false)
    let scheme = parts[0].lowercased()
    guard parts.count == 2, scheme == "https" || scheme == "http" else {
      throw wrong("is not an http or https URL")
    }
    let isPlain = text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && !Self.excluded.contains($0) }
    guard isPlain else { throw wrong("has characters that a URL does not") }
    if text.contains("?") || text.contains("#") { throw wrong("has a query or a fragment") }
    let end = parts[1].firstIndex(of: "/") ?? parts[1].endIndex
    let authority = parts[1][..<end]
    if authority.contains("@") { throw wrong("holds a user or a password; give them as secrets") }
    let place = try HostAndPort.read(authority) { wrong($0) }
    host = place.host
    self.scheme = scheme
    port = place.port ?? (scheme == "https" ? 443 : 80)
    var path = parts[1][end...]
    while path.last == "/" { path.removeLast() }
    self.path = String(path)
  }

  /// Whether the host lies on this machine or on a network of one's own, by its looks alone.
  var isNear: Bool {
    if host.hasPrefix("[") {
      if host == "[::1]" { return true }
      let first = UInt16(host.dropFirst().prefix { $0 != ":" }, radix: 16) ?? 0
      return first & 0xFE00 == 0xFC00 || first & 0xFFC0 == 0xFE80
    }
    let labels = host.split(separator: ".", omittingEmptySubsequences: false)
    let numbers = labels.compactMap { UInt8($0) }
    if numbers.count == 4 && labels.count == 4 {
      switch (numbers[0], numbers[1]) {
      case (127, _), (10, _), (172, 16...31), (192, 168), (169, 254), (100, 64...127): return true
      default: return false
      }
    }
    let isNamedSo = [".localhost", ".local", ".internal", ".lan", ".home.arpa"]
      .contains { host.hasSuffix($0) }
    return labels.count == 1 && numbers.isEmpty || isNamedSo
  }

  /// `"<>\^`{|}`
  private static let excluded = Set("\"<>\\^`{|}".utf8)
}
