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

  private let effects: [any Effect]
  private let tell: (@Sendable (Message) async throws(Failure) -> Void)?
  private var state: ConversationState
  private var outcome = Outcome()
  /// What waits for an answer, in the order in which it was asked.
  private var questions: [Message] = []
  private var words = 0
  private var session: PluginSession?

  private init(
    _ role: Role, _ effects: [any Effect],
    _ tell: (@Sendable (Message) async throws(Failure) -> Void)?
  ) {
    (self.effects, self.tell) = (effects, tell)
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
    let conversation = Conversation(role, effects, tell)
    return try await StepLease.hold(plugin) { (lease) async throws(Failure) in
      try await conversation.run([opening] + inputs, plugin, limits, lease)
    }
  }

  private func run(
    _ given: [Message], _ plugin: LoadedPlugin, _ limits: PluginSession.Limits,
    _ lease: StepLease
  ) async throws(Failure) -> Outcome {
    session = try PluginSession(plugin, limits: limits, lease: lease)
    defer { session = nil }
    for message in given where !state.isOver {
      state.gives(Int(clamping: message.head["count"]?.integer ?? 0))
      try await give(message)
    }
    while !state.isOver {
      try state.checkRest()
      try await answer(questions.removeFirst())
    }
    return outcome
  }

  /// Gives the plugin a message, and does what it says to it.
  private func give(_ message: Message) async throws(Failure) {
    for said in try session?.step(message, .now()) ?? [] {
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
      case .end(let end): outcome.end = end
      case .stage, .store, nil: break
      }
    }
  }

  private func answer(_ question: Message) async throws(Failure) {
    guard let effect = effects.first(where: { $0.kinds.contains(question.kind) }) else {
      throw Failure(.bug, "host.effect", "the host has nothing that answers \(question.kind.name)")
    }
    let (correlation, unwanted) = (question.correlation, Self.unwanted)
    do throws(Failure) {
      let answer = try await effect.answer(question) { [self] (piece) async throws(Failure) in
        guard state.answers(correlation, by: piece.kind, isLast: false) else { throw unwanted }
        try await give(piece)
        // It may have ended, or have withdrawn its question.
        if state.isOver || !state.isWanted(correlation) { throw unwanted }
      }
      let isVerified = answer.head["verified"]?.bool == true
      if state.answers(correlation, by: answer.kind, isVerified: isVerified) {
        try await give(answer)
      }
    } catch {
      if error != unwanted { throw error }
    }
  }

  /// The plugin wants no more of an answer that comes in pieces.
  private static let unwanted = Failure(.cancelled, "conversation.unwanted", "not wanted any more")
}
