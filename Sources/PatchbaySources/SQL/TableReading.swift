internal import PatchbayCore
internal import PatchbayHost
internal import PatchbayJSON
internal import PatchbayStore

/// Reads the rows of a table in the order of its key: all of them, or those whose cursor has moved.
///
/// A pass sees one state of the database. One that was interrupted goes on behind the key that it
/// came to: keys hold still, so whatever was there all the time is seen.
///
/// State: `after` (the key that a pass came to), `since` (from where it reads) and, for the next
/// pass, `greatest` (the greatest cursor so far; of one that is no time, as the pass began),
/// `before` (the same of the pass before) and `quiet` (no transaction under way had begun before
/// this time).
///
/// @unchecked: one thread at a time uses it, as ``SourceReading`` says.
final class TableReading: SourceReading, @unchecked Sendable {
  private let plan: TablePlan
  private let engine: any SQLEngine
  private let task: SourceTask
  private let rows: any SQLRows
  private var after: [JSON]?
  private let since: JSON?
  private var greatest: JSON?
  private let before: JSON?
  private var quietMS: Int64?
  private var notes: [String] = []
  private var isOver = false

  private static let pageRows = 1_000
  private static let pageBytes = 1 << 20

  init(_ plan: TablePlan, _ engine: any SQLEngine, _ task: SourceTask) throws(Failure) {
    self.plan = plan
    self.engine = engine
    self.task = task
    let state = task.state
    since = task.isIncremental ? state?["since"] : nil
    before = state?["before"]
    if task.resumes, let key = state?["after"]?.array, key.count == plan.key.count {
      after = key
      greatest = state?["greatest"]
      quietMS = (state?["quiet"]?.integer).map { min(max($0, Time.first), Time.last) }
    } else if let cursor = plan.cursor {
      let quiet = cursor.kind == .time ? try engine.quiet() : nil
      quietMS = quiet?.timeMS
      if let doubt = quiet?.doubt, !task.isIncremental {
        notes.append(
          "what changed is asked for from \(plan.overlap) seconds before the last change on; a "
            + "transaction that takes longer than that can be missed: \(doubt)")
      }
      // What changes from here on is greater, but for transactions that are under way.
      if quietMS == nil { greatest = try engine.greatest(cursor, of: plan.table) }
      if cursor.isNaive && quietMS != nil {
        notes.append(
          "\(cursor.name) is a time without a zone: it is read as UTC, and a day before the last "
            + "change is read again")
      }
    }
    var query = TableQuery(
      table: plan.table, leftOut: plan.leftOut, key: plan.key, after: after, since: nil,
      isCancelled: task.isCancelled)
    if let cursor = plan.cursor, let since { query.since = (cursor, since) }
    rows = try engine.rows(query)
  }

  func next() throws(Failure) -> SourceStep {
    if let note = notes.popLast() { return .note(note) }
    if isOver { return .end(SourceEnd(isSnapshot: true, state: endState)) }
    var lines: [UInt8] = []
    var count = 0
    while count < Self.pageRows && lines.count < Self.pageBytes {
      guard let row = try rows.next() else {
        isOver = true
        break
      }
      lines += row.line
      lines.append(0x0A)
      // Nothing is greater than null: a resumed pass would take what is left for nothing.
      if !row.key.contains(where: \.isNull) { after = row.key }
      count += 1
    }
    if count == 0 { return .end(SourceEnd(isSnapshot: true, state: endState)) }
    let page = CutPage(ByteBuffer(lines), plan: plan.extract)
    if let fault = page.fault {
      throw Failure(
        .data, "sql.rows", "rows of \(plan.table.fullName) cannot be stored: \(fault)",
        mend: "leave the column out: leave_out: [NAME]")
    }
    if quietMS != nil { raise(page.maxCursor) }
    return .records(
      SourceBatch(
        pages: [page], state: placeState, origin: "table \(plan.table.fullName)",
        most: Int64(count)))
  }

  func refused(_ failure: Failure) throws(Failure) { throw failure }

  private func raise(_ cursor: String?) {
    guard let cursor, let milliseconds = TimePoint(cursor) else { return }
    if let known = greatest?.string.flatMap(TimePoint.init), known >= milliseconds { return }
    greatest = .string(cursor)
  }

  // MARK: State

  private var placeState: JSON {
    var state = JSONObject()
    state["after"] = after.map { .array($0) }
    state["since"] = since
    state["greatest"] = greatest
    state["before"] = before
    state["quiet"] = quietMS.map { .integer($0) }
    return .object(state)
  }

  private var endState: JSON {
    var state = JSONObject()
    guard plan.cursor != nil else { return .object(state) }
    state["since"] = quietMS.map { timeSince($0) } ?? orderedSince
    state["before"] = greatest
    if state["since"] == nil { state["since"] = since }
    return .object(state)
  }

  /// The latest change that was seen, but not what came while transactions were under way.
  private func timeSince(_ quietMS: Int64) -> JSON? {
    let overlapMS = max(plan.overlap, plan.cursor?.isNaive == true ? 86_400 : 0) * 1000
    guard let seen = greatest?.string.flatMap(TimePoint.init) else { return since }
    let next = min(seen.milliseconds, quietMS) - overlapMS
    if let known = since?.string.flatMap(TimePoint.init), known.milliseconds >= next {
      return since
    }
    return .string(Time.format(max(next, Time.first)))
  }

  /// A number or a text is no clock: what was greatest as the pass before began, or this one.
  private var orderedSince: JSON? {
    guard let start = before ?? greatest else { return since }
    // PostgreSQL's numbers come as texts, so that they keep their digits.
    if plan.cursor?.kind == .number, let number = start.plainText.flatMap(Int64.init) {
      let text = String(number.subtracting(clamped: plan.overlap))
      return start.string == nil ? .number(text) : .string(text)
    }
    return start
  }
}

/// A point in time that a text tells of; one without a zone is UTC.
private struct TimePoint: Comparable {
  let milliseconds: Int64

  init?(_ text: String) {
    guard let milliseconds = Time.milliseconds(anyForm: text) else { return nil }
    self.milliseconds = milliseconds
  }

  static func < (one: TimePoint, other: TimePoint) -> Bool {
    one.milliseconds < other.milliseconds
  }
}
