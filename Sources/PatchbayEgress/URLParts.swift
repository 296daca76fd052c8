internal import CCurl
internal import PatchbayCore

/// A URL taken apart by libcurl, so that what is checked is what is sent.
struct URLParts: Sendable, Equatable {
  let text: String
  let scheme: String
  let host: String
  let port: Int
  let path: String

  /// Scheme, host and port: what makes two URLs the same place.
  var origin: String { "\(scheme)://\(host):\(port)" }

  /// Host and port, for people.
  var place: String { "\(host):\(port)" }

  /// The URL for people: without a port that goes without saying, and without a query, in which a
  /// secret may stand.
  var shown: String {
    let isUsual = port == (scheme == "https" ? 443 : 80)
    return "\(scheme)://\(isUsual ? host : place)\(path)"
  }

  /// What a `Location` of an answer from here leads to, without a query; `nil` for what is no URL.
  func resolved(_ location: String) -> String? {
    guard var url = try? CurlURL(), url.set(text), url.set(location),
      url.set(nil, CURLUPART_QUERY)
    else { return nil }
    return url.part(CURLUPART_URL)
  }

  /// Reads a URL. What libcurl makes of it must read the same: an encoded digit, for one, can turn
  /// a name into the number of an address when it is read again to be sent.
  init(_ text: String) throws(Failure) {
    let once = try URLParts(readingOnce: text)
    let again = try URLParts(readingOnce: once.text)
    guard again.origin == once.origin, again.path == once.path else { throw Self.refused(text) }
    self = again
  }

  /// Reads a link as RFC 3986 resolves it against the URL of the document that it stood in. Spaces
  /// and other characters that a URL does not have are encoded.
  init(_ link: String, on base: String) throws(Failure) {
    var url = try CurlURL()
    let flags = Int(CURLU_NON_SUPPORT_SCHEME | CURLU_URLENCODE)
    guard url.set(base), url.set(link, CURLUPART_URL, flags), let whole = url.part(CURLUPART_URL)
    else { throw Self.refused(link) }
    try self.init(whole)
  }

  private static func refused(_ text: String) -> Failure {
    Failure(
      .config, "egress.url", "“\(text.beginning(bytes: 200))” is not a URL that can be fetched",
      mend: "write it as https://host/path")
  }

  private init(readingOnce text: String) throws(Failure) {
    var url = try CurlURL()
    guard url.set(text, CURLUPART_URL, Int(CURLU_NON_SUPPORT_SCHEME)),
      let scheme = url.part(CURLUPART_SCHEME), let host = url.part(CURLUPART_HOST),
      let port = url.part(CURLUPART_PORT, Int(CURLU_DEFAULT_PORT)).flatMap({ Int($0) }),
      scheme == "http" || scheme == "https"
    else { throw Self.refused(text) }
    guard url.part(CURLUPART_USER) == nil, url.part(CURLUPART_PASSWORD) == nil else {
      throw Failure(
        .config, "egress.url_user", "the URL of \(host) carries a user or a password",
        mend: "give them with --secret")
    }
    self.text = url.part(CURLUPART_URL) ?? text
    self.scheme = scheme
    self.host = host.lowercased()
    self.port = port
    path = url.part(CURLUPART_PATH) ?? "/"
  }
}
