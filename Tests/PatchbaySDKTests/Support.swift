import PatchbayCore
import PatchbaySDK
import PatchbaySDKTesting

/// A connector of one declared stream.
struct Declared: Connector {
  let stream: RESTStream

  init(_ stream: RESTStream) { self.stream = stream }

  func check(_ settings: Settings) -> Request { .get("/me") }

  func reader(of name: String, _ task: ReadTask) -> (any Reader)? {
    name == "items" ? stream.reader(task) : nil
  }
}

extension RESTStream {
  static func items(_ pagination: Pagination, changes: Changes? = nil) -> RESTStream {
    RESTStream(
      path: "/items", extract: Extract(records: "/data", key: "/id"), query: [("limit", "2")],
      pagination: pagination, changes: changes)
  }
}

extension RESTStream {
  /// A copy with what else is said of it.
  func with(_ change: (inout RESTStream) -> Void) -> RESTStream {
    var stream = self
    change(&stream)
    return stream
  }

  /// The same with a total that a page states at `/total`.
  static func counted(_ pagination: Pagination, isRest: Bool = false) -> RESTStream {
    var extract = Extract(records: "/data", key: "/id")
    extract.total = "/total"
    extract.totalIsOfRest = isRest
    return RESTStream(
      path: "/items", extract: extract, query: [("limit", "2")], pagination: pagination)
  }
}

/// A session made of a closure, for the rules that hold below connectors.
struct Scripted: Session {
  let receive: @Sendable (Message, Moment, inout Output) -> Void

  init(_ receive: @escaping @Sendable (Message, Moment, inout Output) -> Void) {
    self.receive = receive
  }

  func receive(_ message: Message, at moment: Moment, into output: inout Output) {
    receive(message, moment, &output)
  }
}

extension Answer {
  /// A page of items with these ids, and more members beside them.
  static func page(_ ids: [Int], _ more: [(String, JSON)] = [], headers: [String: String] = [:])
    -> Answer
  {
    var body = JSONObject([.init("data", .array(ids.map { ["id": .string(String($0))] }))])
    for (name, value) in more { body[name] = value }
    return .json(.object(body), headers: headers)
  }
}

extension Run {
  var asked: [String] { requests.map(\.description) }
  var keys: [String] { records.map(\.key) }
}

/// The code of the failure that a call throws.
func failure(_ body: () throws -> Void) -> Failure? {
  do {
    try body()
    return nil
  } catch {
    return error as? Failure
  }
}
