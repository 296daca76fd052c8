package import PatchbayCore

/// A request as the egress takes it: without credentials, with its URL complete.
package struct OutgoingRequest: Sendable {
  package var method: String
  package var url: String
  /// Where the URL was found, if it may be relative.
  package var relativeTo: String?
  package var query: [(name: String, value: String)] = []
  package var headers: [(name: String, value: String)] = []
  package var body: BodySource = []
  /// A multipart body has its own, which goes first.
  package var contentType: String?
  /// May be sent again without harm.
  package var isIdempotent: Bool
  /// For the whole answer. The line's own limit holds besides, unless a stored body is sent or the
  /// answer flows.
  package var timeoutMS: Int64 = 120_000
  /// For how long it is tried to reach the host; `nil` for as long as the line's terms say.
  package var outageMS: Int64?
  /// Which of the connection's credentials; `nil` for its own, "none" for none.
  package var auth: String?
  /// Asked before each attempt, those for a token among them; what it throws is the answer. What it
  /// returns is called when the attempt is over, and what it used is counted.
  package var admit: Admission?
  /// Statuses that are answers, not failures, to whoever asks.
  package var statuses: [Int] = []

  package typealias Admission =
    @Sendable () async throws(Failure) -> (@Sendable () async -> Void)?

  package init(method: String, url: String) {
    self.method = method
    self.url = url
    isIdempotent = ["GET", "HEAD", "PUT", "DELETE"].contains(method)
  }

  /// The header `Content-Type`.
  var sentType: String? { body.contentType ?? contentType }
}

/// An answer that arrived whole.
package struct IncomingResponse: Sendable {
  package let status: Int
  /// Names in lower case; several values of one name joined by ", ".
  package let headers: [String: String]
  package let body: ByteBuffer
  /// The URL that a link led to, without what the host added to it.
  package var url: String? = nil

  package func header(_ name: String) -> String? { headers[name] }
}

/// What the traffic of a connection added up to.
package struct Traffic: Sendable, Equatable {
  package var requests: Int64 = 0
  package var retries: Int64 = 0
  package var refusals: Int64 = 0
  package var bytesIn: Int64 = 0
  package var bytesOut: Int64 = 0
  /// Time that requests were held back to keep the pace.
  package var pacedMS: Int64 = 0

  package init() {}

  /// What came since an earlier sum.
  package static func - (now: Traffic, before: Traffic) -> Traffic {
    var rest = Traffic()
    rest.requests = now.requests - before.requests
    rest.retries = now.retries - before.retries
    rest.refusals = now.refusals - before.refusals
    rest.bytesIn = now.bytesIn - before.bytesIn
    rest.bytesOut = now.bytesOut - before.bytesOut
    rest.pacedMS = now.pacedMS - before.pacedMS
    return rest
  }
}
