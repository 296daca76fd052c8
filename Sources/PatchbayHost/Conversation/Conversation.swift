package import PatchbayCore
package import PatchbayJSON
package import PatchbayMessages

/// A session that is followed to its end, of a role in which nothing is stored. It steps the plugin
/// on a thread of its own, since a plugin may block, and answers one question after the other.
package actor Conversation {
  /// What a plugin said that nothing answers, in order, and its last word.
  package struct Outcome: Sendable {
    package var told: [Message] = []
    /// `done` or `error`.
    package var end = Message(.done)

    /// The head of `done`; throws what `error` says.
    package func done() throws(Failure) -> JSON {
      if end.kind == .error { throw Failure(head: end.head) }
      return end.head
    }
  }

  /// Things that a plugin says, and that it asks for, in one session.
  private static let wordLimit = 10_000

  private let executor = SerialQueue("patchbay.conversation")
  package nonisolated var unownedExecutor: UnownedSerialExecutor {
    // Unsafe: the executor lives as long as the actor.
    unsafe executor.asUnownedSerialExecutor()
  }

  private let plugin: LoadedPlugin
  private let limits: PluginSession.Limits
  private let effects: [any Effect]
  private var state: ConversationState

  private init(
    _ role: Role, _ plugin: LoadedPlugin, _ limits: PluginSession.Limits, _ effects: [any Effect]
  ) {
    (self.plugin, self.limits, self.effects) = (plugin, limits, effects)
    state = ConversationState(role)
  }

  /// Opens a session with a message, gives it the inputs, and returns what came of it. Throws what
  /// the plugin did against the contract, and what ended it from outside. The effects answer all
  /// questions of the role. What nothing answers is told as it comes; where it is told to nobody,
  /// it is in what is returned.
  package static func run(
    _ role: Role, _ opening: Message, with plugin: LoadedPlugin, _ limits: PluginSession.Limits,
    _ effects: [any Effect], inputs: [Message] = [],
    tell: (@Sendable (Message) async throws(Failure) -> Void)? = nil
  ) async throws(Failure) -> Outcome {
    let conversation = Conversation(role, plugin, limits, effects)
    return try await StepLease.hold(plugin) { (lease) async throws(Failure) in
      try await conversation.run([opening] + inputs, lease, tell)
    }
  }

  private func run(
    _ given: [Message], _ lease: StepLease,
    _ tell: (@Sendable (Message) async throws(Failure) -> Void)?
  ) async throws(Failure) -> Outcome {
    let session = try PluginSession(plugin, limits: limits, lease: lease)
    var (outcome, questions, words) = (Outcome(), [Message](), 0)
    var given = given[...]
    while true {
      let message: Message
      if let first = given.popFirst() {
        message = first
        state.gives(Int(clamping: first.head["count"]?.integer ?? 0))
      } else {
        try state.checkRest()
        message = try await answer(questions.removeFirst())
      }
      for said in try session.step(message, .now()) {
        words += 1
        guard words <= Self.wordLimit else {
          throw Failure(
            .bug, "plugin.talks", "the plugin says more than \(Self.wordLimit) things",
            mend: "report it to the plugin's publisher")
        }
        switch try state.said(said) {
        case .ask(let question): questions.append(question)
        case .withdraw(let correlation): questions.removeAll { $0.correlation == correlation }
        case .tell(let word):
          if let tell { try await tell(word) } else { outcome.told.append(word) }
        case .end(let end):
          outcome.end = end
          return outcome
        case .stage, .store, nil: break
        }
      }
    }
  }

  private func answer(_ question: Message) async throws(Failure) -> Message {
    guard let effect = effects.first(where: { $0.kinds.contains(question.kind) }) else {
      throw Failure(.bug, "host.effect", "the host has nothing that answers \(question.kind.name)")
    }
    let answer = try await effect.answer(question)
    _ = state.answers(
      question.correlation, by: answer.kind, isVerified: answer.head["verified"]?.bool == true)
    return answer
  }
}
