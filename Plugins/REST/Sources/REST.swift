public import PatchbaySDK

/// Any API of JSON, tables or XML: what there is to read, and how, stands in the connection's
/// settings.
public struct REST: Connector {
  public init() {}

  public func streams(_ settings: Settings) throws(Problem) -> [StreamListing] {
    try Configuration(settings.json).streams.map(\.listing)
  }

  /// The first page of the first stream, so that a wrong path or pointer shows, too.
  public func check(_ settings: Settings) -> Request {
    let streams = try? Configuration(settings.json).streams
    // A child cannot be asked for without its parent.
    return streams?.first { $0.parent == nil }?.source.firstRequest ?? .get("/")
  }

  public func reader(of stream: String, _ task: ReadTask) -> (any Reader)? {
    let streams = try? Configuration(task.settings.json).streams
    return streams?.first { $0.listing.name == stream }?.reader(task)
  }
}
