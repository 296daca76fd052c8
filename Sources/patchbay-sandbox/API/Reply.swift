internal import PatchbayJSON

/// What is sent back.
struct Reply: Sendable {
  enum Delivery: Sendable {
    case whole
    /// Half of the body, then silence.
    case stalled
    /// Half of the body, then the end of the connection.
    case truncated
  }

  var status: Int
  var headers: [(name: String, value: String)] = []
  var contentType = "application/json;charset=utf-8"
  var body: [UInt8]
  /// Lines that are made while they are sent, in place of `body`.
  var lines: RecordLines?
  var delivery = Delivery.whole

  init(_ status: Int, _ body: [UInt8]) {
    self.status = status
    self.body = body
  }

  init(_ status: Int = 200, json: JSON) { self.init(status, json.bytes) }
}

/// What a request leads to, after a pause.
struct Answer: Sendable {
  enum Outcome: Sendable {
    case reply(Reply)
    /// Close the connection without a word.
    case hangUp
    /// Keep the connection, and say nothing.
    case hold
  }

  var delayMS = 0
  var outcome: Outcome
}

/// An error in HubSpot's dress.
struct APIError: Error {
  var status: Int
  var message: String
  var category: String
  var members: [JSONObject.Member] = []
  var headers: [(name: String, value: String)] = []

  init(_ status: Int, _ message: String, _ category: String = "VALIDATION_ERROR") {
    self.status = status
    self.message = message
    self.category = category
  }

  static var unauthorized: APIError {
    APIError(
      401, "Authentication credentials not found. This API supports OAuth 2.0 authentication.",
      "INVALID_AUTHENTICATION")
  }

  static var expired: APIError {
    APIError(
      401, "The OAuth token used to make this call has expired.", "EXPIRED_AUTHENTICATION")
  }

  static func rateLimited(policy: String, retryAfterMS: Int64) -> APIError {
    var error = APIError(
      429, "You have reached your \(policy.lowercased()) limit.", "RATE_LIMITS")
    error.members = [
      .init("errorType", "RATE_LIMIT"), .init("policyName", .string(policy)),
      .init("groupName", "publicapi:private-apps:sandbox"),
    ]
    error.headers = [("Retry-After", String(max(1, (retryAfterMS + 999) / 1000)))]
    return error
  }

  func reply(correlation: UInt64) -> Reply {
    var object = JSONObject([
      .init("status", "error"), .init("message", .string(message)),
      .init("correlationId", .string(Self.uuid(correlation))),
      .init("category", .string(category)),
    ])
    for member in members { object[member.name] = member.value }
    var reply = Reply(status, json: .object(object))
    reply.headers = headers
    return reply
  }

  private static func uuid(_ number: UInt64) -> String {
    func hex(_ value: UInt64) -> [Character] {
      let digits = String(value, radix: 16)
      return Array(String(repeating: "0", count: 16 - digits.count) + digits)
    }
    let digits = hex(Noise.mix(number)) + hex(Noise.mix(number, 1))
    let parts = [0..<8, 8..<12, 12..<16, 16..<20, 20..<32].map { String(digits[$0]) }
    return parts.joined(separator: "-")
  }
}
