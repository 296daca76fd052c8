package import PatchbayCore
package import PatchbayJSON

/// The streams of one organisation: their columns and views, and where their passes stand.
package protocol StreamStore: Sendable {
  func stream(_ connection: String, _ stream: String) async throws(Failure) -> StreamRecord?
  func streams(of connection: String) async throws(Failure) -> [StreamRecord]
  /// Makes table and views of a stream, or brings its columns up to date. Returns new columns.
  func prepare(_ description: StreamDescription) async throws(Failure) -> PreparedStream
  /// `fingerprint`: of the settings that give the state its meaning.
  func beginPass(_ stream: Int64, _ pass: Pass, run: RunID, fingerprint: String?)
    async throws(Failure) -> StreamRecord
  /// Goes back to the state in which the pass began. What it saw stays seen with `keepsSeen`, for a
  /// second reading of the same pass.
  func restartPass(_ stream: Int64, keepsSeen: Bool) async throws(Failure) -> StreamRecord
  /// What a sweep would mark as deleted, and how many records live.
  func unseen(_ stream: Int64) async throws(Failure) -> (unseen: Int64, living: Int64)
  /// The pass came to its proven end. With `marks` a full pass goes on to the sweep; otherwise it
  /// is over. Incremental passes may follow only with `isComplete`.
  func finishPass(_ stream: Int64, marks: Bool, isComplete: Bool, nowMS: Int64)
    async throws(Failure) -> StreamRecord
  /// Marks the next few thousand records that a full pass did not see, and counts them by `meter`;
  /// `isOver` at the end.
  func sweep(_ stream: Int64, nowMS: Int64, meter: UsageMeter?) async throws(Failure)
    -> (deleted: Int64, isOver: Bool)
  /// Fills columns that came later from the records that are kept: the next few thousand.
  /// `isOver` where nothing is left.
  func fill(_ stream: Int64) async throws(Failure) -> (filled: Int64, isOver: Bool)
  /// Streams with columns that are not filled yet.
  func unfilledStreams() async throws(Failure) -> [Int64]
  /// Columns whose pointer led to nothing in any record so far.
  func columnsWithoutValues(_ stream: Int64) async throws(Failure) -> [Column]
}

/// A column of a stream's view.
package struct Column: Sendable, Equatable {
  package enum Kind: String, Sendable { case text, number, boolean, time, json }
  package let name: String
  /// JSON Pointer inside a record.
  package let at: String
  package let kind: Kind

  package init(name: String, at: String, kind: Kind) {
    self.name = name
    self.at = at
    self.kind = kind
  }
}

/// What a plugin says of a stream, in as far as tables and views depend on it.
package struct StreamDescription: Sendable {
  package var connection: String
  package var stream: String
  package var columns: [Column]
  /// Unified views that the stream feeds: view name, then its columns as pointers by name.
  package var unified: [String: [String: String]]

  package init(
    connection: String, stream: String, columns: [Column], unified: [String: [String: String]]
  ) {
    self.connection = connection
    self.stream = stream
    self.columns = columns
    self.unified = unified
  }
}

package struct PreparedStream: Sendable {
  package let record: StreamRecord
  package let addedColumns: [String]
  package let isNew: Bool
  /// What could not be as the plugin said: names and columns that are too long or too many.
  package let notes: [String]
}

/// How a stream is read once through.
package enum Pass: String, Sendable { case full, incremental }

/// Where a stream stands.
package struct StreamRecord: Sendable, Equatable {
  package enum Phase: String, Sendable { case idle, reading, sweeping }
  package var id: Int64
  package var connection: String
  package var stream: String
  package var phase: Phase
  package var pass: Pass?
  package var state: JSON?
  package var stateTag: String?
  /// When a full pass was last complete; `nil` before the first.
  package var completedMS: Int64?
  /// Of the settings that give the state its meaning, when the pass began.
  package var fingerprint: String?
  /// The state is in the midst of a pass, not where the pass began.
  package var resumes: Bool
  /// Different records that the pass saw so far, and how many could not be read. A full pass with
  /// such ones marks nothing as deleted: they may be what it misses.
  package var seen: Int64
  package var unread: Int64
}
