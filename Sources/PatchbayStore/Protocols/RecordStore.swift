public import PatchbayCore
public import PatchbayJSON

/// The records of one organisation's streams.
public protocol RecordStore: Sendable {
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
public struct Batch: Sendable {
  public var stream: Int64
  public var run: RunID
  public var pages: [CutPage]
  public var checkpoint: JSON?
  public var stateTag: String?
  public var nowMS: Int64
  /// Counts what the batch stores, in its transaction.
  public var meter: UsageMeter?
  /// Members whose change alone is no change of a record, as JSON Pointers.
  public var volatile: [String] = []
  /// Blobs that records use from now on, by the records' keys. They must be stored by then.
  public var blobs: [String: [String]] = [:]
  /// The request of each page, for dead letters; the last one is that of ``more``, too.
  public var requests: [String] = []
  /// Further pages of the same transaction, asked for within it until there are none. It may block,
  /// and hold other writers back meanwhile. What it throws undoes the batch.
  public var more: (@Sendable () throws(Failure) -> CutPage?)?
  /// The checkpoint where only the last page tells it; asked for behind that.
  public var checkpointAfter: (@Sendable () -> JSON?)?

  public init(
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
public struct Counters: Sendable, Equatable {
  public var read: Int64 = 0
  public var inserted: Int64 = 0
  public var updated: Int64 = 0
  public var unchanged: Int64 = 0
  public var deleted: Int64 = 0
  public var dead: Int64 = 0
  /// Records that the pass had seen before; not among those read.
  public var repeated: Int64 = 0
  /// Keys that the pass had seen before with other content.
  public var clashing: Int64 = 0
  /// Pages with records all of which the pass had seen before, one after the other, the last ones.
  public var stalePages: Int64 = 0
  /// Values that did not fit their column, by the column's name.
  public var misfits: [String: Int64] = [:]

  public init() {}

  public static func += (left: inout Counters, right: Counters) {
    left.read += right.read
    left.inserted += right.inserted
    left.updated += right.updated
    left.unchanged += right.unchanged
    left.deleted += right.deleted
    left.dead += right.dead
    left.repeated += right.repeated
    left.clashing += right.clashing
    left.stalePages = right.stalePages
    left.misfits.merge(right.misfits, uniquingKeysWith: +)
  }
}

public struct StoredRecord: Sendable {
  public let key: String
  public let cursor: String?
  public let isDeleted: Bool
  /// The record as the vendor sent it.
  public let raw: String
}

public struct DeadLetter: Sendable {
  public let id: Int64
  public let stream: String
  public let run: String
  public let key: String?
  public let reason: String
  public let raw: String
  public let atMS: Int64
  /// The request whose answer it was in.
  public let request: String?
  /// Where in the answer the records stand, and what key they should have.
  public let pointer: String?
}
