/// From where a pass reads, and from where the next one will: what a reader of a ``RESTStream``
/// remembers of the cursor. Pure.
///
/// Between passes the state has `since` (from where the next pass reads) and, for a cursor that is
/// no clock, `before` (the greatest that the pass before saw). During a pass also `max` (the
/// greatest so far), `low` (the first page's greatest, of a cursor that is no clock) and `started`
/// (the vendor's clock when the pass began).
struct ChangeWindow {
  private let stream: RESTStream
  private var since: JSON?
  private var before: JSON?
  private var greatest: JSON?
  private var low: JSON?
  private var startedMS: Int64?
  private var hasAnswer = false
  private var saidForm = false

  init(_ stream: RESTStream, _ task: ReadTask) {
    self.stream = stream
    since = task.isIncremental ? task.state?["since"] : nil
    before = task.isIncremental ? task.state?["before"] : nil
    guard task.resumes, let state = task.state else { return }
    greatest = state["max"]
    low = state["low"]
    startedMS = state["started"]?.integer
    hasAnswer = startedMS != nil
  }

  mutating func begin(_ moment: Moment) { startedMS = startedMS ?? moment.nowMS }

  func ask(_ request: inout Request) {
    guard let changes = stream.changes, let since = since?.plainText else { return }
    request.set(changes.parameter, changes.value(sent: since), inBody: stream.body != nil)
  }

  mutating func note(_ response: Response, _ steps: inout Steps) {
    if !hasAnswer { startedMS = response.vendorTimeMS ?? startedMS }
    hasAnswer = true
    guard let cursor = response.page.maxCursor else { return }
    raise(cursor)
    if low == nil { low = .string(cursor) }
    tell(of: cursor, &steps)
  }

  private mutating func raise(_ cursor: String) {
    let known = greatest?.string ?? since?.string
    let isGreater = known.flatMap { stream.changes?.isGreater(cursor, than: $0) } ?? true
    if isGreater { greatest = .string(cursor) }
  }

  /// Times without a zone are read as UTC, which the admin should know.
  private mutating func tell(of cursor: String, _ steps: inout Steps) {
    guard !saidForm, let changes = stream.changes, changes.isNaive(cursor) else { return }
    saidForm = true
    steps.note(
      "times such as “\(cursor.prefix(40))” name no zone: they are read as UTC, and a day before "
        + "the last change is read again; the setting cursor.zone says which zone they are in")
  }

  /// Into the state in the midst of a pass.
  func save(_ state: inout JSONObject) {
    guard let changes = stream.changes else { return }
    state["max"] = greatest
    state["since"] = since
    state["before"] = before
    if changes.type.isTime {
      state["started"] = startedMS.map { .integer($0) }
    } else {
      state["low"] = low
    }
  }

  /// The state between this pass and the next.
  var next: JSON {
    var state = JSONObject()
    guard let changes = stream.changes else { return .object(state) }
    let next = changes.next(
      since: since?.plainText, before: before?.plainText, greatest: greatest?.string,
      low: low?.string, startedMS: startedMS ?? 0)
    state["since"] = next.map { .string($0) }
    if !changes.type.isTime { state["before"] = greatest ?? before }
    return .object(state)
  }
}
