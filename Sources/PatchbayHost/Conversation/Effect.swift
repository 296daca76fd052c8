package import PatchbayCore
internal import PatchbayJSON
package import PatchbayMessages

/// Answers what a plugin asks for, of some kinds. Whatever a plugin may say in a ``Role`` that
/// wants an answer has an effect that names its kind.
package protocol Effect: Sendable {
  var kinds: Set<MessageKind> { get }

  /// The message to give to the plugin: an answer, or `failed`. Throws only what ends the session,
  /// such as a cancellation.
  ///
  /// - Parameter piece: gives the plugin a part of an answer that comes in several, before the last
  ///   one, which is returned. What it throws ends the answer.
  func answer(
    _ question: Message, piece: @escaping (Message) async throws(Failure) -> Void
  ) async throws(Failure) -> Message
}

/// Lets time pass.
package struct WaitEffect: Effect {
  package let kinds: Set<MessageKind> = [.wait]

  package init() {}

  package func answer(
    _ question: Message, piece: @escaping (Message) async throws(Failure) -> Void
  ) async throws(Failure) -> Message {
    do {
      try await Task.sleep(for: .milliseconds(question.head["delay_ms"]?.integer ?? 0))
    } catch {
      throw Failure(.cancelled, "session.cancelled", "cancelled")
    }
    return Message(.waited, correlation: question.correlation)
  }
}
