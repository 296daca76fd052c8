/// Follows the pages of a parent, and for each record of them the pages of its children.
///
/// State during a pass: `parents` (the parent's place at which the page at hand was asked for),
/// `done` (how many of its records are done) and `last` (the values of the last of these),
/// `children` (the place among the children of the one after it), whose values are `current`.
/// Another run asks for the parent's page again, and goes on behind `last` only if it stands where
/// it stood.
struct ChildReader: Reader {
  private let stream: ChildStream
  private let isIncremental: Bool
  private var window: ChangeWindow
  private var parents: Place
  private var children: Place
  /// What `parents` saved before it took the page at hand.
  private var asked = JSON.object(JSONObject())
  /// What follows the page at hand.
  private var after = Place.Next.page
  /// The values of the parents on the page at hand.
  private var page: [[JSON]] = []
  private var done = 0
  private var isAskingParents = true
  private var isResuming: Bool
  /// What another run left.
  private var left: JSON?
  private var doubt: String?
  private var confirm: PassEnd.Confirm?

  init(stream: ChildStream, task: ReadTask) {
    self.stream = stream
    isIncremental = task.isIncremental
    window = ChangeWindow(stream.child, task)
    isResuming = task.resumes
    parents = Place(Self.parent(of: stream))
    children = Place(stream.child, isChild: true)
    guard task.resumes, let state = task.state, let place = state["parents"] else { return }
    parents = Place(Self.parent(of: stream), resuming: place)
    left = state
    doubt = state["doubt"]?.string
    confirm = state["confirm"]?.string.flatMap(PassEnd.Confirm.init)
  }

  /// The parent's records give values and nothing else.
  private static func parent(of stream: ChildStream) -> RESTStream {
    var parent = stream.parent
    parent.extract.keep += stream.values.map(\.at)
    return parent
  }

  mutating func start(_ steps: inout Steps) {
    window.begin(steps.moment)
    askParents(&steps)
  }

  private mutating func askParents(_ steps: inout Steps) {
    isAskingParents = true
    var state = JSONObject()
    parents.save(&state)
    asked = .object(state)
    var request = parents.request { _ in }
    request.extracts = request.extracts.map { extract in
      var extract = extract
      // They would be counted, or looked for, among the children.
      (extract.cursor, extract.deleted, extract.total) = (nil, nil, nil)
      return extract
    }
    steps.send(request)
  }

  private func askChildren(_ steps: inout Steps) {
    let values = zip(stream.values, page[done]).map { ($0.name, $1) }
    var request = children.request { window.ask(&$0) }
    request.fill(values.map { ($0.0, $0.1.plainText ?? "") })
    request.extracts = request.extracts.map { extract in
      var extract = extract
      // It is that of one parent.
      extract.total = nil
      extract.constants += values.map { (name: $0.0, value: $0.1) }
      return extract
    }
    steps.send(request)
  }

  mutating func received(_ response: Response, _ steps: inout Steps) {
    isResuming = false
    do throws(Problem) {
      if isAskingParents {
        try receivedParents(response, &steps)
      } else {
        window.note(response, &steps)
        try receivedChildren(response, &steps)
      }
    } catch {
      steps.fail(error)
    }
  }

  private mutating func receivedParents(
    _ response: Response, _ steps: inout Steps
  ) throws(Problem) {
    // The other stream stores them.
    steps.cancel(response.correlation)
    let before = stream.parent.extract.keep.count
    let all = response.page.kept.map { Array($0.dropFirst(before).prefix(stream.values.count)) }
    // A path of dots leads elsewhere, whatever is done about it.
    page = all.filter { $0.allSatisfy { ![nil, "", ".", ".."].contains($0.plainText) } }
    if page.count < response.page.count {
      doubt =
        doubt
        ?? "\(response.page.count - page.count) records of the parent have no value that their "
        + "children could be asked for by"
    }
    after = try parents.next(response)
    isAskingParents = false
    (done, children) = (0, Place(stream.child, isChild: true))
    if let left { resume(left) }
    left = nil
    try goOn(&steps)
  }

  /// Goes on where another run left the page, if it is still the same.
  private mutating func resume(_ left: JSON) {
    let count = Int(left["done"]?.integer ?? 0)
    guard (0...page.count).contains(count) else { return }
    if count > 0 {
      guard left["last"]?.array == page[count - 1] else { return }
      done = count
    }
    if let place = left["children"], count < page.count, left["current"]?.array == page[count] {
      children = Place(stream.child, resuming: place, isChild: true)
      isResuming = true
    }
  }

  private mutating func receivedChildren(
    _ response: Response, _ steps: inout Steps
  ) throws(Problem) {
    switch try children.next(response) {
    case .page:
      steps.checkpoint(state, covers: response.correlation)
      return askChildren(&steps)
    case .end(let proof):
      if let more = children.end(proof).confirm { confirm = confirm == .always ? .always : more }
    case .unproven(let why): doubt = doubt ?? why
    }
    done += 1
    children = Place(stream.child, isChild: true)
    steps.checkpoint(state, covers: response.correlation)
    try goOn(&steps)
  }

  /// To the next parent, the next page of them, or the end.
  private mutating func goOn(_ steps: inout Steps) throws(Problem) {
    if done < page.count { return askChildren(&steps) }
    (page, done) = ([], 0)
    switch after {
    case .page: askParents(&steps)
    case .end(let proof): end(proof, &steps)
    case .unproven(let why): steps.doneUnproven("of the parent: \(why)")
    }
  }

  private mutating func end(_ proof: PassEnd.Proof, _ steps: inout Steps) {
    if let doubt { return steps.doneUnproven(doubt) }
    steps.checkpoint(window.next, covers: [])
    if isIncremental { return steps.done(PassEnd(proof)) }
    var end = parents.end(proof)
    if end.confirm != .always { end.confirm = confirm ?? end.confirm }
    steps.done(end)
  }

  mutating func failed(_ problem: Problem, correlation: UInt64, _ steps: inout Steps) {
    let place = isAskingParents ? parents : children
    steps.fail(place.isForgotten(problem, isResuming: isResuming) ? .restart(problem) : problem)
  }

  private var state: JSON {
    var state = JSONObject()
    state["parents"] = asked
    state["done"] = .integer(Int64(done))
    if done > 0 { state["last"] = .array(page[done - 1]) }
    if children.isInside {
      var place = JSONObject()
      children.save(&place)
      state["children"] = .object(place)
      state["current"] = .array(page[done])
    }
    state["doubt"] = doubt.map { .string($0) }
    state["confirm"] = confirm.map { .string($0.rawValue) }
    window.save(&state)
    return .object(state)
  }
}
