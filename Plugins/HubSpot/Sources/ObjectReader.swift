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
  /// `nil` where the settings name no sensible one.
  private let overlapMS: Int64?
  private var properties: Properties
  private var phase: Phase
  private var after: String?
  private var window: Window
  /// Greatest change seen, and the vendor's clock when the pass began.
  private var greatestMS: Int64?
  private var startedMS: Int64?
  private let sinceMS: Int64?
  /// The last id on the first page of the list, and how many there were.
  private var firstPage: String?
  /// Why some records may be missing.
  private var doubt: String?
  /// A page of ids whose records are under way.
  private var idPage: IDBatches?

  init(_ type: ObjectType, _ task: ReadTask) {
    self.type = type
    isIncremental = task.isIncremental
    let overlap = Int64(task.settings.text("overlap_seconds") ?? "30")
    overlapMS = overlap.flatMap { (0...86_400).contains($0) ? $0 * 1000 : nil }
    properties = Properties(type, chosen: task.settings.list("properties"))
    sinceMS = task.state?["since"]?.integer
    phase = task.isIncremental ? .search : .list
    window = Window(fromMS: max(0, max(0, sinceMS ?? 0) - (overlapMS ?? 0)))
    guard task.resumes, let state = task.state else { return }
    phase = state["phase"]?.string.flatMap(Phase.init) ?? phase
    after = state["after"]?.string
    greatestMS = state["greatest"]?.integer
    startedMS = state["started"]?.integer
    firstPage = state["first"]?.string
    doubt = state["doubt"]?.string
    if let saved = state["window"].flatMap(Window.init) { window = saved }
  }

  mutating func start(_ steps: inout Steps) {
    if overlapMS == nil {
      return steps.fail(
        Problem(
          .config, "hubspot.overlap",
          "overlap_seconds is not a whole number of seconds from 0 to 86400"))
    }
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
    if let cursor = response.page.maxCursor.flatMap(RFC3339.milliseconds) {
      greatestMS = max(greatestMS ?? cursor, cursor)
    }
    do throws(Problem) {
      if phase == .search {
        receivedSearch(response, &steps)
      } else if idPage != nil {
        receivedBatch(response, &steps)
      } else if properties.areTooLong {
        try receivedIDs(response, &steps)
      } else {
        try receivedList(response, &steps)
      }
    } catch {
      steps.fail(error)
    }
  }

  // MARK: Lists

  private mutating func receivedList(
    _ response: Response, _ steps: inout Steps
  ) throws(Problem) {
    let (page, next) = (response.page, try response.json.nextPage())
    let flags = page.kept.map { $0.first?.bool }
    if page.count == flags.count && endsArchive(flags, response, &steps) { return }
    noteFirst(page)
    endList(next: next, covering: [response.correlation], &steps)
  }

  private mutating func noteFirst(_ page: Extracted) {
    if phase == .list && after == nil { firstPage = Self.name(page) }
  }

  private static func name(_ page: Extracted) -> String {
    "\(page.count) \(page.lastKey ?? "")"
  }

  /// Whether the archived list is no such list: some servers do not tell archived records apart and
  /// send the first list again, so that its first page is that of the list, or all of it live.
  /// Otherwise a live record was restored meanwhile.
  private mutating func endsArchive(
    _ flags: [Bool?], _ response: Response, _ steps: inout Steps
  ) -> Bool {
    guard phase == .archived, after == nil, flags.contains(false) else { return false }
    guard flags.allSatisfy({ $0 == false }) || firstPage == Self.name(response.page) else {
      return false
    }
    steps.cancel(response.correlation)
    finish(covering: [], &steps)
    return true
  }

  private mutating func receivedIDs(
    _ response: Response, _ steps: inout Steps
  ) throws(Problem) {
    let page = try IDPage(response)
    if endsArchive(page.ids.map(\.isArchived), response, &steps) { return }
    noteFirst(response.page)
    steps.cancel(response.correlation)
    idPage = IDBatches(page, areArchived: phase == .archived)
    sendBatch(&steps)
  }

  private mutating func receivedBatch(_ response: Response, _ steps: inout Steps) {
    let given = response.page.kept.compactMap { $0.first?.plainText }
    let asked = idPage?.answered(response.correlation) ?? []
    doubt = doubt ?? response.json.doubt(asked: Set(asked), given: Set(given))
    sendBatch(&steps)
  }

  private mutating func sendBatch(_ steps: inout Steps) {
    guard let page = idPage else { return }
    if let batch = page.batches.first {
      steps.send(properties.batch(batch.ids, isArchived: batch.isArchived))
    } else {
      idPage = nil
      endList(next: page.next, covering: page.answered, &steps)
    }
  }

  private mutating func endList(next: String?, covering: [UInt64], _ steps: inout Steps) {
    after = next
    if after == nil && phase == .archived { return finish(covering: covering, &steps) }
    if after == nil { phase = .archived }
    steps.checkpoint(state, covers: covering)
    steps.send(page())
  }

  // MARK: Search

  private mutating func receivedSearch(_ response: Response, _ steps: inout Steps) {
    let (page, json) = (response.page, response.json)
    let isLast = window.advance(
      count: page.count, total: Self.total(page.count, json),
      lastChangeMS: page.maxCursor.flatMap(RFC3339.milliseconds), lastID: page.lastKey)
    if isLast {
      phase = .archived
      after = nil
    }
    steps.checkpoint(state, covers: response.correlation)
    steps.send(self.page())
  }

  /// How many results there are from this page on. Where all that is known is that there are more
  /// (by the cursor that is not followed, or because the page is full and has no sensible total),
  /// one more than are on it.
  private static func total(_ count: Int, _ json: JSON) -> Int {
    let stated = json["total"]?.plainText.flatMap { Double($0) }.flatMap { Int(exactly: $0) }
    let least = (json.at("/paging/next") ?? .null).isNull ? 0 : count + 1
    if let stated, stated >= count { return max(stated, least) }
    return max(least, count >= Window.size ? count + 1 : count)
  }

  // MARK: Both

  /// The request for what comes next.
  private func page() -> Request {
    var extract = Extract.objects(areArchived: phase == .archived)
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
      return .get(type.path, query: query, extract: IDPage.extract)
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
    state["first"] = firstPage.map { .string($0) }
    state["doubt"] = doubt.map { .string($0) }
    if phase == .search || window.isDoubtful { state["window"] = window.json }
    return .object(state)
  }

  /// The next pass starts at the last change seen, but not after this pass began: what changed
  /// while it ran may have been passed already.
  private mutating func finish(covering correlations: [UInt64], _ steps: inout Steps) {
    let started = startedMS ?? steps.moment.nowMS
    let next = max(sinceMS ?? 0, min(greatestMS ?? started, started))
    steps.checkpoint(["since": .integer(next)], covers: correlations)
    if let doubt {
      steps.doneUnproven(doubt)
    } else if window.isDoubtful {
      steps.doneUnproven("a search ended though the vendor says that there is more")
    } else {
      // HubSpot names no next page on the last one: the archived list came to its end.
      var end: PassEnd = isIncremental ? PassEnd(.cursor) : .snapshot(.cursor)
      // A record may be restored behind the list that was read, and leave the archive before that
      // is read: what neither brought is looked for once more.
      end.confirm = isIncremental ? nil : .deletions
      steps.done(end)
    }
  }

  private func tellColumns(_ steps: inout Steps) {
    steps.catalog(type.rawValue, properties.columns)
  }
}
