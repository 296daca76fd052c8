public import PatchbayCore
internal import PatchbayStore
internal import PatchbayJSON
internal import Synchronization

/// The way out of one connection. Every request passes, in this order: allow-list, pace,
/// credentials, libcurl, judgement, and where it failed for a while, the same again.
public final class Line: Sendable {
  private let terms: LineTerms
  private let loop: CurlLoop
  private let allowed: AllowList
  private let gate: Gate
  private let credential: Credential
  private let breakers = Mutex<[String: CircuitBreaker]>([:])
  private let totals = Mutex(Traffic())

  init(_ terms: LineTerms, loop: CurlLoop, vault: Vault, folder: String) throws(Failure) {
    self.terms = terms
    self.loop = loop
    var base: URLParts?
    if let text = terms.baseURL { base = try URLParts(text) }
    var tokens: URLParts?
    if let text = terms.ownTokenURL { tokens = try URLParts(text) }
    allowed = AllowList(
      hosts: terms.hosts, base: base, tokens: tokens, isBaseGiven: terms.isBaseGiven,
      allowsPrivate: terms.allowsPrivate)
    gate = Gate(Limiter(rules: terms.rules, inFlightLimit: terms.inFlightLimit))
    var tokenURL = ""
    if case .oauth2(let oauth) = terms.auth { tokenURL = terms.expanded(oauth.tokenURL) }
    credential = Credential(
      connection: terms.connection, scheme: terms.auth, settings: terms.settings, vault: vault,
      lockFolder: folder, tokenURL: tokenURL)
  }

  public var traffic: Traffic { totals.withLock { $0 } }

  /// Sends until there is an answer that `accept` takes. What `accept` throws is final unless it is
  /// retryable: then the page is asked for again.
  public func send<Accepted: Sendable>(
    _ request: OutgoingRequest,
    accept: @Sendable (IncomingResponse) async throws(Failure) -> Accepted
  ) async throws(Failure) -> Accepted {
    let url = try prepared(request)
    var attempt = 0
    var refusedTokens = 0
    while true {
      attempt += 1
      let trial = try await attemptOnce(request, url)
      let failure: Failure
      var outcome = RetryPolicy.Outcome.broken(sent: true)
      var retryAfterMS: Int64?
      switch trial {
      case .answer(let response, let generation):
        outcome = .status(response.status)
        if (200..<300).contains(response.status) || request.statuses.contains(response.status) {
          do throws(Failure) {
            return try await accept(response)
          } catch {
            if !error.isRetryable || !request.isIdempotent || attempt >= min(4, terms.attempts) {
              throw error
            }
            outcome = .broken(sent: true)
            failure = error
          }
        } else {
          retryAfterMS = VendorPace.retryAfterMS(response.headers)
          failure = await describe(response, url)
          if response.status == 401 && request.auth != "none" && refusedTokens < 2 {
            refusedTokens += 1
            if await credential.refused(generation) { continue }
            try await pause(Int64(200 * refusedTokens))
            count { $0.retries += 1 }
            continue
          }
        }
      case .broken(let error, let sent):
        if !error.isRetryable { throw error }
        outcome = .broken(sent: sent)
        failure = error
      }
      guard
        let delayMS = RetryPolicy(attempts: terms.attempts).delayMS(
          after: outcome, attempt: attempt, isIdempotent: request.isIdempotent,
          retryAfterMS: retryAfterMS, random: .random(in: .min ... .max))
      else { throw attempt > 1 ? failure.afterAttempts(attempt) : failure }
      count { $0.retries += 1 }
      try await pause(delayMS)
    }
  }

  // MARK: One attempt

  private enum Trial {
    case answer(IncomingResponse, generation: Int)
    case broken(Failure, sent: Bool)
  }

  private func prepared(_ request: OutgoingRequest) throws(Failure) -> URLParts {
    let type = request.contentType.map { [(name: "Content-Type", value: $0)] } ?? []
    for header in request.headers + type where !Self.isSendable(header) {
      throw Failure(
        .bug, "egress.header", "the header “\(header.name.prefix(60))” holds control characters")
    }
    let url = try URLParts(terms.expanded(request.url))
    try allowed.check(url)
    return url
  }

  /// No line break or other control character can smuggle in a second header.
  private static func isSendable(_ header: (name: String, value: String)) -> Bool {
    let name = header.name.utf8
    return !name.isEmpty && name.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: ":") }
      && header.value.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F || $0 == 0x09 }
  }

  private func attemptOnce(_ request: OutgoingRequest, _ url: URLParts) async throws(Failure)
    -> Trial
  {
    if Task.isCancelled { throw Failure(.cancelled, "egress.cancelled", "cancelled") }
    // Credentials come before the place in line: fetching a token takes a place of its own.
    var authorisation = Authorisation()
    if request.auth != "none" {
      authorisation = try await credential.authorise { (inner) async throws(Failure) in
        try await self.send(inner) { $0 }
      }
      guard authorisation.headers.allSatisfy(Self.isSendable) else {
        throw Failure(
          .config, "auth.control_characters",
          "the credential of \(terms.connection) holds a line break or another control character",
          mend: "set the secret again: patchbay secret set \(terms.connection) NAME --from …")
      }
    }
    try await passBreaker(url)
    let waitedMS: Int64
    do {
      waitedMS = try await gate.enter(url.path)
    } catch {
      withBreaker(url) { $0.abandon() }
      throw error
    }
    let result = await transfer(request, url, authorisation)
    count {
      $0.requests += 1
      $0.pacedMS += waitedMS
      $0.bytesIn += result.bytesIn
      $0.bytesOut += result.bytesOut
      if result.status == 429 { $0.refusals += 1 }
    }
    await gate.leave(judge(result))
    if Task.isCancelled {
      withBreaker(url) { $0.abandon() }
      throw Failure(.cancelled, "egress.cancelled", "cancelled")
    }
    guard result.code == 0 else {
      withBreaker(url) { $0.fail(now: Time.monotonicMS()) }
      return .broken(brokenTransfer(result, url), sent: result.wasSent)
    }
    withBreaker(url) {
      if result.status >= 500 { $0.fail(now: Time.monotonicMS()) } else { $0.succeed() }
    }
    return .answer(
      IncomingResponse(status: result.status, headers: result.headers, body: result.body),
      generation: authorisation.generation)
  }

  private func transfer(
    _ request: OutgoingRequest, _ url: URLParts, _ authorisation: Authorisation
  ) async -> Transfer.Result {
    var target = url.text
    if let secret = authorisation.pathSecret {
      target = target.replacing("%7Bauth%7D", with: percentEncoded(secret))
        .replacing("{auth}", with: percentEncoded(secret))
    }
    let query = (request.query + authorisation.query)
      .map { "\(percentEncoded($0.name))=\(percentEncoded($0.value))" }.joined(separator: "&")
    if !query.isEmpty { target += (target.contains("?") ? "&" : "?") + query }
    var headers = request.headers + authorisation.headers
    headers.append(("User-Agent", terms.userAgent))
    if let type = request.contentType { headers.append(("Content-Type", type)) }
    return await loop.run { completion in
      Transfer(
        method: request.method, url: target, headers: headers, body: request.body,
        limits: .init(
          timeoutMS: min(request.timeoutMS, self.terms.timeoutMS), stallMS: self.terms.stallMS),
        allowsPrivate: self.allowed.allowsPrivateAddress(for: url),
        isIdempotent: request.isIdempotent, completion: completion)
    }
  }

  private func judge(_ result: Transfer.Result) -> Limiter.Answer {
    Limiter.Answer(
      status: result.code == 0 ? result.status : nil, headers: result.headers, terms.rateHeaders)
  }

  // MARK: Waiting

  private func pause(_ milliseconds: Int64) async throws(Failure) {
    do {
      if milliseconds > 0 { try await Task.sleep(for: .milliseconds(milliseconds)) }
      try Task.checkCancellation()
    } catch {
      throw Failure(.cancelled, "egress.cancelled", "cancelled")
    }
  }

  private func passBreaker(_ url: URLParts) async throws(Failure) {
    while let untilMS = withBreaker(url, { $0.admit(now: Time.monotonicMS()) }) {
      try await pause(max(1, untilMS - Time.monotonicMS()))
    }
  }

  private func withBreaker<R>(_ url: URLParts, _ body: (inout CircuitBreaker) -> R) -> R {
    breakers.withLock { body(&$0[url.origin, default: CircuitBreaker()]) }
  }

  private func count(_ change: (inout Traffic) -> Void) { totals.withLock { change(&$0) } }
}

// MARK: What failures say

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
}

extension Line {
  private func brokenTransfer(_ result: Transfer.Result, _ url: URLParts) -> Failure {
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

  private func describe(_ response: IncomingResponse, _ url: URLParts) async -> Failure {
    let kind = ErrorClass(httpStatus: response.status)
    // Cut after the secrets are out of it, or the beginning of one could be left at the end.
    var excerpt = String(
      decoding: response.body.bytes(0..<min(64 << 10, response.body.count)), as: UTF8.self)
    excerpt = String(await credential.hiding(excerpt).prefix(300))
    let mend =
      switch response.status {
      case 401: "check the secret: patchbay connection check \(terms.connection)"
      case 403: "give the credential the rights (scopes) that this needs"
      case 300..<400: "redirects are not followed; set base_url to where it leads"
      case 429: "lower rate_limit, or run again later"
      default: ""
      }
    return Failure(
      kind, "http.\(response.status)",
      "\(url.origin)\(url.path) answered \(response.status): \(excerpt)", mend: mend,
      isRetryable: kind == .transient || kind == .rateLimit)
  }
}
