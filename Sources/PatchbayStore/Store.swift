public import PatchbayCore
public import PatchbayJSON

/// Where connections, records, checkpoints and runs are kept. All methods may be called from any
/// task; what changes several rows does so in one transaction.
public protocol Store: Sendable {
  // Connections
  func connections() async throws(Failure) -> [Connection]
  func connection(_ name: String) async throws(Failure) -> Connection?
  /// Adds connections or replaces their settings: all of them, or none.
  func save(_ changes: [ConnectionChange]) async throws(Failure)
  /// Removes a connection with its records, state and secrets.
  func removeConnection(_ name: String) async throws(Failure)

  // Sealed secrets, by connection and name
  func sealedSecrets(of connection: String) async throws(Failure) -> [String: [UInt8]]
  func allSealedSecrets() async throws(Failure) -> [SealedSecret]
  func replaceSealedSecrets(_ secrets: [SealedSecret]) async throws(Failure)

  // Streams
  func stream(_ connection: String, _ stream: String) async throws(Failure) -> StreamRecord?
  func streams(of connection: String) async throws(Failure) -> [StreamRecord]
  /// Makes table and views of a stream, or brings its columns up to date. Returns new columns.
  func prepare(_ description: StreamDescription) async throws(Failure) -> PreparedStream
  /// `fingerprint`: of the settings that give the state its meaning.
  func beginPass(_ stream: Int64, _ pass: Pass, run: RunID, fingerprint: String?)
    async throws(Failure) -> StreamRecord
  /// Stores pages and the checkpoint that covers them, in one transaction.
  func commit(_ batch: Batch) async throws(Failure) -> Counters
  /// Goes back to the state in which the pass began. What it saw stays seen with `keepsSeen`, for a
  /// second reading of the same pass.
  func restartPass(_ stream: Int64, keepsSeen: Bool) async throws(Failure) -> StreamRecord
  /// What a sweep would mark as deleted, and how many records live.
  func unseen(_ stream: Int64) async throws(Failure) -> (unseen: Int64, living: Int64)
  /// The pass came to its proven end. With `marks` a full pass goes on to the sweep; otherwise it
  /// is over. Incremental passes may follow only with `isComplete`.
  func finishPass(_ stream: Int64, marks: Bool, isComplete: Bool, nowMS: Int64)
    async throws(Failure) -> StreamRecord
  /// Marks the next few thousand records that a full pass did not see; `isOver` at the end.
  func sweep(_ stream: Int64, nowMS: Int64) async throws(Failure) -> (deleted: Int64, isOver: Bool)
  /// Fills columns that came later from the records that are kept: the next few thousand.
  /// `isOver` where nothing is left.
  func fill(_ stream: Int64) async throws(Failure) -> (filled: Int64, isOver: Bool)
  /// Streams with columns that are not filled yet.
  func unfilledStreams() async throws(Failure) -> [Int64]
  /// Columns whose pointer led to nothing in any record so far.
  func columnsWithoutValues(_ stream: Int64) async throws(Failure) -> [Column]
  /// Removes records that were deleted before a time for good: the next few thousand.
  func purge(_ stream: Int64, deletedBeforeMS: Int64) async throws(Failure)
    -> (removed: Int64, isOver: Bool)

  // Runs
  func begin(_ run: RunRecord) async throws(Failure)
  func update(_ run: RunRecord) async throws(Failure)
  func run(_ id: String) async throws(Failure) -> RunRecord?
  func runs(limit: Int) async throws(Failure) -> [RunRecord]
  func requestCancel(_ run: String, nowMS: Int64) async throws(Failure) -> Bool
  func isCancelRequested(_ run: String) async throws(Failure) -> Bool

  // Usage
  /// Ends a run together with the events that count what it used.
  func end(_ run: RunRecord, usage: [UsageEvent]) async throws(Failure)
  /// Events from one on, in the order in which they were stored, with the number of the last.
  func usage(after number: Int64, limit: Int) async throws(Failure)
    -> (events: [UsageEvent], last: Int64)
  /// Keeps terms for as long as there is usage that was charged by them.
  func keep(_ terms: CommercialTerms) async throws(Failure)
  /// Terms by their plugin's file and their hash.
  func terms(_ sha256: String, library: String) async throws(Failure) -> CommercialTerms?

  // Trust
  /// What an admin said of a plugin, or `nil`.
  func tier(of plugin: String) async throws(Failure) -> String?
  /// Stores it together with the entry that tells of it.
  func setTier(_ tier: String, of plugin: String, _ entry: AuditEntry) async throws(Failure)
  /// Counts a crash of a plugin's file; with `nil` it did well, and is forgiven all of them.
  func noteCrash(_ reason: String?, of plugin: String, sha256: String, nowMS: Int64)
    async throws(Failure)
  /// Crashes in a row of this file, and why it crashed last.
  func crashes(of plugin: String, sha256: String) async throws(Failure) -> (
    count: Int64, reason: String
  )
  /// Writes down what somebody did.
  func note(_ entry: AuditEntry) async throws(Failure)
  /// The latest first.
  func auditLog(limit: Int) async throws(Failure) -> [AuditEntry]

  // Reading
  /// Living records; deleted ones as well with `withDeleted`.
  func records(_ stream: Int64, withDeleted: Bool, limit: Int) async throws(Failure)
    -> [StoredRecord]
  func deadLetters(_ connection: String, stream: String?, limit: Int) async throws(Failure)
    -> [DeadLetter]
  /// Forgets dead letters of a stream: one of them, or all. Returns how many.
  func dismissDeadLetters(_ connection: String, _ stream: String, id: Int64?) async throws(Failure)
    -> Int64
  /// Tries dead letters of a stream again, one of them or all, by how its records were last cut.
  /// Those that can be read now are stored. Returns how many could and could not.
  func retryDeadLetters(_ connection: String, _ stream: String, id: Int64?, run: RunID)
    async throws(Failure) -> (stored: Int64, dead: Int64)
  /// One read-only statement, bounded in time and rows.
  func query(_ sql: String, limits: QueryLimits) async throws(Failure) -> QueryResult
  /// What an administrator should know about the database's health.
  func health() async throws(Failure) -> [String: JSON]
}

/// What somebody did that others should be able to find out.
public struct AuditEntry: Sendable, Equatable {
  public var atMS: Int64
  /// Who: the name of a user of the system, for now.
  public var actor: String
  /// What, as `plugin.trust`.
  public var action: String
  public var details: JSON

  public init(atMS: Int64, actor: String, action: String, details: JSON) {
    (self.atMS, self.actor, self.action, self.details) = (atMS, actor, action, details)
  }
}

/// A configured account at a vendor.
public struct Connection: Sendable, Equatable {
  public var name: String
  public var plugin: String
  public var settings: JSONObject
  public var createdMS: Int64

  public init(name: String, plugin: String, settings: JSONObject, createdMS: Int64) {
    self.name = name
    self.plugin = plugin
    self.settings = settings
    self.createdMS = createdMS
  }
}

/// A connection as it is to be stored.
public struct ConnectionChange: Sendable {
  public var connection: Connection
  /// What it takes the place of; the change is refused where something else is there by now.
  public var replaces: Connection?
  /// Sealed values by name; secrets that are not named stay.
  public var secrets: [String: [UInt8]]
  /// Secrets that are not named go.
  public var forgetsSecrets = false
  /// The streams that there will be, where records so far belong to another account: checkpoints
  /// are forgotten, and the next passes are full.
  public var resetsTo: Set<String>?

  public init(
    _ connection: Connection, replaces: Connection?, secrets: [String: [UInt8]] = [:]
  ) {
    self.connection = connection
    self.replaces = replaces
    self.secrets = secrets
  }
}

extension Store {
  /// Adds one connection or replaces its settings.
  public func save(_ connection: Connection, secrets: [String: [UInt8]]) async throws(Failure) {
    let old = try await self.connection(connection.name)
    try await save([ConnectionChange(connection, replaces: old, secrets: secrets)])
  }
}

public struct SealedSecret: Sendable {
  public let connection: String
  public let name: String
  public var sealed: [UInt8]
}

/// A column of a stream's view.
public struct Column: Sendable, Equatable {
  public enum Kind: String, Sendable { case text, number, boolean, time, json }
  public let name: String
  /// JSON Pointer inside a record.
  public let at: String
  public let kind: Kind

  public init(name: String, at: String, kind: Kind) {
    self.name = name
    self.at = at
    self.kind = kind
  }
}

/// What a plugin says of a stream, in as far as tables and views depend on it.
public struct StreamDescription: Sendable {
  public var connection: String
  public var stream: String
  public var columns: [Column]
  /// Unified views that the stream feeds: view name, then its columns as pointers by name.
  public var unified: [String: [String: String]]

  public init(
    connection: String, stream: String, columns: [Column], unified: [String: [String: String]]
  ) {
    self.connection = connection
    self.stream = stream
    self.columns = columns
    self.unified = unified
  }
}

public struct PreparedStream: Sendable {
  public let record: StreamRecord
  public let addedColumns: [String]
  public let isNew: Bool
  /// What could not be as the plugin said: names and columns that are too long or too many.
  public let notes: [String]
}

/// How a stream is read once through.
public enum Pass: String, Sendable { case full, incremental }

/// Where a stream stands.
public struct StreamRecord: Sendable, Equatable {
  public enum Phase: String, Sendable { case idle, reading, sweeping }
  public var id: Int64
  public var connection: String
  public var stream: String
  public var phase: Phase
  public var pass: Pass?
  public var state: JSON?
  public var stateTag: String?
  /// When a full pass was last complete; `nil` before the first.
  public var completedMS: Int64?
  /// Of the settings that give the state its meaning, when the pass began.
  public var fingerprint: String?
  /// The state is in the midst of a pass, not where the pass began.
  public var resumes: Bool
  /// Different records that the pass saw so far, and how many could not be read. A full pass with
  /// such ones marks nothing as deleted: they may be what it misses.
  public var seen: Int64
  public var unread: Int64
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

/// What a batch is counted by: the plugin whose records it stores, and a key that no other has.
public struct UsageMeter: Sendable {
  public var key: String
  public var customer: String
  public var plugin: String
  public var version: String
  public var library: String
  public var terms: String

  public init(
    key: String, customer: String, plugin: String, version: String, library: String, terms: String
  ) {
    (self.key, self.customer, self.plugin) = (key, customer, plugin)
    (self.version, self.library, self.terms) = (version, library, terms)
  }

  /// An event of something that was counted.
  public func event(_ meter: Terms.Meter, _ quantity: Int64, atMS: Int64) -> UsageEvent {
    UsageEvent(
      key: "\(key)/\(meter.rawValue)", atMS: atMS, customer: customer, plugin: plugin,
      version: version, library: library, terms: terms, meter: meter, quantity: quantity)
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

public struct QueryLimits: Sendable {
  public var rows: Int
  public var timeMS: Int64

  public init(rows: Int = 1000, timeMS: Int64 = 30_000) {
    self.rows = rows
    self.timeMS = timeMS
  }
}

public struct QueryResult: Sendable {
  public let columns: [String]
  public let rows: [[JSON]]
  /// More rows were there than the limit lets through.
  public let isCut: Bool
}
