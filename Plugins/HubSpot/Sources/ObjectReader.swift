import PatchbaySDK

/// Reads the objects of one type.
///
/// Everything: the list, then the list of archived records. What changed: a search from the last
/// change seen, then the archived list. A search shows no more than 10,000 results, so it never
/// turns pages: each request starts at the last change of the one before (``Window``).
///
/// State: `phase` and `after` say where a pass stands; `since` (ms) is where the next one starts.
struct ObjectReader: Reader {
  private enum Phase: String { case list, search, archived }

  private let type: ObjectType
  private let isIncremental: Bool
  private let overlapMS: Int64
  private var properties: Properties
  private var phase: Phase
  private var after: String?
  private var window: Window
  /// Greatest change seen, and the vendor's clock when the pass began.
  private var greatestMS: Int64?
  private var startedMS: Int64?
  private let sinceMS: Int64?
  /// Where the page after a page of ids begins, while its records are under way.
  private var idsPage: (next: String?, isOver: Bool)?

  init(_ type: ObjectType, _ task: ReadTask) {
    self.type = type
    isIncremental = task.isIncremental
    overlapMS = (task.settings.text("overlap_seconds").flatMap { Int64($0) } ?? 30) * 1000
    properties = Properties(type, chosen: task.settings.list("properties"))
    sinceMS = task.state?["since"]?.integer
    phase = task.isIncremental ? .search : .list
    window = Window(fromMS: max(0, (sinceMS ?? 0) - overlapMS))
    guard task.resumes, let state = task.state else { return }
    phase = state["phase"]?.string.flatMap(Phase.init) ?? phase
    after = state["after"]?.string
    greatestMS = state["greatest"]?.integer
    startedMS = state["started"]?.integer
    if let saved = state["window"].flatMap(Window.init) { window = saved }
  }

  mutating func start(_ steps: inout Steps) {
    if properties.isKnown { tellColumns(&steps) }
    steps.send(properties.isKnown ? page() : properties.request)
  }

  mutating func received(_ response: Response, _ steps: inout Steps) {
    if !properties.isKnown {
      guard properties.learn(response.json) else {
        return steps.fail(
          Problem(.data, "hubspot.properties", "the list of \(type.rawValue)' properties is empty"))
      }
      tellColumns(&steps)
      steps.send(page())
      return
    }
    if startedMS == nil { startedMS = response.vendorTimeMS ?? steps.moment.nowMS }
    if let records = properties.batch(of: response, type) {
      // The ids of a page are known; its records come by a request of their own.
      let next = response.json.at("/paging/next/after")?.plainText
      if records.isEmpty {
        endList(next: next, covering: response.correlation, &steps)
      } else {
        steps.send(records.request)
        idsPage = (next, next == nil)
      }
      return
    }
    if let cursor = response.page.maxCursor.flatMap(RFC3339.milliseconds) {
      greatestMS = max(greatestMS ?? cursor, cursor)
    }
    switch phase {
    case .search: receivedSearch(response, &steps)
    case .list, .archived: receivedList(response, &steps)
    }
  }

  // MARK: Lists

  private mutating func receivedList(_ response: Response, _ steps: inout Steps) {
    if phase == .archived && response.page.kept.contains(where: { $0.first == .bool(false) }) {
      // This server does not tell archived records apart: it sent the list again.
      steps.cancel(response.correlation)
      return finish(covering: nil, &steps)
    }
    let next = idsPage.map(\.next) ?? response.json.at("/paging/next/after")?.plainText
    idsPage = nil
    endList(next: next, covering: response.correlation, &steps)
  }

  private mutating func endList(next: String?, covering: UInt64, _ steps: inout Steps) {
    after = next.flatMap { $0.isEmpty ? nil : $0 }
    if after == nil && phase == .archived { return finish(covering: covering, &steps) }
    if after == nil { phase = .archived }
    steps.checkpoint(state, covers: covering)
    steps.send(page())
  }

  // MARK: Search

  private mutating func receivedSearch(_ response: Response, _ steps: inout Steps) {
    let page = response.page
    // Without a total, the cursor that is not followed tells whether there is more.
    let isStillMore = response.json.at("/paging/next/after") != nil
    let isLast = window.advance(
      count: page.count, total: page.total ?? (isStillMore ? .max : page.count),
      lastChangeMS: page.maxCursor.flatMap(RFC3339.milliseconds), lastID: page.lastKey)
    if isLast {
      phase = .archived
      after = nil
    }
    steps.checkpoint(state, covers: response.correlation)
    steps.send(self.page())
  }

  // MARK: Both

  /// The request for what comes next.
  private func page() -> Request {
    var extract = Extract(records: "/results", key: "/id")
    extract.cursor = "/updatedAt"
    extract.cursorType = .time
    if phase == .search {
      extract.total = "/total"
      extract.totalIsOfRest = true
      var request = Request.post(
        "\(type.path)/search", window.body(type, properties.names), extract: extract)
      request.isIdempotent = true
      return request
    }
    var query = [("limit", "100"), ("archived", phase == .archived ? "true" : "false")]
    if let after { query.append(("after", after)) }
    if properties.areTooLong {
      query.append(("properties", "hs_object_id"))
      return .get(type.path, query: query)
    }
    query.append(("properties", properties.names.joined(separator: ",")))
    if phase == .archived { extract.keep = ["/archived"] }
    return .get(type.path, query: query, extract: extract)
  }

  private var state: JSON {
    var state = JSONObject([.init("phase", .string(phase.rawValue))])
    state["after"] = after.map { .string($0) }
    state["greatest"] = greatestMS.map { .integer($0) }
    state["started"] = startedMS.map { .integer($0) }
    state["since"] = sinceMS.map { .integer($0) }
    if phase == .search || window.isDoubtful { state["window"] = window.json }
    return .object(state)
  }

  /// The next pass starts at the last change seen, but not after this pass began: what changed
  /// while it ran may have been passed already.
  private mutating func finish(covering correlation: UInt64?, _ steps: inout Steps) {
    let started = startedMS ?? steps.moment.nowMS
    let next = max(sinceMS ?? 0, min(greatestMS ?? started, started))
    let state: JSON = ["since": .integer(next)]
    if let correlation {
      steps.checkpoint(state, covers: correlation)
    } else {
      steps.checkpoint(state)
    }
    if window.isDoubtful {
      steps.doneUnproven("a search came back empty though the vendor says that there is more")
    } else {
      steps.done()
    }
  }

  private func tellColumns(_ steps: inout Steps) {
    steps.catalog(type.rawValue, properties.columns)
  }
}

extension Response {
  /// The vendor's clock, from the `Date` header.
  var vendorTimeMS: Int64? { headers["date"].flatMap(HTTPDate.milliseconds) }
}
