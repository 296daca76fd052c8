internal import PatchbayCore

/// What became of one attempt.
enum Trial: Sendable {
  case answer(IncomingResponse, VendorPace, generation: Int)
  /// It was not answered whole.
  case broken(Failure, wasSent: Bool)
  /// The host was not there.
  case unreachable(why: String, Failure, wasSent: Bool)
}

extension Line {
  func prepared(_ request: OutgoingRequest) throws(Failure) -> URLParts {
    let type = request.contentType.map { [(name: "Content-Type", value: $0)] } ?? []
    for header in request.headers + type where !Self.isSendable(header) {
      throw Failure(
        .bug, "egress.header", "the header “\(header.name.prefix(60))” holds control characters")
    }
    let target = terms.expanded(request.url)
    let url: URLParts
    if let base = request.relativeTo {
      url = try URLParts(target, on: try URLParts(terms.expanded(base)).text)
    } else {
      url = try URLParts(target)
    }
    try allowed.check(url)
    return url
  }

  /// No line break or other control character can smuggle in a second header.
  private static func isSendable(_ header: (name: String, value: String)) -> Bool {
    let name = header.name.utf8
    return !name.isEmpty && name.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: ":") }
      && header.value.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F || $0 == 0x09 }
  }

  func attempt(_ course: Course) async throws(Failure) -> Trial {
    if Task.isCancelled { throw Failure(.cancelled, "egress.cancelled", "cancelled") }
    let authorisation = try await authorise(course)
    try await course.request.admit?()
    let ticket = try await gate.enter(course.visit)
    let result = await transfer(course, authorisation, connectMS: ticket.connectMS)
    let pace = VendorPace(result.headers, terms.rateHeaders, now: Time.nowMS())
    // Nothing is known of an answer that broke off.
    let answer = result.code == 0 ? Limiter.Answer(status: result.status, pace) : .init()
    count {
      $0.requests += 1
      $0.pacedMS += ticket.waitedMS
      $0.bytesIn += result.bytesIn
      $0.bytesOut += result.bytesOut
      if answer.isRefusal { $0.refusals += 1 }
    }
    await gate.leave(ticket, answer, Task.isCancelled ? .unknown : result.reach)
    if Task.isCancelled { throw Failure(.cancelled, "egress.cancelled", "cancelled") }
    guard result.code == 0 else {
      let failure = brokenTransfer(result, course)
      if let why = result.unreachableReason {
        return .unreachable(why: why, failure, wasSent: result.wasSent)
      }
      return .broken(failure, wasSent: result.wasSent)
    }
    return .answer(
      IncomingResponse(
        status: result.status, headers: result.headers, body: result.body,
        url: course.request.relativeTo == nil ? nil : course.url.text), pace,
      generation: authorisation.generation)
  }

  /// Credentials come before the place in line: fetching a token takes a place of its own.
  private func authorise(_ course: Course) async throws(Failure) -> Authorisation {
    if course.request.auth == "none" { return Authorisation() }
    let authorisation = try await credential.authorise(course.teller) {
      (inner, notice) async throws(Failure) in
      var inner = inner
      inner.outageMS = course.request.outageMS
      inner.admit = course.request.admit
      return try await self.send(inner, notice: notice) { $0 }
    }
    guard authorisation.headers.allSatisfy(Self.isSendable) else {
      throw Failure(
        .config, "auth.control_characters",
        "the credential of \(terms.connection) holds a line break or another control character",
        mend: "set the secret again: patchbay secret set \(terms.connection) NAME --from …")
    }
    return authorisation
  }

  private func transfer(
    _ course: Course, _ authorisation: Authorisation, connectMS: Int64
  ) async -> Transfer.Result {
    let (request, url) = (course.request, course.url)
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
    var limits = Transfer.Limits(
      timeoutMS: min(request.timeoutMS, terms.timeoutMS), stallMS: terms.stallMS)
    limits.connectMS = min(limits.connectMS, connectMS)
    let proxy = proxy.flatMap { $0.serves(url) ? $0 : nil }
    return await loop.run { [limits] completion in
      Transfer(
        method: request.method, url: target, headers: headers, body: request.body,
        limits: limits,
        // Whoever named the proxy may put it anywhere.
        allowsPrivate: proxy != nil || self.allowed.allowsPrivateAddress(for: url),
        isIdempotent: request.isIdempotent, proxy: proxy, authorities: self.terms.authorities,
        completion: completion)
    }
  }
}
