internal import CCurl
internal import PatchbayCore
internal import PatchbayJSON

extension Failure {
  /// What libcurl says of a transfer that came to no answer. `request` is method and URL.
  static func brokenTransfer(
    _ result: Transfer.Result, _ request: String, _ url: URLParts, ownAuthorities: Bool = false
  ) -> Failure {
    if let failure = certificate(result, url, ownAuthorities) { return failure }
    if result.isProxyFault, result.proxyStatus < 500, let proxy = result.proxy {
      return Failure(
        .config, "egress.proxy",
        "the proxy \(proxy) answered \(result.proxyStatus) and does not lead to \(url.place)",
        mend: "check the name and password in \(Proxy.variable), and what the proxy allows")
    }
    let isAborted = result.curlCode == CURLE_ABORTED_BY_CALLBACK
    let isLate = result.curlCode == CURLE_OPERATION_TIMEDOUT && result.wasSent
    // Unsafe: libcurl's texts are constants.
    let text = unsafe String(cString: curl_easy_strerror(result.curlCode))
    let why = isLate ? "the answer did not come in time" : result.unreachableReason ?? text
    return Failure(
      isAborted ? .cancelled : .transient, "egress.transfer", "\(request) failed: \(why)",
      mend: isLate
        ? "run it again, or raise request_timeout or stall_timeout"
        : "check that the host can be reached from here", isRetryable: !isAborted)
  }

  /// A certificate that is not good. Asking again would not make it better.
  private static func certificate(
    _ result: Transfer.Result, _ url: URLParts, _ ownAuthorities: Bool
  ) -> Failure? {
    let known = ownAuthorities ? "that is in the setting “ca”" : "that this system knows"
    let way =
      "if it is an authority of your own, give its certificate: --set ca=\"$(cat FILE.pem)\""
    let (why, mend): (String, String)
    switch (result.curlCode, result.certificateError) {
    case (CURLE_SSL_CACERT_BADFILE, _):
      (why, mend) = ("cannot be checked: the certificates in the setting “ca” cannot be read", way)
    case (CURLE_PEER_FAILED_VERIFICATION, 0...1):
      // libcurl compares the name itself, before it writes down that OpenSSL found nothing wrong.
      why = "is for another name than “\(url.host)”"
      mend = "write the name that the certificate is for into base_url"
    case (CURLE_PEER_FAILED_VERIFICATION, 9):
      (why, mend) = ("is not valid yet", "check the clock of this machine")
    case (CURLE_PEER_FAILED_VERIFICATION, 10):
      (why, mend) = ("has expired", "the vendor must renew it; check the clock of this machine too")
    case (CURLE_PEER_FAILED_VERIFICATION, 18):
      (why, mend) = ("is signed by itself, and not by an authority (CA) \(known)", way)
    case (CURLE_PEER_FAILED_VERIFICATION, _):
      (why, mend) = ("is not signed by an authority (CA) \(known)", way)
    default: return nil
    }
    return Failure(
      .config, "egress.certificate", "the certificate of \(url.place) \(why); nothing was sent",
      mend: mend)
  }

  /// An answer that broke off after some of it was handed on: asking again would repeat that.
  static func brokenStream(_ failure: Failure, frames: Int) -> Failure {
    var copy = failure
    if failure.code == "egress.transfer" { copy.code = "egress.stream" }
    copy.message += "; the answer broke off after \(frames == 1 ? "1 frame" : "\(frames) frames")"
    copy.params["frames"] = .integer(Int64(frames))
    copy.isRetryable = false
    return copy
  }

  /// A host that was away for as long as there was patience.
  static func unreachable(
    _ place: String, _ why: String, attempts: Int, awayMS: Int64
  ) -> Failure {
    let times = attempts == 1 ? "1 attempt" : "\(attempts) attempts"
    let away = WaitNotice.duration(max(1000, awayMS - 500))
    return Failure(
      .transient, "egress.unreachable",
      "\(place) cannot be reached: \(why) (\(times) in \(away)); "
        + "what was stored stays",
      mend: "check base_url, and that the host can be reached from here; outage_seconds says how "
        + "long it is tried",
      isRetryable: true)
  }

  /// The vendor asks for a pause of so long that somebody should hear of it.
  static func longPause(
    ms: Int64, _ kind: ErrorClass = .rateLimit, said: String = "the vendor asks to send nothing"
  ) -> Failure {
    Failure(
      kind, "egress.pause",
      "\(said) for \((ms + 30_000) / 60_000) min, until \(untilText(ms))",
      mend: "run it again then; what was stored stays",
      retryAfterMS: min(ms, VendorPace.longestMS))
  }

  private static func untilText(_ ms: Int64) -> String {
    "\(Time.format(Time.nowMS() + ms).prefix(19))Z"
  }

  func afterAttempts(_ attempts: Int) -> Failure {
    var copy = self
    if attempts > 1 { copy.message += " (after \(attempts) attempts)" }
    return copy
  }
}
