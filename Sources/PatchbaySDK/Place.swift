/// Where a reader stands among the pages of a stream, and what the vendor said of their end. Pure.
///
/// An end is only what the vendor says: a cursor or link that was there before and is gone, null in
/// its place, `more` that is false, a total or a count that adds up, or an empty page.
struct Place {
  enum Next {
    case page
    case end(PassEnd.Proof)
    /// Nobody said that this is the end.
    case unproven(String)
  }

  private let stream: RESTStream
  /// Where the next page is; `nil` for the first.
  private var at: JSON?
  /// The address of the page that named the next one.
  private var base: String?
  /// Some page of the pass had something where the next one is named.
  private var hasSeenNext = false
  /// Elements that came so far.
  private var count: Int64 = 0
  private var seam = Seam()
  /// One of many lists, each of a parent that may be gone by now: the first page, too, may be
  /// answered as one behind the last.
  private let isChild: Bool
  var isOver = false

  init(_ stream: RESTStream, isChild: Bool = false) {
    self.stream = stream
    self.isChild = isChild
    seam = Seam(stream)
  }

  /// What another run saved, in the middle of a pass.
  init(_ stream: RESTStream, resuming state: JSON, isChild: Bool = false) {
    self.init(stream, isChild: isChild)
    if !seam.maySurvive { return }
    at = state["at"]
    base = state["base"]?.string
    hasSeenNext = state["named"]?.bool ?? (at != nil)
    count = Self.bounded(state["count"]?.integer ?? 0)
    seam.resume(state, isInside: at != nil)
  }

  /// A page or an offset of elsewhere; none that is meant is further from 0 than 2^53, and one more
  /// must be a number.
  private static func bounded(_ number: Int64) -> Int64 { min(max(number, -(1 << 53)), 1 << 53) }

  /// The page or the offset where it stands.
  private func number(first: Int64) -> Int64 { Self.bounded(at?.integer ?? first) }

  func save(_ state: inout JSONObject) {
    state["at"] = at
    state["base"] = base.map { .string($0) }
    if at != nil && !hasSeenNext { state["named"] = false }
    if count > 0 && (stream.extract.total != nil || seam.isUsed) {
      state["count"] = .integer(count)
    }
    seam.save(&state)
  }

  /// Whether a place was named, which a vendor may forget.
  var isInside: Bool { at != nil }

  /// Whether a request failed because the vendor forgot the place, not for another reason.
  /// `isResuming`: it was the first one at a place that another run saved.
  func isForgotten(_ problem: Problem, isResuming: Bool) -> Bool {
    guard isInside, let status = problem.httpStatus else { return false }
    return isResuming && [400, 404, 410, 416, 422].contains(status)
      || stream.ends.expiredStatuses.contains(status)
  }

  /// How the pass ended, for the host.
  func end(_ proof: PassEnd.Proof) -> PassEnd {
    var end = PassEnd(proof)
    end.isSnapshot = true
    end.confirm = seam.confirm
    return end
  }

  // MARK: Asking

  /// The request for the next page. `asking` adds what else it asks for, before the place.
  func request(_ asking: (inout Request) -> Void) -> Request {
    var request = stream.template
    if seam.keepsKeys {
      request.extracts = request.extracts.map { extract in
        var extract = extract
        extract.keep += extract.key
        return extract
      }
    }
    asking(&request)
    ask(&request)
    request.fill(stream.starts)
    return request
  }

  private func ask(_ request: inout Request) {
    let inBody = stream.body != nil
    switch stream.pagination {
    case .cursor(_, let parameter), .lastKey(let parameter, _):
      if let at { request.set(parameter, at, inBody: inBody) }
    case .nextLink, .linkHeader:
      guard let url = at?.string else {
        request.relativeTo = stream.path
        return
      }
      // A link may be relative to the page on which it stood.
      request.url = url
      request.relativeTo = base ?? stream.path
      request.query = []
    case .page(let parameter, let first, _, _):
      let number = number(first: Int64(first))
      request.set(parameter, .integer(seam.isLookingBack ? number - 1 : number), inBody: inBody)
    case .offset(let parameter, _):
      request.set(parameter, .integer(seam.offset(number(first: 0))), inBody: inBody)
    case .none: break
    }
  }

  // MARK: Going on

  mutating func next(_ response: Response) throws(Problem) -> Next {
    if stream.ends.statuses.contains(response.status) { return try endByStatus(response) }
    // A host of before counts records, which are the elements where nothing makes others of them.
    let isPlain = stream.extract.jq == nil && stream.extract.each == nil
    let elements = response.page.elements ?? (isPlain ? response.page.count : nil)
    if case .page = stream.pagination, seam.isLookingBack { return lookedBack(response) }
    if case .offset(_, let size) = stream.pagination {
      return try nextOffset(response, elements: elements, size: size)
    }
    count = Self.bounded(count + Int64(elements ?? 0))
    if let more = stream.ends.more, let next = try judge(more, response) { return next }
    switch stream.pagination {
    case .cursor(let pointer, _), .nextLink(let pointer): return try named(pointer, response)
    case .linkHeader: return linked(response)
    case .lastKey(_, let pointer): return try lastKey(pointer, response)
    case .page(_, let first, _, let pages):
      return try numbered(response, elements: elements, first: Int64(first), pages: pages)
    case .none: return .end(.single)
    case .offset: return .end(.single)
    }
  }

  private func endByStatus(_ response: Response) throws(Problem) -> Next {
    if at != nil || isChild { return .end(.status) }
    throw Problem(
      .config, "http.\(response.status)",
      "the first page was answered with \(response.status), which is an end only behind others")
  }

  /// What `more` says, where that is an end.
  private func judge(_ pointer: String, _ response: Response) throws(Problem) -> Next? {
    let more = response.json.at(pointer) ?? .null
    if more == false || more == 0 || more == "false" { return .end(.more) }
    if more == true || more == 1 || more == "true" { return nil }
    throw Problem(
      .data, "page.more", "the page has at “\(pointer)” neither true nor false", isRetryable: true)
  }

  private mutating func named(_ pointer: String, _ response: Response) throws(Problem) -> Next {
    guard let next = response.json.at(pointer) else {
      return absent("at “\(pointer)”", response)
    }
    hasSeenNext = true
    if next.isNull || next == false || next == "" {
      if stream.ends.more == nil { return .end(.cursor) }
      throw Problem(
        .data, "page.more", "the page says that there are more, and names no next one",
        isRetryable: true)
    }
    guard let text = next.plainText, next != true else {
      throw Problem(
        .data, "page.cursor", "the page has at “\(pointer)” no place of a next one, and no end",
        isRetryable: true)
    }
    if case .nextLink = stream.pagination { return follow(text, response) }
    if stream.ends.isSelfEnd, at?.plainText == text { return .end(.cursor) }
    at = stream.body == nil ? .string(text) : next
    return .page
  }

  private mutating func linked(_ response: Response) -> Next {
    let header = response.headers["link"] ?? ""
    if let url = LinkHeader.next(header) {
      hasSeenNext = true
      return follow(url, response)
    }
    // A header with links to other pages, and none to a next one, says that this is the last. Links
    // to something else, such as a description, say nothing of it.
    if LinkHeader.namesPages(header) { return .end(.link) }
    return absent("in the header Link", response)
  }

  private mutating func follow(_ url: String, _ response: Response) -> Next {
    if stream.ends.isSelfEnd, at?.string == url { return .end(.link) }
    seam.note(link: url)
    at = .string(url)
    base = response.url
    return .page
  }

  /// Nothing stands where the next page is named.
  private func absent(_ place: String, _ response: Response) -> Next {
    if hasSeenNext || stream.ends.isAbsentEnd { return .end(.cursor) }
    if response.page.elements == 0 { return .end(.empty) }
    if adds(response) { return .end(.total) }
    return .unproven(
      "there is nothing \(place), and no page of this pass had something there: if that is how the "
        + "vendor ends a list, set absent_is_end: true in its pagination; otherwise correct where "
        + "the next page is named")
  }

  private mutating func lastKey(_ pointer: String, _ response: Response) throws(Problem) -> Next {
    if stream.ends.more == nil, let end = try judge(pointer, response) { return end }
    guard let last = response.page.lastKey else {
      throw Problem(
        .data, "page.more", "the page says that there are more records, and has none",
        isRetryable: true)
    }
    at = .string(last)
    return .page
  }

  private mutating func numbered(
    _ response: Response, elements: Int?, first: Int64, pages: String?
  ) throws(Problem) -> Next {
    let number = number(first: first)
    if let pages {
      let stated = response.json.at(pages)?.plainText.flatMap { Int64($0) }
      guard let stated, stated >= 0 else {
        throw Problem(
          .data, "page.count", "the page has at “\(pages)” no number of pages", isRetryable: true)
      }
      if number - Self.bounded(first) + 1 >= stated { return .end(.count) }
    } else {
      guard let elements else { throw Self.uncounted }
      if elements == 0 { return .end(.empty) }
      if adds(response) { return .end(.total) }
    }
    seam.turn(last: response.page.lastKey)
    at = .integer(number + 1)
    return .page
  }

  /// Whether the vendor's total says that everything has come. The host compares it, too.
  private func adds(_ response: Response) -> Bool {
    guard let pointer = stream.extract.total, !stream.extract.totalIsOfRest else { return false }
    // The host is not told of the total of a list that is one of many.
    let total = response.page.total.map { Int64($0) } ?? response.json.at(pointer)?.integer
    return total.map { $0 <= count } ?? false
  }

  private static let uncounted = Problem(
    .config, "page.uncounted",
    "how many elements a page has is not known: jq alone does not say where they are")

  /// The page before the saved place was read again: only if it still ends with the same record
  /// does the pass go on from there.
  private mutating func lookedBack(_ response: Response) -> Next {
    if !seam.matches(response.page.lastKey) {
      at = nil
      count = 0
    }
    return .page
  }

  private mutating func nextOffset(_ response: Response, elements: Int?, size: Int)
    throws(Problem) -> Next
  {
    guard let elements else { throw Self.uncounted }
    let reached = number(first: 0)
    switch seam.judge(response, elements: elements, reached: reached, size: size) {
    case .again: return .page
    case .from(let place):
      at = .integer(place)
      count = place
      return .page
    case .new(let place):
      at = .integer(place)
      count = place
      if let more = stream.ends.more, let next = try judge(more, response) { return next }
      // A page further back may reach no further than the one before it: that is not empty.
      if elements == 0 { return .end(.empty) }
      return adds(response) ? .end(.total) : .page
    }
  }
}
