/// Follows the pages of a ``RESTStream``.
///
/// State: `since` (from where a pass reads) and, for a cursor that is no clock, `before` (the
/// greatest that the pass before saw). During a pass also what ``Place`` saves (`at` and others),
/// `max` (the greatest cursor so far), `low` (the first page's greatest, of a cursor that is no
/// clock) and `started` (the vendor's clock when the pass began).
struct RESTReader: Reader {
  private let stream: RESTStream
  private let isIncremental: Bool
  private var since: JSON?
  /// Between passes, for cursors that are no clock: the greatest that the pass before saw.
  private var before: JSON?
  private var greatest: JSON?
  private var low: JSON?
  private var startedMS: Int64?
  private var hasAnswer = false
  private var place: Place
  /// The first request of a pass that goes on where another run left it.
  private var isResuming: Bool
  private var saidForm = false

  init(stream: RESTStream, task: ReadTask) {
    self.stream = stream
    isIncremental = task.isIncremental
    since = task.isIncremental ? task.state?["since"] : nil
    before = task.isIncremental ? task.state?["before"] : nil
    place = Place(stream)
    isResuming = task.resumes
    if task.resumes, let state = task.state {
      place = Place(stream, resuming: state)
      greatest = state["max"]
      low = state["low"]
      startedMS = state["started"]?.integer
    }
    hasAnswer = startedMS != nil
  }

  mutating func start(_ steps: inout Steps) {
    startedMS = startedMS ?? steps.moment.nowMS
    ask(&steps)
  }

  private func ask(_ steps: inout Steps) {
    var request = stream.firstRequest
    if place.keepsKeys { request.extracts = request.extracts.map(Place.keepingKeys) }
    if let changes = stream.changes, let since = since?.plainText {
      request.set(changes.parameter, changes.value(sent: since), inBody: stream.body != nil)
    }
    place.ask(&request)
    steps.send(request)
  }

  mutating func received(_ response: Response, _ steps: inout Steps) {
    if !hasAnswer { startedMS = response.vendorTimeMS ?? startedMS }
    hasAnswer = true
    isResuming = false
    if let cursor = response.page.maxCursor {
      raise(cursor)
      if low == nil { low = .string(cursor) }
      tell(of: cursor, &steps)
    }
    let next: Place.Next
    do throws(Problem) {
      next = try place.next(response)
    } catch {
      return steps.fail(error)
    }
    switch next {
    case .page:
      steps.checkpoint(state, covers: response.correlation)
      ask(&steps)
    case .end(let proof):
      place.isOver = true
      steps.checkpoint(state, covers: response.correlation)
      steps.done(isIncremental ? PassEnd(proof) : place.end(proof))
    case .unproven(let why):
      steps.checkpoint(state, covers: response.correlation)
      steps.doneUnproven(why)
    }
  }

  /// A saved place that the vendor does not know any more is no failure of the stream.
  mutating func failed(_ problem: Problem, correlation: UInt64, _ steps: inout Steps) {
    let status = problem.httpStatus
    let isGone =
      isResuming && place.isInside && [400, 404, 410, 416, 422].contains(status ?? 0)
      || place.isInside && stream.ends.expiredStatuses.contains(status ?? 0)
    guard isGone else { return steps.fail(problem) }
    var restart = Problem(
      .data, "page.cursor_expired",
      "the vendor does not know the place any more at which this pass was to go on: "
        + problem.message)
    restart.mend = "nothing is lost: the pass begins again"
    restart.isRestart = true
    steps.fail(restart)
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

  private var state: JSON {
    var state = JSONObject()
    guard place.isOver else {
      place.save(&state)
      guard let changes = stream.changes else { return .object(state) }
      state["max"] = greatest
      state["since"] = since
      state["before"] = before
      if changes.type.isTime {
        state["started"] = startedMS.map { .integer($0) }
      } else {
        state["low"] = low
      }
      return .object(state)
    }
    guard let changes = stream.changes else { return .object(state) }
    let next = changes.next(
      since: since?.plainText, before: before?.plainText, greatest: greatest?.string,
      low: low?.string, startedMS: startedMS ?? 0)
    state["since"] = next.map { .string($0) }
    if !changes.type.isTime { state["before"] = greatest ?? before }
    return .object(state)
  }
}

extension Problem {
  /// The status of the answer that the host could not take.
  fileprivate var httpStatus: Int? {
    code.hasPrefix("http.") ? Int(code.dropFirst("http.".count)) : nil
  }
}

extension Request {
  /// Puts a value where the vendor looks for it; one that stands there already gives way.
  mutating func set(_ parameter: String, _ value: JSON, inBody: Bool) {
    if inBody {
      body = (body ?? .object(JSONObject())).setting(value, at: parameter)
    } else if let text = value.plainText {
      query.removeAll { $0.name == parameter }
      query.append((parameter, text))
    }
  }
}

extension JSON {
  /// A copy with a value at a JSON Pointer, or under a name; objects on the way are made.
  fileprivate func setting(_ value: JSON, at place: String) -> JSON {
    guard place.utf8.first == UInt8(ascii: "/") else { return setting(value, under: [place]) }
    let parts = place.dropFirst().split(separator: "/", omittingEmptySubsequences: false)
    return setting(
      value,
      under: parts.map { String($0).replacing("~1", with: "/").replacing("~0", with: "~") })
  }

  private func setting(_ value: JSON, under names: [String]) -> JSON {
    guard let name = names.first else { return value }
    let rest = Array(names.dropFirst())
    if case .array(var elements) = self, let index = Int(name), elements.indices.contains(index) {
      elements[index] = elements[index].setting(value, under: rest)
      return .array(elements)
    }
    var object = object ?? JSONObject()
    object[name] = (object[name] ?? .null).setting(value, under: rest)
    return .object(object)
  }
}
