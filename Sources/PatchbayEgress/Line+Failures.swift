package import PatchbayCore
internal import PatchbayJSON

extension Line {
  /// Takes the secrets of this line out of what a vendor or a plugin says: a vendor may show in an
  /// answer what it was sent, and a plugin may repeat it.
  package var redactor: Redactor { credential.redactor }

  /// The failure without any secret of this line.
  package func redacted(_ failure: Failure) -> Failure {
    let redactor = redactor
    var copy = failure
    copy.message = redactor.hiding(failure.message)
    copy.mend = redactor.hiding(failure.mend)
    if let params = redactor.hiding(.object(failure.params)).object { copy.params = params }
    return copy
  }

  func brokenTransfer(_ result: Transfer.Result, _ course: Course) -> Failure {
    let url = course.url
    if let address = result.refusedAddress {
      return Failure(
        .permission, "egress.private_address",
        "\(url.host) resolves to \(address), a private address",
        mend: "if that is meant, allow it: --set allow_private=true")
    }
    if var fault = result.fault {
      fault.message = "\(course.shown) failed: \(fault.message)"
      fault.isRetryable = false
      return fault
    }
    if result.isTooLarge {
      return Failure(
        .data, "egress.too_large", "the answer to \(course.shown) is larger than may be read")
    }
    return .brokenTransfer(
      result, course.shown, url, ownAuthorities: terms.authorities != nil)
  }

  /// A status that is not what was asked for, with what the vendor says to it.
  func describe(
    _ response: IncomingResponse, _ course: Course, _ pace: VendorPace
  ) -> Failure {
    let status = response.status
    let kind = pace.isLimit(status) ? .rateLimit : ErrorClass(httpStatus: status)
    // Cut after the secrets are out of it, or the beginning of one could be left at the end.
    var said = String(
      decoding: response.body.bytes(0..<min(64 << 10, response.body.count)), as: UTF8.self)
    if (300..<400).contains(status), let target = response.header("location") {
      said = "it leads to \(course.url.resolved(target) ?? target)"
    }
    said = redactor.hiding(said).beginning(bytes: 200)
    return Failure(
      kind, "http.\(status)",
      "\(course.shown) answered \(status)" + (said.isEmpty ? "" : ": \(said)"),
      mend: mend(status, kind), isRetryable: kind == .transient || kind == .rateLimit,
      retryAfterMS: pace.retryAfterMS)
  }

  private func mend(_ status: Int, _ kind: ErrorClass) -> String {
    switch (status, kind) {
    case (401, _):
      guard let secret = terms.auth.secrets.last else {
        return "it wants credentials, and \(terms.connection) has none"
      }
      return "set the secret again: patchbay secret set \(terms.connection) \(secret) "
        + "--from env:VARIABLE"
    case (407, _): return "check the name and password in \(Proxy.variable)"
    case (_, .rateLimit): return "lower rate_limit, or run it again later"
    case (403, _): return "give the credential the rights (scopes) that this needs"
    case (301...303, _), (307...308, _):
      return "redirects are not followed: if the target is right, set base_url or the path to it"
    default: return ""
    }
  }

  /// Why a request is sent again, in a few words and without secrets.
  func reason(_ outcome: RetryPolicy.Outcome, _ failure: Failure) -> String {
    if case .status(let status) = outcome { return "the vendor answered \(status)" }
    return redactor.hiding(failure.message).beginning(bytes: 160)
  }
}
