internal import CCurl
internal import PatchbayCore

extension Failure {
  /// What libcurl says of a transfer that came to no answer.
  static func brokenTransfer(_ result: Transfer.Result, _ place: String) -> Failure {
    // Unsafe: libcurl's texts are constants.
    let text = unsafe String(cString: curl_easy_strerror(CURLcode(UInt32(result.code))))
    let kind: ErrorClass = result.code == 42 ? .cancelled : .transient
    return Failure(
      kind, "egress.transfer", "the request to \(place) failed: \(text)",
      mend: "check that the host can be reached from here", isRetryable: kind == .transient)
  }

  func afterAttempts(_ attempts: Int) -> Failure {
    var copy = self
    copy.message += " (after \(attempts) attempts)"
    return copy
  }
}
