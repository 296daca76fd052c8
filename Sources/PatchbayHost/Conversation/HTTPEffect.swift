package import PatchbayCore
package import PatchbayEgress
internal import PatchbayJSON
package import PatchbayMessages

/// Sends a plugin's requests over a connection's line, and judges and cuts what comes back.
package struct HTTPEffect: Effect {
  /// A request in the egress's terms, and what its answer must look like.
  package struct Question: Sendable {
    package var request: OutgoingRequest
    package let contract: PageContract
  }

  package let kinds: Set<MessageKind> = [.httpRequest, .httpCancel]
  private let line: Line
  private let mappings = Mappings()
  /// Asked before each question of the plugin; what it throws ends the session.
  private let admit: @Sendable (inout OutgoingRequest) throws(Failure) -> Void

  package init(
    _ line: Line,
    admit: @escaping @Sendable (inout OutgoingRequest) throws(Failure) -> Void = { _ in }
  ) {
    (self.line, self.admit) = (line, admit)
  }

  /// Reads what a plugin asks for. Throws where this host does not do it.
  package func question(_ message: Message) throws(Failure) -> Question {
    var (request, contract) = try message.outgoing(mappings)
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

  package func answer(_ message: Message) async throws(Failure) -> Message {
    let question = try question(message)
    do throws(Failure) {
      return try await page(question).message(message.correlation)
    } catch {
      if error.kind == .cancelled { throw error }
      return Message(.failed, correlation: message.correlation, head: line.redacted(error).json)
    }
  }
}

extension PageContract.Page {
  /// The answer as the plugin gets it: without the records that were cut from it.
  package func message(_ correlation: UInt64) -> Message {
    Message(.httpResponse, correlation: correlation, head: head, body: body)
  }
}
