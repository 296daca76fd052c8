internal import CCurl
internal import PatchbayCore

extension Failure {
  /// What libcurl says of a transfer that came to no answer.
  static func brokenTransfer(_ result: Transfer.Result, _ place: String) -> Failure {
    let isAborted = result.code == CURLE_ABORTED_BY_CALLBACK.rawValue
    // Unsafe: libcurl's texts are constants.
    let text = unsafe String(cString: curl_easy_strerror(CURLcode(UInt32(result.code))))
    return Failure(
      isAborted ? .cancelled : .transient, "egress.transfer",
      "the request to \(place) failed: \(result.unreachableReason ?? text)",
      mend: "check that the host can be reached from here", isRetryable: !isAborted)
  }

  /// A host that was away for as long as there was patience.
  static func unreachable(
    _ place: String, _ why: String, attempts: Int, awayMS: Int64
  ) -> Failure {
    let times = attempts == 1 ? "1 attempt" : "\(attempts) attempts"
    return Failure(
      .transient, "egress.unreachable",
      "\(place) cannot be reached: \(why) (\(times) in \(WaitNotice.duration(awayMS))); "
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
