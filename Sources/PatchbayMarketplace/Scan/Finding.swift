/// Something about a pack that its publisher should know before others do.
package struct Finding: Sendable, Equatable {
  /// Whether it stands in the way of publishing.
  package enum Level: String, Sendable {
    case error, warning
  }

  package let level: Level
  /// A stable id, such as `secret.private_key`.
  package let rule: String
  /// The path in the pack.
  package let file: String
  /// In English. Of a secret only its kind, its place and its first four characters: safe to show
  /// and to store.
  package let what: String
  /// The next step for the publisher.
  package let mend: String
}
