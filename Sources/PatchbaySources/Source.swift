package import PatchbayCore
package import PatchbayHost
package import PatchbayJSON

/// What the host reads by itself, without a plugin: files, and tables of a database. Its streams,
/// records, state and views are those of any connection. All methods may be called from any thread,
/// and block.
package protocol Source: Sendable {
  /// What there is to read, with its columns.
  func streams() throws(Failure) -> [Manifest.Stream]
  /// Whether it can be reached; what it is, for people.
  func check() throws(Failure) -> String
  /// One reading of a stream.
  func reading(of stream: String, _ task: SourceTask) throws(Failure) -> any SourceReading
}

/// What is to be read.
package struct SourceTask: Sendable {
  /// Only what changed since ``state``; otherwise everything.
  package let isIncremental: Bool
  /// What the last checkpoint said.
  package let state: JSON?
  /// The state is in the midst of a pass that was interrupted.
  package let resumes: Bool
  /// Whether a step must say how many records it brings at most.
  package let countsFirst: Bool
  /// Why so many records must not be marked as deleted without a person's word, or `nil`: how many
  /// of how many.
  package let removal: @Sendable (Int64, Int64) -> Failure?
  /// Whether somebody wants it to stop.
  package let isCancelled: @Sendable () -> Bool

  package init(
    isIncremental: Bool, state: JSON?, resumes: Bool, countsFirst: Bool,
    removal: @escaping @Sendable (Int64, Int64) -> Failure?,
    isCancelled: @escaping @Sendable () -> Bool
  ) {
    self.countsFirst = countsFirst
    self.removal = removal
    self.isIncremental = isIncremental
    self.state = state
    self.resumes = resumes
    self.isCancelled = isCancelled
  }
}

/// A reading under way. It is used by one thread at a time.
package protocol SourceReading: AnyObject, Sendable {
  /// The next step.
  func next() throws(Failure) -> SourceStep
  /// What a step's ``SourceBatch/more`` threw was not stored, and nothing of the step was. Throws
  /// where the reading cannot go on without it.
  func refused(_ failure: Failure) throws(Failure)
}

/// What a reading does next.
package enum SourceStep: Sendable {
  /// To be stored in one transaction.
  case records(SourceBatch)
  /// For the administrator.
  case note(String)
  case end(SourceEnd)
}

/// Records that are stored together or not at all.
package struct SourceBatch: Sendable {
  package var pages: [CutPage]
  /// Further pages, asked for within the transaction; `nil` where there are none.
  package var more: (@Sendable () throws(Failure) -> CutPage?)?
  /// From where the rest can be read once this is stored; `nil` for as before. Asked within the
  /// transaction, behind the last page.
  package var stateAfter: @Sendable () -> JSON?
  /// Where the records stand, for people.
  package var origin: String
  /// At most so many records, where that is known only from counting.
  package var most: Int64

  package init(
    pages: [CutPage], state: JSON? = nil, origin: String, most: Int64,
    more: (@Sendable () throws(Failure) -> CutPage?)? = nil
  ) {
    (self.pages, self.origin, self.most) = (pages, origin, most)
    stateAfter = { state }
    self.more = more
  }
}

/// How a reading ended. It came to its end, or it would have thrown.
package struct SourceEnd: Sendable {
  /// What a full reading did not bring is not there any more.
  package var isSnapshot: Bool
  package var state: JSON
  /// What could not be read, though the rest was.
  package var failure: Failure?
  /// The state says what was not read: the next pass need not begin from nothing.
  package var remembersRest = true

  package init(isSnapshot: Bool, state: JSON, failure: Failure? = nil) {
    (self.isSnapshot, self.state, self.failure) = (isSnapshot, state, failure)
  }
}
