internal import CCurl
internal import PatchbayCore

/// A URL in libcurl's hands, so that what is looked at is what is sent.
// Unsafe: owns libcurl's handle, freed in deinit; its texts are copied and freed at once.
@safe struct CurlURL: ~Copyable {
  private let handle: OpaquePointer

  /// An empty one.
  init() throws(Failure) {
    guard let handle = unsafe curl_url() else {
      throw Failure(.bug, "egress.memory", "libcurl has no memory for a URL")
    }
    unsafe self.handle = handle
  }

  deinit { unsafe curl_url_cleanup(handle) }

  /// Sets a part, or removes it with `nil`. A whole URL is resolved against the one that is here.
  /// Returns whether libcurl takes it.
  mutating func set(
    _ text: String?, _ part: CURLUPart = CURLUPART_URL, _ flags: Int = 0
  ) -> Bool {
    // A C string would end at a NUL, and the rest go unseen.
    if let text, text.utf8.contains(0) { return false }
    return unsafe curl_url_set(handle, part, text, UInt32(flags)) == CURLUE_OK
  }

  /// A part, or `nil` where the URL has none.
  func part(_ part: CURLUPart, _ flags: Int = 0) -> String? {
    var text: UnsafeMutablePointer<CChar>?
    guard unsafe curl_url_get(handle, part, &text, UInt32(flags)) == CURLUE_OK,
      let text = unsafe text
    else { return nil }
    defer { unsafe curl_free(text) }
    return unsafe String(cString: text)
  }
}
