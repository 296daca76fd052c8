package import PatchbayCore
package import PatchbayJSON

/// The runs of one organisation.
package protocol RunStore: Sendable {
  func begin(_ run: RunRecord) async throws(Failure)
  func update(_ run: RunRecord) async throws(Failure)
  /// Ends a run together with the events that count what it used.
  func end(_ run: RunRecord, usage: [UsageEvent]) async throws(Failure)
  func run(_ id: String) async throws(Failure) -> RunRecord?
  func runs(limit: Int) async throws(Failure) -> [RunRecord]
  func requestCancel(_ run: String, nowMS: Int64) async throws(Failure) -> Bool
  func isCancelRequested(_ run: String) async throws(Failure) -> Bool
}

package struct RunRecord: Sendable {
  package var id: String
  package var connection: String
  /// running, done, failed, cancelled, or interrupted (its process is gone).
  package var status: String
  package var startedMS: Int64
  package var finishedMS: Int64?
  package var summary: JSON

  package init(
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
