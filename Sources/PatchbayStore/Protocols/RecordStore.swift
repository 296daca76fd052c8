package import PatchbayCore
package import PatchbayJSON

/// The records of one organisation's streams.
package protocol RecordStore: Sendable {
  /// Stores pages and the checkpoint that covers them, in one transaction.
  func commit(_ batch: Batch) async throws(Failure) -> Counters
  /// Removes records that were deleted before a time for good: the next few thousand.
  func purge(_ stream: Int64, deletedBeforeMS: Int64) async throws(Failure)
    -> (removed: Int64, isOver: Bool)
  /// Living records; deleted ones as well with `withDeleted`.
  func records(_ stream: Int64, withDeleted: Bool, limit: Int) async throws(Failure)
    -> [StoredRecord]
  func deadLetters(_ connection: String, stream: String?, limit: Int) async throws(Failure)
    -> [DeadLetter]
  /// Forgets dead letters of a stream, one of them or all, and writes down who said so, unless
  /// there was none. Returns how many.
  func dismissDeadLetters(_ connection: String, _ stream: String, id: Int64?, _ entry: AuditEntry)
    async throws(Failure) -> Int64
  /// Tries dead letters of a stream again, one of them or all, by how its records were last cut.
  /// Those that can be read now are stored, and it is written down who said so.
  func retryDeadLetters(
    _ connection: String, _ stream: String, id: Int64?, run: RunID, _ entry: AuditEntry
  ) async throws(Failure) -> (stored: Int64, dead: Int64)
}

/// Pages to store together with the checkpoint that covers them.
package struct Batch: Sendable {
  package var stream: Int64
  package var run: RunID
  package var pages: [CutPage]
  package var checkpoint: JSON?
  package var stateTag: String?
  package var nowMS: Int64
  /// Counts what the batch stores, in its transaction.
  package var meter: UsageMeter?
  /// Pages that the plugin made itself, by their places in ``pages``.
  package var emitted: Set<Int> = []
  /// Members whose change alone is no change of a record, as JSON Pointers.
  package var volatile: [String] = []
  /// Blobs that records use from now on, by the records' keys. They must be stored by then.
  package var blobs: [String: [String]] = [:]
  /// The request of each page, for dead letters; the last one is that of ``more``, too.
  package var requests: [String] = []
  /// Further pages of the same transaction, asked for within it until there are none. It may block,
  /// and hold other writers back meanwhile. What it throws undoes the batch.
  package var more: (@Sendable () throws(Failure) -> CutPage?)?
  /// The checkpoint where only the last page tells it; asked for behind that.
  package var checkpointAfter: (@Sendable () -> JSON?)?

  package init(
    stream: Int64, run: RunID, pages: [CutPage], checkpoint: JSON?, stateTag: String?, nowMS: Int64
  ) {
    self.stream = stream
    self.run = run
    self.pages = pages
    self.checkpoint = checkpoint
    self.stateTag = stateTag
    self.nowMS = nowMS
  }
}

/// What became of records.
package struct Counters: Sendable, Equatable {
  package var read: Int64 = 0
  package var inserted: Int64 = 0
  package var updated: Int64 = 0
  package var unchanged: Int64 = 0
  package var deleted: Int64 = 0
  package var dead: Int64 = 0
  /// Records that the pass had seen before; not among those read.
  package var repeated: Int64 = 0
  /// Keys that the pass had seen before with other content.
  package var clashing: Int64 = 0
  /// Pages with records all of which the pass had seen before, one after the other, the last ones.
  package var stalePages: Int64 = 0
  /// What of it is charged for.
  package var use = RecordUse()
  /// Values that did not fit their column, by the column's name.
  package var misfits: [String: Int64] = [:]

  package init() {}

  package static func += (left: inout Counters, right: Counters) {
    left.read += right.read
    left.inserted += right.inserted
    left.updated += right.updated
    left.unchanged += right.unchanged
    left.deleted += right.deleted
    left.dead += right.dead
    left.repeated += right.repeated
    left.clashing += right.clashing
    left.use += right.use
    left.stalePages = right.stalePages
    left.misfits.merge(right.misfits, uniquingKeysWith: +)
  }
}

/// What records count for, where their use is charged.
package struct RecordUse: Sendable, Equatable {
  /// Of those read, what can be read and was cut by the host from a vendor's answer.
  package var readable: Int64 = 0
  /// Of what the host cut: new, changed or deleted records, and those of them that were none of
  /// these before in the month.
  package var changed: Int64 = 0
  package var active: Int64 = 0
  /// Of what the plugin made itself: records that were new, changed or deleted for the first time
  /// in the month.
  package var emitted: Int64 = 0

  package init() {}

  package static func += (left: inout RecordUse, right: RecordUse) {
    left.readable += right.readable
    left.changed += right.changed
    left.active += right.active
    left.emitted += right.emitted
  }
}

package struct StoredRecord: Sendable {
  package let key: String
  package let cursor: String?
  package let isDeleted: Bool
  /// The record as the vendor sent it.
  package let raw: String
}

package struct DeadLetter: Sendable {
  package let id: Int64
  package let stream: String
  package let run: String
  package let key: String?
  package let reason: String
  package let raw: String
  package let atMS: Int64
  /// The request whose answer it was in.
  package let request: String?
  /// Where in the answer the records stand, and what key they should have.
  package let pointer: String?
}
