/// One session as a state machine: a message in, any number of messages out. This is the whole
/// contract; connectors have an easier way, ``Connector``.
public protocol Session {
  /// Takes a message. It must not wait, and must depend on nothing but what it is given.
  mutating func receive(_ message: Message, at moment: Moment, into output: inout Output)
}

/// What a step sends to the host, in order.
public struct Output {
  public private(set) var messages: [Message] = []
  public private(set) var isEnded = false

  public init() {}

  /// Sends a message. After `done` or `error` nothing more is taken.
  public mutating func send(_ message: Message) {
    if isEnded { return }
    messages.append(message)
    isEnded = message.kind == .done || message.kind == .error
  }

  /// Ends the session: the operation is complete.
  public mutating func done(_ head: JSON = .object(JSONObject())) {
    send(Message(.done, head: head))
  }

  /// Ends the session: the operation failed.
  public mutating func fail(_ problem: Problem) { send(Message(.error, head: problem.json)) }

  /// Tells the administrator something.
  public mutating func note(_ text: String, isWarning: Bool = false) {
    send(
      Message(
        .note, head: ["level": isWarning ? "warning" : "info", "text": .string(text)]))
  }
}

/// Why an operation failed.
public struct Problem: Error, Sendable, Equatable {
  public enum Kind: String, Sendable {
    case config, auth, permission
    case rateLimit = "rate_limit"
    case transient, conflict, unsupported, data, budget, cancelled, bug
  }

  public var kind: Kind
  /// Stable, for machines: `acme.scope_missing`.
  public var code: String
  public var message: String
  public var isRetryable: Bool
  /// The next step for the administrator, or empty.
  public var mend = ""
  /// Values for the text of that code.
  public var params = JSONObject()
  public var retryAfterMS: Int64?
  /// Reading: what the pass came to is of no use, and it is to begin again.
  public var isRestart = false

  public init(_ kind: Kind, _ code: String, _ message: String, isRetryable: Bool = false) {
    self.kind = kind
    self.code = code
    self.message = message
    self.isRetryable = isRetryable
  }

  /// Reads the head of a `failed` message.
  public init(_ head: JSON) {
    self.init(
      head["class"]?.string.flatMap(Kind.init) ?? .bug, head["code"]?.string ?? "unnamed",
      head["message"]?.string ?? "no reason given", isRetryable: head["retryable"]?.bool ?? false)
    mend = head["mend"]?.string ?? ""
    params = head["params"]?.object ?? JSONObject()
    retryAfterMS = head["retry_after_ms"]?.integer
  }

  public var json: JSON {
    var object = JSONObject([
      .init("class", .string(kind.rawValue)), .init("code", .string(code)),
      .init("message", .string(message)),
    ])
    if !mend.isEmpty { object["mend"] = .string(mend) }
    if !params.isEmpty { object["params"] = .object(params) }
    if isRetryable { object["retryable"] = true }
    object["retry_after_ms"] = retryAfterMS.map { .integer($0) }
    if isRestart { object["restart"] = true }
    return .object(object)
  }
}
