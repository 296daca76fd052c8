internal import CCurl
internal import Glibc
internal import PatchbayCore

/// The HTTP proxy through which everything goes out that is not meant for this machine. Only the
/// hub's owner names it, in `PATCHBAY_PROXY`; no other variable is read, nor is a setting of a
/// connection. What resolves names and connects is then the proxy, so that the check of private
/// addresses sees nothing but its address: refusing them is its business.
struct Proxy: Sendable {
  static let variable = "PATCHBAY_PROXY"

  let host: String
  let port: Int
  /// Never shown.
  let user: String?
  let password: String?

  var place: String { "\(host):\(port)" }

  static func named(in environment: [String: String]) throws(Failure) -> Proxy? {
    guard let text = environment[variable], !text.isEmpty else { return nil }
    return try Proxy(text)
  }

  /// The one that this process was started with.
  static func ofProcess() throws(Failure) -> Proxy? {
    // Unsafe: the text is copied; nothing here changes the environment.
    guard let text = unsafe getenv(variable) else { return nil }
    return try named(in: [variable: unsafe String(cString: text)])
  }

  init(_ text: String) throws(Failure) {
    guard let url = unsafe curl_url() else {
      throw Failure(.bug, "egress.memory", "libcurl has no memory for a URL")
    }
    // Unsafe: libcurl's URL handle lives for this call; its texts are copied and freed.
    defer { unsafe curl_url_cleanup(url) }
    func part(_ what: CURLUPart, _ flags: Int = 0) -> String? {
      var value: UnsafeMutablePointer<CChar>?
      guard unsafe curl_url_get(url, what, &value, UInt32(flags)) == CURLUE_OK,
        let value = unsafe value
      else { return nil }
      defer { unsafe curl_free(value) }
      return unsafe String(cString: value)
    }
    guard !text.utf8.contains(0),
      unsafe curl_url_set(url, CURLUPART_URL, text, 0) == CURLUE_OK,
      part(CURLUPART_SCHEME) == "http", let host = part(CURLUPART_HOST),
      let port = part(CURLUPART_PORT).flatMap({ Int($0) }), part(CURLUPART_PATH) == "/",
      part(CURLUPART_QUERY) == nil, part(CURLUPART_FRAGMENT) == nil
    else {
      // The text is not shown: a password may stand in it.
      throw Failure(
        .config, "egress.proxy", "\(Self.variable) is not the address of a proxy",
        mend: "write it as http://host:port or http://name:password@host:port")
    }
    self.host = host.lowercased()
    self.port = port
    user = part(CURLUPART_USER, Int(CURLU_URLDECODE))
    password = part(CURLUPART_PASSWORD, Int(CURLU_URLDECODE))
  }

  /// What is on this machine is reached without it.
  func serves(_ url: URLParts) -> Bool {
    let isLocal =
      url.host == "localhost" || url.host.hasSuffix(".localhost") || url.host == "[::1]"
      || url.host.hasPrefix("127.") && url.host.allSatisfy { $0.isNumber || $0 == "." }
    return !isLocal
  }
}
