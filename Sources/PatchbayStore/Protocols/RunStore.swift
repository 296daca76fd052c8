public import PatchbayCore
public import PatchbayJSON

/// The runs of one organisation.
public protocol RunStore: Sendable {
  func begin(_ run: RunRecord) async throws(Failure)
  func update(_ run: RunRecord) async throws(Failure)
  /// Ends a run together with the events that count what it used.
  func end(_ run: RunRecord, usage: [UsageEvent]) async throws(Failure)
  func run(_ id: String) async throws(Failure) -> RunRecord?
  func runs(limit: Int) async throws(Failure) -> [RunRecord]
  func requestCancel(_ run: String, nowMS: Int64) async throws(Failure) -> Bool
  func isCancelRequested(_ run: String) async throws(Failure) -> Bool
}

public struct RunRecord: Sendable {
  public var id: String
  public var connection: String
  /// running, done, failed, cancelled, or interrupted (its process is gone).
  public var status: String
  public var startedMS: Int64
  public var finishedMS: Int64?
  public var summary: JSON

  public init(
    id: String, connection: String, status: String, startedMS: Int64, finishedMS: Int64?,
    summary: JSON
  ) {
    self.id = id
    self.connection = connection
    self.status = status
    self.startedMS = startedMS
    self.finishedMS = finishedMS
    self.summary = summary
  }
}
