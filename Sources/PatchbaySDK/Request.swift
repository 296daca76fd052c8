/// A request for the host to send. Credentials, pace and retries are the host's business.
public struct Request: Sendable {
  public var method: String
  /// A URL; `{base_url}` at its beginning stands for the connection's.
  public var url: String
  /// Where ``url`` was found, if it may be relative: a path, or the URL of an answer. The host then
  /// resolves it as RFC 3986 says, and tells the URL that came of it in the answer.
  public var relativeTo: String?
  public var query: [(name: String, value: String)] = []
  public var headers: [(name: String, value: String)] = []
  public var body: JSON?
  /// May be sent again though its method says otherwise (a search by POST).
  public var isIdempotent: Bool?
  /// Sent in the vendor's header against repetition; with it the request may be sent again.
  public var idempotencyKey: String?
  /// Statuses that are answers to this plugin, not failures.
  public var statuses: [Int] = []
  public var extracts: [Extract] = []

  public init(_ method: String, _ url: String) {
    self.method = method
    self.url = url
  }

  public static func get(
    _ path: String, query: [(name: String, value: String)] = [], extract: Extract? = nil
  ) -> Request {
    var request = Request("GET", path)
    request.query = query
    request.extracts = extract.map { [$0] } ?? []
    return request
  }

  public static func post(_ path: String, _ body: JSON, extract: Extract? = nil) -> Request {
    var request = Request("POST", path)
    request.body = body
    request.extracts = extract.map { [$0] } ?? []
    return request
  }

  public func message(_ correlation: UInt64) -> Message {
    func pairs(_ list: [(name: String, value: String)]) -> JSON {
      .object(JSONObject(list.map { .init($0.name, .string($0.value)) }))
    }
    func template(_ url: String) -> String {
      url.utf8.first == UInt8(ascii: "/") ? "{base_url}" + url : url
    }
    // A link that begins with a slash is below the host, not below the connection's path.
    let isLink = relativeTo.map { $0 != url } ?? false
    var head = JSONObject([
      .init("method", .string(method)), .init("url", .string(isLink ? url : template(url))),
    ])
    head["relative_to"] = relativeTo.map { .string(template($0)) }
    if !query.isEmpty {
      head["query"] = .array(query.map { .array([.string($0.name), .string($0.value)]) })
    }
    if !headers.isEmpty { head["headers"] = pairs(headers) }
    if body != nil { head["content_type"] = "application/json" }
    head["idempotency_key"] = idempotencyKey.map { .string($0) }
    if let isIdempotent { head["idempotent"] = .bool(isIdempotent) }
    if !statuses.isEmpty { head["statuses"] = .array(statuses.map { .integer(Int64($0)) }) }
    if !extracts.isEmpty { head["extract"] = .array(extracts.map(\.json)) }
    return Message(
      .httpRequest, correlation: correlation, head: .object(head), body: body?.bytes ?? [])
  }
}

/// How the host cuts the records out of an answer. All places are JSON Pointers.
public struct Extract: Sendable {
  public enum CursorType: String, Sendable { case text, time, number }

  /// `nil` only with ``jq``: then the whole page is left for the plugin.
  public var records: String?
  public var key: [String]
  /// A jq program that the host runs over the page: each object that it puts out is a record, and
  /// the pointers are into these. Numbers keep their digits.
  public var jq: String?
  public var item: String?
  public var each: String?
  /// The records are the members of an object instead of the elements of an array.
  public var isMap = false
  /// Of the page: `ndjson`, `csv`, `tsv` or `xml`; JSON if it is left out. Rows of a table are
  /// records whose members are named by the first line. XML becomes JSON as the page on messages
  /// says, and every value a text.
  public var format: String?
  public var cursor: String?
  public var cursorType = CursorType.text
  public var deleted: String?
  /// Only this value marks a deletion, or every value but that one and null.
  public var deletedEquals: JSON?
  public var deletedNotEquals: JSON?
  /// Living records may all be without the mark.
  public var isDeletedOptional = false
  /// What stands for a list without records: `null`, `missing`, `no_content`.
  public var noRecords: [String] = []
  public var keep: [String] = []
  public var inject: [(name: String, from: String)] = []
  /// Members that are put in front of each record and are the same in all, such as the key of what
  /// they belong to. Needs the host's `extract.inject_value`.
  public var constants: [(name: String, value: JSON)] = []
  public var total: String?
  /// The total counts what is left from this page on, not the whole stream.
  public var totalIsOfRest = false
  public var failIf: [(at: String, kind: Problem.Kind)] = []
  /// Only this value is the error, or every value but that one.
  public var failEquals: JSON?
  public var failNotEquals: JSON?

  public init(records: String, key: String...) {
    self.records = records
    self.key = key
  }

  public init(jq program: String, key: String...) {
    jq = program
    self.key = key
  }

  public var json: JSON {
    var head = JSONObject()
    head["records"] = records.map { .string($0) }
    head["jq"] = jq.map { .string($0) }
    head["key"] = key.count == 1 ? .string(key[0]) : .array(key.map { .string($0) })
    head["item"] = item.map { .string($0) }
    if isMap { head["map"] = true }
    head["format"] = format.map { .string($0) }
    head["each"] = each.map { .string($0) }
    if let cursor {
      head["cursor"] = ["at": .string(cursor), "type": .string(cursorType.rawValue)]
    }
    head["deleted"] = deletedMark
    if !keep.isEmpty { head["keep"] = .array(keep.map { .string($0) }) }
    if !inject.isEmpty || !constants.isEmpty {
      head["inject"] = .object(
        JSONObject(
          inject.map { .init($0.name, .string($0.from)) }
            + constants.map { .init($0.name, ["value": $0.value]) }))
    }
    head["total"] = total.map { .string($0) }
    if totalIsOfRest { head["total_of"] = "rest" }
    if !failIf.isEmpty {
      head["fail_if"] = .array(
        failIf.map { rule in
          var rule = JSONObject([
            .init("at", .string(rule.at)), .init("class", .string(rule.kind.rawValue)),
          ])
          rule["equals"] = failEquals
          rule["not_equals"] = failNotEquals
          return .object(rule)
        })
    }
    if !noRecords.isEmpty { head["no_records"] = .array(noRecords.map { .string($0) }) }
    return .object(head)
  }

  private var deletedMark: JSON? {
    guard let deleted else { return nil }
    if deletedEquals == nil && deletedNotEquals == nil && !isDeletedOptional {
      return .string(deleted)
    }
    var mark = JSONObject([.init("at", .string(deleted))])
    mark["equals"] = deletedEquals
    mark["not_equals"] = deletedNotEquals
    if isDeletedOptional { mark["optional"] = true }
    return .object(mark)
  }
}

/// The host's answer to a request. Records that it cut out are not in it.
public struct Response: Sendable {
  public let correlation: UInt64
  public let status: Int
  public let headers: [String: String]
  /// One for each extract of the request.
  public let extracted: [Extracted]
  /// The body without the records that were cut out of it.
  public let body: [UInt8]

  /// The URL that the request came to, where it could be relative.
  public let url: String?

  /// The body as JSON, or null where it is none.
  public var json: JSON { JSON(reading: body) ?? .null }
  public var page: Extracted { extracted.first ?? Extracted(.null) }

  public init(_ message: Message) {
    correlation = message.correlation
    status = Int(message.head["status"]?.integer ?? 0)
    headers = Dictionary(
      (message.head["headers"]?.object?.members ?? []).map { ($0.name, $0.value.string ?? "") }
    ) { $1 }
    url = message.head["url"]?.string
    extracted = (message.head["extracted"]?.array ?? []).map(Extracted.init)
    body = message.body
  }
}

/// What an extract found on a page.
public struct Extracted: Sendable {
  public let count: Int
  /// Of these, records that could not be read.
  public let deadCount: Int
  /// What the vendor sent, before `each` or `jq` made records of it. `nil` where the host cannot
  /// know, or is older than this.
  public let elements: Int?
  public let lastKey: String?
  /// The greatest cursor of the page, as the vendor wrote it.
  public let maxCursor: String?
  public let total: Int?
  /// For each record the values that `keep` named.
  public let kept: [[JSON]]

  init(_ json: JSON) {
    count = Int(json["count"]?.integer ?? 0)
    deadCount = Int(json["dead"]?.integer ?? 0)
    elements = json["elements"]?.integer.map { Int($0) }
    lastKey = json["last_key"]?.string
    maxCursor = json["max_cursor"]?.string
    total = json["total"]?.integer.map { Int($0) }
    kept = (json["kept"]?.array ?? []).map { $0.array ?? [] }
  }
}
