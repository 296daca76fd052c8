package import PatchbayMessages

/// One operation: what a plugin may say in it, and what for.
package struct Role: Sendable {
  /// As `open` names it.
  package let operation: String
  /// What a plugin may say.
  package private(set) var kinds: Set<MessageKind>
  /// How errors name what is going on.
  let purpose: String

  private init(_ operation: String, _ purpose: String, _ kinds: Set<MessageKind>) {
    self.operation = operation
    self.purpose = purpose
    self.kinds = kinds.union([.note, .progress, .error, .done])
  }

  /// Kinds that want an answer, and what takes such a question back.
  private static let questions: Set<MessageKind> = [
    .httpRequest, .httpCancel, .wait, .crypto, .claim,
  ]

  /// Pages and records, stored with the checkpoints that cover them.
  package static let read = Role(
    "read", "reading records", questions.union([.records, .checkpoint, .catalog]))
  /// Records that go to the vendor, with an outcome for each.
  package static let write = Role(
    "write", "writing records", questions.union([.outcome, .checkpoint]))
  /// Whether the vendor takes the credentials.
  package static let check = Role("check", "checking credentials", questions)
  /// The streams of a connection.
  package static let discover = Role("discover", "finding streams", questions.union([.catalog]))
  /// A state of an older form.
  package static let migrate = Role("migrate", "reading an older state", [])
  /// A delivery of a vendor.
  package static let webhook = Role(
    "webhook", "taking a delivery", questions.union([.reply, .event]))
  /// A model's answer, its vectors, or the models that there are.
  package static let models = ["chat", "embed", "models"].map {
    Role($0, "asking a model", questions.union([.delta]))
  }
  /// The steps of a sign-in.
  package static let signIn = ["begin", "finish", "metadata", "logout"].map {
    Role($0, "signing in", questions.union([.reply, .principal]))
  }

  package static let all = [read, write, check, discover, migrate, webhook] + models + signIn

  /// The role as a host serves it that answers just these questions.
  package func answering(_ kinds: Set<MessageKind>) -> Role {
    var role = self
    role.kinds.subtract(Self.questions.subtracting(kinds))
    return role
  }

  /// The role without what this host does nothing with.
  package func leavingOut(_ kinds: Set<MessageKind>) -> Role {
    var role = self
    role.kinds.subtract(kinds)
    return role
  }

  package func answering(_ effects: [any Effect]) -> Role {
    answering(effects.reduce(into: []) { $0.formUnion($1.kinds) })
  }
}
