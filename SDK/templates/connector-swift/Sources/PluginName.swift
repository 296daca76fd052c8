public import PatchbaySDK

/// Reads one stream, `items`: pages of records, each page with the cursor of the next one.
public struct PluginName: Connector {
  let items = RESTStream(
    path: "/v1/items", extract: Extract(records: "/data", key: "/id"), query: [("limit", "100")],
    pagination: .cursor(at: "/next", parameter: "after"),
    changes: .init(parameter: "updated_since", cursor: "/updated_at"))

  public init() {}

  public func check(_ settings: Settings) -> Request { .get("/v1/items", query: [("limit", "1")]) }

  public func reader(of stream: String, _ task: ReadTask) -> (any Reader)? {
    stream == "items" ? items.reader(task) : nil
  }
}
