/// Ceilings for what one step may emit; what is beyond waits for CREDIT.
public struct SessionLimits: Sendable {
  public var messages = 256
  public var bytes = 16 << 20
  public var headBytes = 1 << 20
  public var bodyBytes = 64 << 20
  /// Steps in a row that say MORE.
  public var steps = 100_000
  /// Milliseconds that one step may take, and all steps for one message.
  public var stepMS: Int64 = 10_000
  public var restMS: Int64 = 60_000
  /// What a plugin may emit for one message in all, in however many steps.
  public var answerMessages = 1_000_000
  public var answerBytes = 256 << 20
  /// Pages and records that no checkpoint covers yet.
  public var stagedBytes = 512 << 20

  public init() {}

  /// What one step's messages fit in at most: the first may be as large as a message may be.
  package var outputBytes: Int { max(bytes, headBytes + bodyBytes) + messages * 48 }
  package var inputBytes: Int { headBytes + bodyBytes }
}
