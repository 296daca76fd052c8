package import PatchbayCore
internal import PatchbayJSON
package import PatchbayMessages

/// Answers what a plugin asks for, of some kinds. Whatever a plugin may say in a ``Role`` that
/// wants an answer has an effect that names its kind.
package protocol Effect: Sendable {
  var kinds: Set<MessageKind> { get }

  /// The message to give to the plugin: an answer, or `failed`. Throws only what ends the session,
  /// such as a cancellation.
  func answer(_ question: Message) async throws(Failure) -> Message
}

/// Lets time pass.
package struct WaitEffect: Effect {
  package let kinds: Set<MessageKind> = [.wait]

  package init() {}

  package func answer(_ question: Message) async throws(Failure) -> Message {
    do {
      try await Task.sleep(for: .milliseconds(question.head["delay_ms"]?.integer ?? 0))
    } catch {
      throw Failure(.cancelled, "session.cancelled", "cancelled")
    }
    return Message(.waited, correlation: question.correlation)
  }
}
