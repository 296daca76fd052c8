package import PatchbayCore
package import PatchbayJSON

/// The outbox of one organisation: records on their way to vendors, and what became of them.
package protocol WriteStore: Sendable {
  /// Adds entries, each under its source; those whose source is there already are left out,
  /// whatever became of them. It is written down who said so, unless there was none. Returns how
  /// many.
  func queueWrites(_ entries: [WriteEntry], _ entry: AuditEntry) async throws(Failure) -> Int64
  /// Entries of a connection, and of one stream where it is named, in their order: the next ones
  /// behind an id.
  func writes(
    _ connection: String, stream: String?, _ states: Set<WriteEntry.State>, after id: Int64,
    limit: Int
  ) async throws(Failure) -> [WriteEntry]
  /// How many entries are in which state.
  func countWrites(_ connection: String, stream: String?) async throws(Failure)
    -> [WriteEntry.State: Int64]
  /// Stores what entries have become, and adds others whose source is not there yet, in one
  /// transaction.
  func saveWrites(_ entries: [WriteEntry], adding others: [WriteEntry]) async throws(Failure)
  /// The same for what a person decided, with an entry in the audit log.
  func decideWrites(_ entries: [WriteEntry], _ entry: AuditEntry) async throws(Failure)
  /// Forgets entries that were done before a time.
  func forgetWrites(doneBeforeMS: Int64) async throws(Failure) -> Int64
  /// A record of a stream, deleted or not; `nil` also where nothing of the stream is stored.
  func record(_ connection: String, _ stream: String, key: String) async throws(Failure)
    -> StoredRecord?
}

/// One record on its way to a vendor.
package struct WriteEntry: Sendable, Equatable {
  package enum State: String, Sendable, CaseIterable {
    /// To be sent.
    case waiting
    /// Given to the plugin; nothing was said of it yet.
    case sent
    /// It was changed at the vendor, too; somebody has to decide.
    case conflict
    /// The vendor refused it.
    case failed
    /// It may have been done, and must not be done twice.
    case unknown
    /// It has come to its end: written, or found to be so, or given up.
    case done
  }

  package var id: Int64 = 0
  package let connection: String
  package let stream: String
  /// Where it comes from: the same place is taken once.
  package let source: String
  /// create, update, upsert or delete.
  package let action: String
  package let key: String?
  /// The members that are to be written.
  package var record: JSON
  /// What these members were when the change was made; `null` where nothing was known.
  package var base: JSON
  package let idempotencyKey: String
  package var state = State.waiting
  /// The plugin's outcome, or why it is where it is.
  package var outcome: JSON = .null
  package var attempts: Int64 = 0
  /// When the change was made, and when its state was last changed.
  package let changedMS: Int64
  package var atMS: Int64

  package init(
    connection: String, stream: String, source: String, action: String, key: String?,
    record: JSON, base: JSON, idempotencyKey: String, changedMS: Int64, atMS: Int64
  ) {
    (self.connection, self.stream, self.source) = (connection, stream, source)
    (self.action, self.key, self.record, self.base) = (action, key, record, base)
    self.idempotencyKey = idempotencyKey
    (self.changedMS, self.atMS) = (changedMS, atMS)
  }
}
