public import PatchbayJSON

/// One message of a session, in either direction.
public struct Message: Sendable {
  public var kind: MessageKind
  /// Pairs answers with requests; 0 where nothing is paired.
  public var correlation: UInt64
  public var head: JSON
  public var body: [UInt8]

  public init(
    _ kind: MessageKind, correlation: UInt64 = 0, head: JSON = .object(JSONObject()),
    body: [UInt8] = []
  ) {
    self.kind = kind
    self.correlation = correlation
    self.head = head
    self.body = body
  }
}

/// The outside world of one step.
public struct Moment: Sendable {
  public var nowMS: Int64
  public var seed: UInt64

  public init(nowMS: Int64, seed: UInt64) {
    self.nowMS = nowMS
    self.seed = seed
  }
}
