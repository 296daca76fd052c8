public import PatchbaySDK

public struct Bookshop: Connector {
  let books = RESTStream(
    path: "/v1/books", extract: Extract(records: "/data", key: "/id"), query: [("limit", "200")],
    pagination: .cursor(at: "/next", parameter: "after"),
    changes: .init(parameter: "updated_since", cursor: "/updated_at"))

  public init() {}

  public func check(_ settings: Settings) -> Request { .get("/v1/books", query: [("limit", "1")]) }

  public func reader(of stream: String, _ task: ReadTask) -> (any Reader)? { books.reader(task) }
}
