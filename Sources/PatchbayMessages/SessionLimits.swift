/// Ceilings for what one step may emit; what is beyond waits for CREDIT.
public struct SessionLimits: Sendable {
  public var messages = 256
  public var bytes = 16 << 20
  public var headBytes = 1 << 20
  public var bodyBytes = 64 << 20
  /// Steps in a row that say MORE.
  public var steps = 100_000
  /// Milliseconds that one step may take.
  public var stepMS: Int64 = 10_000

  public init() {}

  /// What one step's messages fit in at most: the first may be as large as a message may be.
  package var outputBytes: Int { max(bytes, headBytes + bodyBytes) + messages * 48 }
  package var inputBytes: Int { headBytes + bodyBytes }
}
