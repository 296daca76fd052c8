package import PatchbayCore
package import PatchbayEgress
internal import PatchbayJSON
package import PatchbayMessages
package import PatchbayStore

/// Sends a plugin's requests over a connection's line, and judges and cuts what comes back.
package struct HTTPEffect: Effect {
  /// A request in the egress's terms, and what its answer must look like.
  package struct Question: Sendable {
    package var request: OutgoingRequest
    package let contract: PageContract
  }

  /// A body that is stored, at most.
  static let blobLimit: Int64 = 64 << 30

  package let kinds: Set<MessageKind> = [.httpRequest, .httpCancel]
  private let line: Line
  private let blobs: Blobs?
  private let mappings = Mappings()
  private let captured = CapturedValues()
  /// Asked before each question of the plugin; what it throws ends the session.
  private let admit: @Sendable (inout OutgoingRequest) throws(Failure) -> Void

  package init(
    _ line: Line, _ blobs: Blobs?,
    admit: @escaping @Sendable (inout OutgoingRequest) throws(Failure) -> Void = { _ in }
  ) {
    (self.line, self.blobs, self.admit) = (line, blobs, admit)
  }

  /// Reads what a plugin asks for. Throws where this host does not do it.
  package func question(_ message: Message) throws(Failure) -> Question {
    var (request, contract) = try message.outgoing(mappings, captured)
    try admit(&request)
    return Question(request: request, contract: contract)
  }

  /// The vendor's answer, judged and cut.
  package func page(
    _ question: Question, notice: @escaping @Sendable (WaitNotice) -> Void = { _ in }
  ) async throws(Failure) -> PageContract.Page {
    try await line.send(question.request, notice: notice) {
      (response) async throws(Failure) in
      try await question.contract.judge(response)
    }
  }

  package func answer(
    _ message: Message, piece: @escaping (Message) async throws(Failure) -> Void
  ) async throws(Failure) -> Message {
    do throws(Failure) {
      var question = try question(message)
      if let body = try await body(message) { question.request.body = body }
      if let text = message.head["frame"]?.string, let format = FrameFormat(rawValue: text) {
        return try await framed(message, question, format, piece)
      }
      if message.head["body_to"]?.string == "blob" { return try await stored(message, question) }
      return try taken(try await page(question), message)
    } catch {
      if [.cancelled, .budget].contains(error.kind) { throw error }
      let shown = Redactor(captured.secrets).hiding(line.redacted(error).json)
      return Message(.failed, correlation: message.correlation, head: shown)
    }
  }

  // MARK: What is sent

  /// The body that is not the message's own.
  private func body(_ message: Message) async throws(Failure) -> BodySource? {
    if let from = message.head["body_from"] { return try await stored(from) }
    guard let parts = message.head["parts"]?.array else { return nil }
    var (rest, bodies): (ArraySlice<UInt8>, [BodyPart]) = (message.body[...], [])
    for part in parts {
      let source: BodySource
      if let from = part["body_from"] {
        source = try await stored(from)
      } else {
        let size = Int(clamping: part["size"]?.integer ?? 0)
        guard size <= rest.count else {
          throw Failure(
            .bug, "http.parts", "the parts of a request are longer than its body",
            mend: "report it to the plugin's publisher")
        }
        source = .bytes(Array(rest.prefix(size)))
        rest = rest.dropFirst(size)
      }
      bodies.append(
        BodyPart(
          source, name: part["name"]?.string, fileName: part["file_name"]?.string,
          contentType: part["content_type"]?.string))
    }
    return try .multipart(
      bodies, contentType: message.head["content_type"]?.string ?? "multipart/form-data")
  }

  private func files() throws(Failure) -> Blobs {
    if let blobs { return blobs }
    throw Failure(.unsupported, "http.blob", "stored bodies are not for this operation")
  }

  private func stored(_ from: JSON) async throws(Failure) -> BodySource {
    let reader = try await files().read(from["blob"]?.string ?? "")
    let (first, end) = (from["from"]?.integer ?? 0, from["to"]?.integer ?? reader.blob.size)
    guard first <= end else {
      throw Failure(.bug, "http.body_from", "a range of a blob ends before it begins")
    }
    return try .stored(reader, first..<end)
  }

  // MARK: What comes

  private func framed(
    _ message: Message, _ question: Question, _ format: FrameFormat,
    _ piece: @escaping (Message) async throws(Failure) -> Void
  ) async throws(Failure) -> Message {
    var last: Message?
    let answer = try await line.send(question.request, framed: format) {
      (batch) async throws(Failure) in
      let events = Message(events: batch, message.correlation)
      if batch.isLast { last = events } else { try await piece(events) }
    }
    if case .whole(let response) = answer {
      return try taken(try await question.contract.judge(response), message)
    }
    return last
      ?? Message(.httpEvents, correlation: message.correlation, head: ["events": [], "last": true])
  }

  private func stored(_ message: Message, _ question: Question) async throws(Failure) -> Message {
    let answer = try await line.send(
      question.request,
      into: { () async throws(Failure) in try await files().write(limitBytes: Self.blobLimit) })
    switch answer {
    case .whole(let response):
      return try taken(try await question.contract.judge(response), message)
    case .stored(let head, let blob):
      let page = PageContract.Page(
        status: head.status, headers: head.headers, cuts: [], totals: [], body: [], url: head.url)
      return page.message(message.correlation)
        .adding("blob", ["id": .string(blob.id), "size": .integer(blob.size)])
    }
  }

  /// The answer as the plugin gets it, without what was captured.
  private func taken(_ page: PageContract.Page, _ message: Message) throws(Failure) -> Message {
    guard let wanted = message.head["capture"]?.array else {
      return page.message(message.correlation)
    }
    var page = page
    let names = try captured.take(wanted, &page.headers, &page.body)
    let answer = page.message(message.correlation)
    return names.isEmpty
      ? answer : answer.adding("captured", .array(names.map { .string($0) }))
  }
}

extension Message {
  /// The message with one more member in its head.
  fileprivate func adding(_ name: String, _ value: JSON) -> Message {
    var (message, members) = (self, head.object ?? JSONObject())
    members[name] = value
    message.head = .object(members)
    return message
  }

  fileprivate init(events batch: FrameBatch, _ correlation: UInt64) {
    var head = JSONObject()
    if let first = batch.head {
      head["status"] = .integer(Int64(first.status))
      head["headers"] = .object(JSONObject(texts: first.headers))
    }
    head["events"] = .array(
      batch.frames.map { frame in
        var event = JSONObject()
        event["event"] = frame.event.map { .string($0) }
        event["id"] = frame.id.map { .string($0) }
        event["size"] = .integer(Int64(frame.size))
        return .object(event)
      })
    head["last"] = .bool(batch.isLast)
    self.init(.httpEvents, correlation: correlation, head: .object(head), body: batch.data)
  }
}

extension PageContract.Page {
  /// The answer as the plugin gets it: without the records that were cut from it.
  package func message(_ correlation: UInt64) -> Message {
    Message(.httpResponse, correlation: correlation, head: head, body: body)
  }
}
