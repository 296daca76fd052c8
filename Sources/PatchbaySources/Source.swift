public import PatchbayCore
public import PatchbayHost
public import PatchbayJSON

/// What the host reads by itself, without a plugin: files, and tables of a database. Its streams,
/// records, state and views are those of any connection. All methods may be called from any thread,
/// and block.
public protocol Source: Sendable {
  /// What there is to read, with its columns.
  func streams() throws(Failure) -> [Manifest.Stream]
  /// Whether it can be reached; what it is, for people.
  func check() throws(Failure) -> String
  /// One reading of a stream.
  func reading(of stream: String, _ task: SourceTask) throws(Failure) -> any SourceReading
}

/// What is to be read.
public struct SourceTask: Sendable {
  /// Only what changed since ``state``; otherwise everything.
  public let isIncremental: Bool
  /// What the last checkpoint said.
  public let state: JSON?
  /// The state is in the midst of a pass that was interrupted.
  public let resumes: Bool
  /// Whether a step must say how many records it brings at most.
  public let countsFirst: Bool
  /// Why so many records must not be marked as deleted without a person's word, or `nil`: how many
  /// of how many.
  public let removal: @Sendable (Int64, Int64) -> Failure?
  /// Whether somebody wants it to stop.
  public let isCancelled: @Sendable () -> Bool

  public init(
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
public protocol SourceReading: AnyObject, Sendable {
  /// The next step.
  func next() throws(Failure) -> SourceStep
  /// What a step's ``SourceBatch/more`` threw was not stored, and nothing of the step was. Throws
  /// where the reading cannot go on without it.
  func refused(_ failure: Failure) throws(Failure)
}

/// What a reading does next.
public enum SourceStep: Sendable {
  /// To be stored in one transaction.
  case records(SourceBatch)
  /// For the administrator.
  case note(String)
  case end(SourceEnd)
}

/// Records that are stored together or not at all.
public struct SourceBatch: Sendable {
  public var pages: [CutPage]
  /// Further pages, asked for within the transaction; `nil` where there are none.
  public var more: (@Sendable () throws(Failure) -> CutPage?)?
  /// From where the rest can be read once this is stored; `nil` for as before. Asked within the
  /// transaction, behind the last page.
  public var stateAfter: @Sendable () -> JSON?
  /// Where the records stand, for people.
  public var origin: String
  /// At most so many records, where that is known only from counting.
  public var most: Int64

  public init(
    pages: [CutPage], state: JSON? = nil, origin: String, most: Int64,
    more: (@Sendable () throws(Failure) -> CutPage?)? = nil
  ) {
    (self.pages, self.origin, self.most) = (pages, origin, most)
    stateAfter = { state }
    self.more = more
  }
}

/// How a reading ended. It came to its end, or it would have thrown.
public struct SourceEnd: Sendable {
  /// What a full reading did not bring is not there any more.
  public var isSnapshot: Bool
  public var state: JSON
  /// What could not be read, though the rest was.
  public var failure: Failure?
  /// The state says what was not read: the next pass need not begin from nothing.
  public var remembersRest = true

  public init(isSnapshot: Bool, state: JSON, failure: Failure? = nil) {
    (self.isSnapshot, self.state, self.failure) = (isSnapshot, state, failure)
  }
}
