public import PatchbayJSON

/// The kind of remedy that an error needs. The names are part of the plugin contract.
public enum ErrorClass: String, Sendable, CaseIterable {
  case config, auth, permission
  case rateLimit = "rate_limit"
  case transient, conflict, unsupported, data, budget, cancelled, bug

  /// What a vendor's refusal by this HTTP status calls for.
  public init(httpStatus: Int) {
    self =
      switch httpStatus {
      case 401: .auth
      case 403: .permission
      case 429: .rateLimit
      case 409, 412: .conflict
      case 300..<400: .unsupported
      case 500...: .transient
      default: .config
      }
  }
}

/// What went wrong, where, and how to mend it. Never holds a secret: it may be shown and stored.
public struct Failure: Error, Sendable, Equatable {
  public var kind: ErrorClass
  /// Stable, for machines and translations: `page.records_missing`.
  public var code: String
  /// What was wrong and where, in English, without the remedy.
  public var message: String
  /// The next step for the reader, or empty.
  public var mend: String
  public var params: JSONObject
  public var isRetryable: Bool
  public var retryAfterMS: Int64?
  /// A plugin's word: what the pass came to is of no use, and it is to begin again.
  public var isRestart = false

  public init(
    _ kind: ErrorClass, _ code: String, _ message: String, mend: String = "",
    params: JSONObject = JSONObject(), isRetryable: Bool = false, retryAfterMS: Int64? = nil
  ) {
    self.kind = kind
    self.code = code
    self.message = message
    self.mend = mend
    self.params = params
    self.isRetryable = isRetryable
    self.retryAfterMS = retryAfterMS
  }
}

extension Failure: CustomStringConvertible {
  public var description: String { mend.isEmpty ? message : "\(message) — \(mend)" }

  public var json: JSON {
    var object = JSONObject([
      .init("class", .string(kind.rawValue)), .init("code", .string(code)),
      .init("message", .string(message)),
    ])
    if !mend.isEmpty { object["mend"] = .string(mend) }
    if !params.isEmpty { object["params"] = .object(params) }
    if isRetryable { object["retryable"] = true }
    if let retryAfterMS { object["retry_after_ms"] = .integer(retryAfterMS) }
    return .object(object)
  }

  /// Bytes of the values that a text may be filled with; more are left out.
  private static let paramBytes = 4096

  /// Reads the head of an error message; what does not fit the contract is a bug of its sender.
  public init(head: JSON) {
    var params = head["params"]?.object ?? JSONObject()
    if JSON.object(params).text.utf8.count > Self.paramBytes { params = JSONObject() }
    self.init(
      head["class"]?.string.flatMap(ErrorClass.init) ?? .bug, head["code"]?.string ?? "unnamed",
      head["message"]?.string ?? "an error without a message", mend: head["mend"]?.string ?? "",
      params: params, isRetryable: head["retryable"]?.bool ?? false,
      retryAfterMS: head["retry_after_ms"]?.integer)
    isRestart = head["restart"]?.bool ?? false
  }
}
