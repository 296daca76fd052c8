package import PatchbayCore
internal import PatchbayJSON
package import PatchbayMessages
package import PatchbayStore

/// Tells a plugin whether an id is used for the first time. Ids of a connection are its own.
package struct ClaimEffect: Effect {
  package let kinds: Set<MessageKind> = [.claim]
  private let connection: String
  private let store: any ClaimStore

  /// For how long an id is kept at most.
  static let longestMS: Int64 = 400 * 86_400_000

  package init(of connection: String, _ store: any ClaimStore) {
    (self.connection, self.store) = (connection, store)
  }

  package func answer(
    _ question: Message, piece: @escaping (Message) async throws(Failure) -> Void
  ) async throws(Failure) -> Message {
    let (head, nowMS) = (question.head, Time.nowMS())
    let untilMS = min(head["expires_ms"]?.integer ?? 0, nowMS + Self.longestMS)
    guard untilMS > nowMS else {
      let failure = Failure(
        .data, "claim.expired",
        "an id of “\(head["scope"]?.string ?? "")” is to be kept until a time that is over",
        mend: "what it belongs to is too old to be taken")
      return Message(.failed, correlation: question.correlation, head: failure.json)
    }
    let isFresh = try await store.claim(
      "connection/\(connection)/\(head["scope"]?.string ?? "")", head["id"]?.string ?? "",
      untilMS: untilMS, nowMS: nowMS)
    return Message(.result, correlation: question.correlation, head: ["fresh": .bool(isFresh)])
  }
}
