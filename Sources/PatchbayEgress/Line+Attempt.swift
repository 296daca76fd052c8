internal import PatchbayCore
internal import PatchbayMessages

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
    try checkHeaders(of: request)
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

  /// Wherever the request comes from, a plugin's message or the settings that it read.
  private func checkHeaders(of request: OutgoingRequest) throws(Failure) {
    let found = RequestHeader.objection(
      to: request.headers, contentType: request.sentType, credential: terms.auth.headerNames)
    guard let found else { return }
    throw Failure(
      .bug, "egress.header",
      "a request of \(terms.connection) was not sent: the header "
        + "“\(found.name.beginning(bytes: 60))” \(found.objection.text)",
      mend: "leave it out of the plugin's request, and of the connection's settings")
  }

  /// Headers of a credential may be what others may not, but no part of how requests are framed.
  private func checkHeaders(of authorisation: Authorisation) throws(Failure) {
    for header in authorisation.headers {
      switch RequestHeader.objection(to: header.name, header.value) {
      case nil, .credential, .twice: continue
      case .transport:
        throw Failure(
          .config, "auth.header",
          "the credential of \(terms.connection) cannot be sent: the header "
            + "“\(header.name.beginning(bytes: 60))” \(RequestHeader.Objection.transport.text)",
          mend: "name the header that the vendor's documentation names")
      case .malformed:
        throw Failure(
          .config, "auth.control_characters",
          "the credential of \(terms.connection) holds a line break or another control character, "
            + "or stands under a name that no header has",
          mend: "set the secret again: patchbay secret set \(terms.connection) NAME --from …")
      }
    }
  }

  func attempt(_ course: Course, _ reception: Reception?) async throws(Failure) -> Trial {
    if Task.isCancelled { throw Failure(.cancelled, "egress.cancelled", "cancelled") }
    let authorisation = try await authorise(course)
    let leave = try await course.request.admit?() ?? nil
    do throws(Failure) {
      let trial = try await admitted(course, authorisation, reception)
      await leave?()
      return trial
    } catch {
      await leave?()
      throw error
    }
  }

  private func admitted(
    _ course: Course, _ authorisation: Authorisation, _ reception: Reception?
  ) async throws(Failure) -> Trial {
    let ticket = try await gate.enter(course.visit)
    let queue = reception.map { FrameQueue($0.format) }
    let transfer = transfer(course, authorisation, connectMS: ticket.connectMS, queue)
    var refusal: Failure?
    let result: Transfer.Result
    if let reception, let queue {
      (result, refusal) = await flow(transfer, queue, reception)
    } else {
      result = await loop.run(transfer)
    }
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
    if let refusal { throw refusal }
    guard result.code == 0 else {
      if let queue, let reception, !reception.isRepeatable, queue.frames > 0 {
        throw .brokenStream(brokenTransfer(result, course), frames: queue.frames)
      }
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
    try checkHeaders(of: authorisation)
    return authorisation
  }

  /// What makes the transfer of one attempt. `queue`: where an answer of 2xx goes.
  private func transfer(
    _ course: Course, _ authorisation: Authorisation, connectMS: Int64, _ queue: FrameQueue?
  ) -> @Sendable (@escaping @Sendable (Transfer.Result) -> Void) -> Transfer {
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
    // A vendor may ask for a name of the plugin's own.
    if !headers.contains(where: { $0.name.lowercased() == "user-agent" }) {
      headers.append(("User-Agent", terms.userAgent))
    }
    if let type = request.sentType { headers.append(("Content-Type", type)) }
    // How long a file takes on its way, or a stream, is not what the line's limit is about.
    let isHeld = queue == nil && request.body.isInMemory
    let timeoutMS = isHeld ? terms.timeoutMS : request.timeoutMS
    var limits = Transfer.Limits(
      timeoutMS: min(request.timeoutMS, timeoutMS), stallMS: terms.stallMS)
    limits.connectMS = min(limits.connectMS, connectMS)
    let proxy = proxy.flatMap { $0.serves(url) ? $0 : nil }
    let flow = queue.map {
      Transfer.Flow(
        queue: $0, statuses: request.statuses, silenceMS: terms.timeoutMS,
        url: request.relativeTo == nil ? nil : url.text)
    }
    return { [limits, target, headers] completion in
      Transfer(
        method: request.method, url: target, headers: headers, body: request.body,
        limits: limits,
        // Whoever named the proxy may put it anywhere.
        allowsPrivate: proxy != nil || self.allowed.allowsPrivateAddress(for: url),
        isIdempotent: request.isIdempotent, proxy: proxy, authorities: self.terms.authorities,
        flow: flow, completion: completion)
    }
  }
}
