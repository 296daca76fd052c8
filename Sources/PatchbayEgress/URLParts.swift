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
    guard let url = unsafe curl_url() else { return nil }
    // Unsafe: libcurl's URL handle lives for this call; its text is copied and freed.
    defer { unsafe curl_url_cleanup(url) }
    var value: UnsafeMutablePointer<CChar>?
    guard !location.utf8.contains(0),
      unsafe curl_url_set(url, CURLUPART_URL, text, 0) == CURLUE_OK,
      unsafe curl_url_set(url, CURLUPART_URL, location, 0) == CURLUE_OK,
      unsafe curl_url_set(url, CURLUPART_QUERY, nil, 0) == CURLUE_OK,
      unsafe curl_url_get(url, CURLUPART_URL, &value, 0) == CURLUE_OK, let value = unsafe value
    else { return nil }
    defer { unsafe curl_free(value) }
    return unsafe String(cString: value)
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
    guard let url = unsafe curl_url() else {
      throw Failure(.bug, "egress.memory", "libcurl has no memory for a URL")
    }
    // Unsafe: libcurl's URL handle lives for this call; its text is copied and freed.
    defer { unsafe curl_url_cleanup(url) }
    let flags = UInt32(CURLU_NON_SUPPORT_SCHEME | CURLU_URLENCODE)
    var whole: UnsafeMutablePointer<CChar>?
    guard !link.utf8.contains(0), unsafe curl_url_set(url, CURLUPART_URL, base, 0) == CURLUE_OK,
      unsafe curl_url_set(url, CURLUPART_URL, link, flags) == CURLUE_OK,
      unsafe curl_url_get(url, CURLUPART_URL, &whole, 0) == CURLUE_OK, let whole = unsafe whole
    else { throw Self.refused(link) }
    defer { unsafe curl_free(whole) }
    try self.init(unsafe String(cString: whole))
  }

  private static func refused(_ text: String) -> Failure {
    Failure(
      .config, "egress.url", "“\(text.prefix(200))” is not a URL that can be fetched",
      mend: "write it as https://host/path")
  }

  private init(readingOnce text: String) throws(Failure) {
    guard let url = unsafe curl_url() else {
      throw Failure(.bug, "egress.memory", "libcurl has no memory for a URL")
    }
    // Unsafe: libcurl's URL handle lives for this call; its texts are copied and freed.
    defer { unsafe curl_url_cleanup(url) }
    // A C string would end at a NUL, and the rest of the URL go unseen.
    let code =
      text.utf8.contains(0)
      ? CURLUE_MALFORMED_INPUT
      : unsafe curl_url_set(url, CURLUPART_URL, text, UInt32(CURLU_NON_SUPPORT_SCHEME))
    func part(_ what: CURLUPart, _ flags: Int32 = 0) -> String? {
      var value: UnsafeMutablePointer<CChar>?
      guard unsafe curl_url_get(url, what, &value, UInt32(flags)) == CURLUE_OK,
        let value = unsafe value
      else { return nil }
      defer { unsafe curl_free(value) }
      return unsafe String(cString: value)
    }
    guard code == CURLUE_OK, let scheme = part(CURLUPART_SCHEME),
      let host = part(CURLUPART_HOST),
      let port = part(CURLUPART_PORT, CURLU_DEFAULT_PORT).flatMap({ Int($0) }),
      scheme == "http" || scheme == "https"
    else { throw Self.refused(text) }
    guard part(CURLUPART_USER) == nil, part(CURLUPART_PASSWORD) == nil else {
      throw Failure(
        .config, "egress.url_user", "the URL of \(host) carries a user or a password",
        mend: "give them with --secret")
    }
    self.text = part(CURLUPART_URL) ?? text
    self.scheme = scheme
    self.host = host.lowercased()
    self.port = port
    path = part(CURLUPART_PATH) ?? "/"
  }
}

extension String {
  /// %2F as %2f.
  var lowercasedEscapes: String {
    var output: [UInt8] = []
    var digits = 0
    for byte in utf8 {
      let isUpper = (UInt8(ascii: "A")...UInt8(ascii: "F")).contains(byte)
      output.append(digits > 0 && isUpper ? byte + 32 : byte)
      digits = byte == UInt8(ascii: "%") ? 2 : max(0, digits - 1)
    }
    return String(decoding: output, as: UTF8.self)
  }
}
