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
    var url = try CurlURL()
    guard url.set(text), url.part(CURLUPART_SCHEME) == "http",
      let host = url.part(CURLUPART_HOST),
      let port = url.part(CURLUPART_PORT).flatMap({ Int($0) }), url.part(CURLUPART_PATH) == "/",
      url.part(CURLUPART_QUERY) == nil, url.part(CURLUPART_FRAGMENT) == nil
    else {
      // The text is not shown: a password may stand in it.
      throw Failure(
        .config, "egress.proxy", "\(Self.variable) is not the address of a proxy",
        mend: "write it as http://host:port or http://name:password@host:port")
    }
    self.host = host.lowercased()
    self.port = port
    user = url.part(CURLUPART_USER, Int(CURLU_URLDECODE))
    password = url.part(CURLUPART_PASSWORD, Int(CURLU_URLDECODE))
  }

  /// What is on this machine is reached without it.
  func serves(_ url: URLParts) -> Bool {
    !HostAndPort.isLoopback(url.host)
  }
}
