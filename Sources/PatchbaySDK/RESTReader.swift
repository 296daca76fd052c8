/// Follows the pages of a ``RESTStream``.
///
/// State: what ``ChangeWindow`` remembers, and during a pass what ``Place`` saves.
struct RESTReader: Reader {
  private let stream: RESTStream
  private let isIncremental: Bool
  private var window: ChangeWindow
  private var place: Place
  /// The first request of a pass that goes on where another run left it.
  private var isResuming: Bool

  init(stream: RESTStream, task: ReadTask) {
    self.stream = stream
    isIncremental = task.isIncremental
    window = ChangeWindow(stream, task)
    isResuming = task.resumes
    place = task.resumes ? Place(stream, resuming: task.state ?? .null) : Place(stream)
  }

  mutating func start(_ steps: inout Steps) {
    window.begin(steps.moment)
    ask(&steps)
  }

  private func ask(_ steps: inout Steps) {
    steps.send(place.request { window.ask(&$0) })
  }

  mutating func received(_ response: Response, _ steps: inout Steps) {
    isResuming = false
    window.note(response, &steps)
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
    steps.fail(place.isForgotten(problem, isResuming: isResuming) ? .restart(problem) : problem)
  }

  private var state: JSON {
    if place.isOver { return window.next }
    var state = JSONObject()
    place.save(&state)
    window.save(&state)
    return .object(state)
  }
}

extension Problem {
  /// What the pass came to is of no use: the vendor forgot the place at which it was to go on.
  static func restart(_ problem: Problem) -> Problem {
    var restart = Problem(
      .data, "page.cursor_expired",
      "the vendor does not know the place any more at which this pass was to go on: "
        + problem.message)
    restart.mend = "nothing is lost: the pass begins again"
    restart.isRestart = true
    return restart
  }

  /// The status of the answer that the host could not take.
  var httpStatus: Int? {
    code.hasPrefix("http.") ? Int(code.dropFirst("http.".count)) : nil
  }
}
