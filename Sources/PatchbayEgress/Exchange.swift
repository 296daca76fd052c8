public import PatchbayCore

/// A request as the egress takes it: without credentials, with its URL complete.
public struct OutgoingRequest: Sendable {
  public var method: String
  public var url: String
  /// Where the URL was found, if it may be relative.
  public var relativeTo: String?
  public var query: [(name: String, value: String)] = []
  public var headers: [(name: String, value: String)] = []
  public var body: [UInt8] = []
  public var contentType: String?
  /// May be sent again without harm.
  public var isIdempotent: Bool
  public var timeoutMS: Int64 = 120_000
  /// For how long it is tried to reach the host; `nil` for as long as the line's terms say.
  public var outageMS: Int64?
  /// Which of the connection's credentials; `nil` for its own, "none" for none.
  public var auth: String?
  /// Statuses that are answers, not failures, to whoever asks.
  public var statuses: [Int] = []

  public init(method: String, url: String) {
    self.method = method
    self.url = url
    isIdempotent = ["GET", "HEAD", "PUT", "DELETE"].contains(method)
  }
}

/// An answer that arrived whole.
public struct IncomingResponse: Sendable {
  public let status: Int
  /// Names in lower case; several values of one name joined by ", ".
  public let headers: [String: String]
  public let body: ByteBuffer
  /// The URL that a link led to, without what the host added to it.
  public var url: String? = nil

  public func header(_ name: String) -> String? { headers[name] }
}

/// What the traffic of a connection added up to.
public struct Traffic: Sendable, Equatable {
  public var requests: Int64 = 0
  public var retries: Int64 = 0
  public var refusals: Int64 = 0
  public var bytesIn: Int64 = 0
  public var bytesOut: Int64 = 0
  /// Time that requests were held back to keep the pace.
  public var pacedMS: Int64 = 0

  public init() {}
}
