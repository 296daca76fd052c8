/// A plain REST stream, declared:
///
///     RESTStream(
///       path: "/v1/customers",
///       extract: Extract(records: "/data", key: "/id"),
///       query: [("limit", "100")],
///       pagination: .cursor(at: "/next_cursor", parameter: "cursor"),
///       changes: .init(parameter: "updated_since", cursor: "/updated_at"))
public struct RESTStream: Sendable {
  /// How one page leads to the next.
  public enum Pagination: Sendable {
    /// The body names a cursor, which is sent as a query parameter.
    case cursor(at: String, parameter: String)
    /// The key of a page's last record is sent as a query parameter, for as long as the body says
    /// `true` at `more`.
    case lastKey(parameter: String, more: String)
    /// The body holds the next page's URL.
    case nextLink(at: String)
    /// The `Link` header holds it, as `rel="next"` (RFC 8288).
    case linkHeader
    /// Numbered pages. The body says at `count` how many pages there are; where it does not, one
    /// with fewer than `size` records is the last.
    case page(parameter: String, first: Int, size: Int, count: String? = nil)
    /// Offsets; a page with fewer than `size` records is the last.
    case offset(parameter: String, size: Int)
    /// All on one page.
    case none
  }

  let path: String
  let extract: Extract
  let query: [(name: String, value: String)]
  let pagination: Pagination
  let changes: Changes?
  /// Sent with every page.
  public var headers: [(name: String, value: String)] = []
  /// A body that asks for records makes the requests POST. What the pages and the changes are asked
  /// for by are then members of it, not parameters of the query.
  public var body: JSONObject?

  public init(
    path: String, extract: Extract, query: [(name: String, value: String)] = [],
    pagination: Pagination, changes: Changes? = nil
  ) {
    self.path = path
    self.query = query
    self.pagination = pagination
    self.changes = changes
    var extract = extract
    if let changes {
      extract.cursor = changes.cursor
      extract.cursorType = changes.type.extracted
    }
    self.extract = extract
  }

  /// What every page is asked for with: good for a check, too.
  public var firstRequest: Request {
    var request: Request
    if let body {
      request = .post(path, .object(body), extract: extract)
      request.isIdempotent = true
    } else {
      request = .get(path, extract: extract)
    }
    request.query = query
    request.headers = headers
    return request
  }

  /// The reader that follows the pages.
  public func reader(_ task: ReadTask) -> any Reader { RESTReader(stream: self, task: task) }
}

/// State: `since` (from where a pass reads); in the midst of one also `at` (where the next page
/// is), `max` (the greatest cursor so far) and `started` (the vendor's clock when the pass began).
struct RESTReader: Reader {
  private let stream: RESTStream
  private var at: JSON?
  private var since: JSON?
  private var greatest: JSON?
  private var startedMS: Int64?
  private var hasAnswer = false

  init(stream: RESTStream, task: ReadTask) {
    self.stream = stream
    since = task.isIncremental ? task.state?["since"] : nil
    if task.resumes {
      at = task.state?["at"]
      greatest = task.state?["max"]
      startedMS = task.state?["started"]?.integer
    }
    hasAnswer = startedMS != nil
  }

  mutating func start(_ steps: inout Steps) {
    startedMS = startedMS ?? steps.moment.nowMS
    ask(&steps)
  }

  private func ask(_ steps: inout Steps) {
    var request = stream.firstRequest
    func add(_ parameter: String, _ value: JSON?) {
      guard let value else { return }
      if stream.body != nil {
        var body = request.body?.object ?? JSONObject()
        body[parameter] = value
        request.body = .object(body)
      } else if let text = value.plainText {
        request.query.append((parameter, text))
      }
    }
    if let changes = stream.changes, let since = since?.plainText {
      add(changes.parameter, .string(changes.sent(since)))
    }
    switch stream.pagination {
    case .cursor(_, let parameter), .lastKey(let parameter, _): add(parameter, at)
    case .nextLink, .linkHeader:
      if let url = at?.string {
        // A link may lead from the stream's own address.
        request.url = url.utf8.first == UInt8(ascii: "?") ? stream.path + url : url
        request.query = []
      }
    case .page(let parameter, let first, _, _): add(parameter, at ?? .integer(Int64(first)))
    case .offset(let parameter, _): add(parameter, at ?? 0)
    case .none: break
    }
    steps.send(request)
  }

  mutating func received(_ response: Response, _ steps: inout Steps) {
    if !hasAnswer { startedMS = response.vendorTimeMS ?? startedMS }
    hasAnswer = true
    if let cursor = response.page.maxCursor { raise(cursor) }
    do throws(Problem) {
      at = try nextPlace(response)
    } catch {
      return steps.fail(error)
    }
    steps.checkpoint(state, covers: response.correlation)
    if at == nil { steps.done() } else { ask(&steps) }
  }

  private mutating func raise(_ cursor: String) {
    let known = greatest?.string ?? since?.string
    let isGreater = known.flatMap { stream.changes?.isGreater(cursor, than: $0) } ?? true
    if isGreater { greatest = .string(cursor) }
  }

  private var state: JSON {
    var state = JSONObject()
    guard let at else {
      state["since"] = stream.changes?.next(
        since: since?.plainText, greatest: greatest?.string, startedMS: startedMS ?? 0
      ).map { .string($0) }
      return .object(state)
    }
    state["at"] = at
    guard let changes = stream.changes else { return .object(state) }
    state["max"] = greatest
    state["since"] = since
    if changes.type.isTime { state["started"] = startedMS.map { .integer($0) } }
    return .object(state)
  }

  private func nextPlace(_ response: Response) throws(Problem) -> JSON? {
    switch stream.pagination {
    case .cursor(let pointer, _), .nextLink(let pointer):
      let next = response.json.at(pointer) ?? .null
      if next.isNull || next == false || next == "" { return nil }
      if let text = next.plainText, next != true { return .string(text) }
      throw Problem(
        .data, "page.cursor", "the page has at “\(pointer)” no place of a next one, and no end",
        isRetryable: true)
    case .lastKey(_, let pointer):
      let more = response.json.at(pointer) ?? .null
      if more == false { return nil }
      guard more == true else {
        throw Problem(
          .data, "page.more", "the page has at “\(pointer)” neither true nor false",
          isRetryable: true)
      }
      if let last = response.page.lastKey { return .string(last) }
      throw Problem(
        .data, "page.more", "the page says that there are more records, and has none",
        isRetryable: true)
    case .linkHeader: return Self.nextLink(response.headers["link"] ?? "").map { .string($0) }
    case .page(_, let first, let size, let count):
      let number = at?.integer ?? Int64(first)
      guard let count else { return response.page.count < size ? nil : .integer(number + 1) }
      let stated = response.json.at(count)?.plainText.flatMap { Int64($0) }
      guard let stated, stated >= 0 else {
        throw Problem(
          .data, "page.count", "the page has at “\(count)” no number of pages", isRetryable: true)
      }
      return number - Int64(first) + 1 < stated ? .integer(number + 1) : nil
    case .offset(_, let size):
      if response.page.count < size { return nil }
      return .integer((at?.integer ?? 0) + Int64(response.page.count))
    case .none: return nil
    }
  }

  /// The target of `rel="next"` among the links of a header: `<URL>; rel="next", <URL>; rel=last`.
  /// Reads bytes: a mark in a foreign text may melt into one character with the quote before it.
  static func nextLink(_ header: String) -> String? {
    var rest = header.utf8[...]
    while let open = rest.firstIndex(of: UInt8(ascii: "<")),
      let close = rest[open...].firstIndex(of: UInt8(ascii: ">"))
    {
      let parts = split(rest[rest.index(after: close)...], at: ",", most: 1)
      if hasNext(parts[0]) { return String(Substring(rest[open..<close].dropFirst())) }
      rest = parts.count > 1 ? parts[1] : Substring().utf8
    }
    return nil
  }

  /// Whether `next` is among the relations that a link's parameters name.
  private static func hasNext(_ parameters: Substring.UTF8View) -> Bool {
    split(parameters, at: ";").contains { parameter in
      let parts = String(Substring(parameter)).lowercased().utf8
        .split(separator: UInt8(ascii: "="), maxSplits: 1)
      guard parts.count == 2, parts[0].filter({ $0 != 0x20 }).elementsEqual("rel".utf8) else {
        return false
      }
      return parts[1].split { $0 == 0x20 || $0 == UInt8(ascii: "\"") }
        .contains { $0.elementsEqual("next".utf8) }
    }
  }

  /// Splits where the mark does not stand in quotes.
  private static func split(
    _ text: Substring.UTF8View, at mark: Unicode.Scalar, most count: Int = .max
  ) -> [Substring.UTF8View] {
    var isQuoted = false
    var isEscaped = false
    return text.split(maxSplits: count, omittingEmptySubsequences: false) { byte in
      if isEscaped || (isQuoted && byte == UInt8(ascii: "\\")) {
        isEscaped.toggle()
        return false
      }
      if byte == UInt8(ascii: "\"") { isQuoted.toggle() }
      return !isQuoted && byte == UInt8(ascii: mark)
    }
  }
}
