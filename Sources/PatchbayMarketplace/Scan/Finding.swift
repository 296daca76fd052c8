/// Something about a pack that its publisher should know before others do.
public struct Finding: Sendable, Equatable {
  /// Whether it stands in the way of publishing.
  public enum Level: String, Sendable {
    case error, warning
  }

  public let level: Level
  /// A stable id, such as `secret.private_key`.
  public let rule: String
  /// The path in the pack.
  public let file: String
  /// In English. Of a secret only its kind, its place and its first four characters: safe to show
  /// and to store.
  public let what: String
  /// The next step for the publisher.
  public let mend: String
}
