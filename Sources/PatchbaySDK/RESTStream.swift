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
    /// Numbered pages. The body says at `count` how many pages there are; where it does not, an
    /// empty page is the last: a short one proves nothing.
    case page(parameter: String, first: Int, size: Int, count: String? = nil)
    /// Offsets, until a page is empty. Pages overlap by a record, which shows whether records moved
    /// while pages turned.
    case offset(parameter: String, size: Int)
    /// All on one page.
    case none
  }

  /// What else a vendor means by an end. Each is the author's or the admin's word for it: nothing
  /// of it is guessed.
  public struct Ends: Sendable {
    /// Where a page says whether there are more, beside a cursor, a link, a number or an offset.
    public var more: String?
    /// Statuses that a page behind the last one is answered with.
    public var statuses: [Int] = []
    /// A page without a cursor or link is the last, also where no page had one.
    public var isAbsentEnd = false
    /// A page that names itself as the next is the last.
    public var isSelfEnd = false
    /// Statuses that a cursor is answered with which has expired: the pass begins again.
    public var expiredStatuses: [Int] = []

    public init() {}
  }

  let path: String
  var extract: Extract
  let query: [(name: String, value: String)]
  let pagination: Pagination
  let changes: Changes?
  public var ends = Ends()
  /// What stands in the path, in place of a parameter's name in braces, until a page or a change
  /// gives it another value.
  public var starts: [(name: String, value: String)] = []
  /// Sent with every page.
  public var headers: [(name: String, value: String)] = []
  /// A body that asks for records makes the requests POST. What the pages and the changes are asked
  /// for by are then members of it, not parameters of the query: by name, or anywhere in it by a
  /// JSON Pointer, with the JSON type that they have.
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

  /// What the first page is asked for with: good for a check, too.
  public var firstRequest: Request {
    var request = template
    request.fill(starts)
    return request
  }

  /// What every page is asked for with.
  var template: Request {
    var request: Request
    if let body {
      request = .post(path, .object(body), extract: extract)
      request.isIdempotent = true
    } else {
      request = .get(path, extract: extract)
    }
    request.query = query
    request.headers = headers
    request.statuses = ends.statuses
    return request
  }

  /// The reader that follows the pages.
  public func reader(_ task: ReadTask) -> any Reader { RESTReader(stream: self, task: task) }
}
