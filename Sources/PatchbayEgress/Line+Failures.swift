public import PatchbayCore
internal import PatchbayJSON

extension Line {
  /// A text without any secret of this line's credential.
  public func hiding(_ text: String) async -> String { await credential.hiding(text) }

  /// The failure without any secret of this line's credential: a vendor may show in an answer what
  /// it was sent, and a plugin may repeat it.
  public func redacted(_ failure: Failure) async -> Failure {
    var copy = failure
    copy.message = await credential.hiding(failure.message)
    copy.mend = await credential.hiding(failure.mend)
    for member in failure.params.members {
      guard let text = member.value.string else { continue }
      copy.params[member.name] = .string(await credential.hiding(text))
    }
    return copy
  }

  func brokenTransfer(_ result: Transfer.Result, _ url: URLParts) -> Failure {
    if let address = result.refusedAddress {
      return Failure(
        .permission, "egress.private_address",
        "\(url.host) resolves to \(address), a private address",
        mend: "if that is meant, allow it: --set allow_private=true")
    }
    if result.isTooLarge {
      return Failure(
        .data, "egress.too_large", "the answer of \(url.origin) is larger than may be read")
    }
    return .brokenTransfer(result, url.origin)
  }

  func describe(
    _ response: IncomingResponse, _ course: Course, _ pace: VendorPace
  ) async -> Failure {
    let status = response.status
    let kind = pace.isLimit(status) ? .rateLimit : ErrorClass(httpStatus: status)
    // Cut after the secrets are out of it, or the beginning of one could be left at the end.
    var excerpt = String(
      decoding: response.body.bytes(0..<min(64 << 10, response.body.count)), as: UTF8.self)
    excerpt = String(await credential.hiding(excerpt).prefix(300))
    let mend =
      switch status {
      case 401: "check the secret: patchbay connection check \(terms.connection)"
      case 403 where kind == .permission: "give the credential the rights (scopes) that this needs"
      case 300..<400: "redirects are not followed; set base_url to where it leads"
      case 403, 429: "lower rate_limit, or run again later"
      default: ""
      }
    return Failure(
      kind, "http.\(status)",
      "\(course.url.origin)\(course.url.path) answered \(status): \(excerpt)", mend: mend,
      isRetryable: kind == .transient || kind == .rateLimit,
      retryAfterMS: pace.retryAfterMS)
  }

  /// Why a request is sent again, in a few words and without secrets.
  func reason(_ outcome: RetryPolicy.Outcome, _ failure: Failure) async -> String {
    if case .status(let status) = outcome { return "the vendor answered \(status)" }
    return String(await credential.hiding(failure.message).prefix(160))
  }
}
