/// Writes records of one stream, one answer after the other. When every record has its outcome, the
/// session ends by itself.
public protocol Writer {
  /// Records came to be written; there may be more of them later. Each needs one outcome.
  mutating func write(_ inputs: [WriteInput], _ steps: inout Steps)
  mutating func received(_ response: Response, _ steps: inout Steps)
  /// A request failed for good. What of it was done is for the writer to say: `failed` only where
  /// the vendor refused it, `unknown` where it may have been done.
  mutating func failed(_ problem: Problem, correlation: UInt64, _ steps: inout Steps)
}

/// What is to be written.
public struct WriteTask: Sendable {
  public let stream: String
  public let settings: Settings
}

/// One record to write.
public struct WriteInput: Sendable {
  public enum Action: String, Sendable { case create, update, upsert, delete }

  /// Its place in all input of the session, from 0.
  public let index: Int
  public let action: Action
  /// The key under which the host stores it; `nil` of one that is to be created.
  public let key: String?
  /// The same for each attempt, and for no other record: for the vendor's means against repetition.
  public let idempotencyKey: String
  /// The members that are to be written, in the form in which they are read.
  public let record: JSON

  init?(_ json: JSON, index: Int) {
    guard let action = json["action"]?.string.flatMap(Action.init) else { return nil }
    self.index = index
    self.action = action
    key = json["key"]?.string
    idempotencyKey = json["idempotency_key"]?.string ?? ""
    record = json["record"] ?? .object(JSONObject())
  }
}

/// What became of a record.
public struct WriteOutcome: Sendable {
  public enum Status: String, Sendable {
    case created, updated, unchanged, deleted
    /// The vendor refused it: nothing was done.
    case failed
    /// It may have been done, or not.
    case unknown
  }

  public var index: Int
  public var status: Status
  /// The vendor's id.
  public var id: String?
  /// Why it failed, or is not known.
  public var problem: Problem?

  public init(_ index: Int, _ status: Status, id: String? = nil, problem: Problem? = nil) {
    (self.index, self.status, self.id, self.problem) = (index, status, id, problem)
  }

  /// What a request that failed says of one of its records. Only a refusal is known not to have
  /// been done; where no answer came, or one that says that the vendor failed, it may have been.
  public init(_ index: Int, after problem: Problem) {
    let status = problem.httpStatus.map { (400..<500).contains($0) && $0 != 408 } ?? false
    let wasNeverSent = [.config, .auth, .permission, .budget].contains(problem.kind)
    self.init(index, status || wasNeverSent ? .failed : .unknown, problem: problem)
  }

  var json: JSON {
    var head = JSONObject([
      .init("index", .integer(Int64(index))), .init("status", .string(status.rawValue)),
    ])
    head["id"] = id.map { .string($0) }
    head["error"] = problem?.json
    return .object(head)
  }
}

extension Steps {
  /// What became of records.
  public mutating func settle(_ outcomes: [WriteOutcome]) {
    if outcomes.isEmpty { return }
    output.send(Message(.outcome, head: ["outcomes": .array(outcomes.map(\.json))]))
  }
}

/// The records of one session that are to be written, and how many have their outcome.
struct WriteQueue {
  private var given = 0
  private var settled = 0
  private var hasAll = false

  var isOver: Bool { hasAll && settled >= given }

  /// Reads an `input`. Throws for a line that cannot be read.
  mutating func take(_ message: Message) throws(Problem) -> [WriteInput] {
    var inputs: [WriteInput] = []
    for line in message.body.split(separator: UInt8(ascii: "\n")) {
      guard let json = JSON(reading: Array(line)), let input = WriteInput(json, index: given) else {
        throw Problem(.bug, "input.line", "the host's input \(given) cannot be read")
      }
      inputs.append(input)
      given += 1
    }
    hasAll = message.head["last"]?.bool ?? false
    return inputs
  }

  mutating func note(_ message: Message) {
    settled += message.head["outcomes"]?.array?.count ?? 0
  }
}
