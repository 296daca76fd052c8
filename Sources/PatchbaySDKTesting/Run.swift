public import PatchbayCore
internal import PatchbayHost
public import PatchbayMessages
public import PatchbaySDK

/// A request as a plugin asked for it: before credentials, and with `{base_url}` still in its URL.
public struct SentRequest: Sendable, CustomStringConvertible {
  public let message: Message

  public var correlation: UInt64 { message.correlation }
  public var method: String { message.head["method"]?.string ?? "" }
  public var url: String { message.head["url"]?.string ?? "" }
  /// The body; `nil` where there is none, or it is no JSON.
  public var json: JSON? { try? JSON(reading: message.body[...]) }
  public var headers: [(name: String, value: String)] {
    (message.head["headers"]?.object?.members ?? []).map { ($0.name, $0.value.string ?? "") }
  }
  public var query: [(name: String, value: String)] {
    (message.head["query"]?.array ?? []).map {
      ($0.array?.first?.string ?? "", $0.array?.last?.string ?? "")
    }
  }

  /// Why the hub would not send it; `nil` where its headers are a plugin's to set. The manifest
  /// names the headers in which API keys stand.
  func headerProblem(_ manifest: Manifest) -> String? {
    let found = RequestHeader.objection(
      to: headers, contentType: message.head["content_type"]?.string,
      credential: manifest.keyHeaders)
    return found.map {
      "the header “\($0.name.beginning(bytes: 60))” of \(self) \($0.objection.text)"
    }
  }

  /// The value of a query parameter.
  public subscript(name: String) -> String? { query.first { $0.name == name }?.value }

  /// `GET {base_url}/items?limit=100`, with values as the plugin wrote them.
  public var description: String {
    let pairs = query.map { "\($0.name)=\($0.value)" }.joined(separator: "&")
    return "\(method) \(url)" + (pairs.isEmpty ? "" : "?" + pairs)
  }
}

/// What becomes of a request.
public enum Answer: Sendable {
  /// The vendor answers. Names of headers are in lower case.
  case response(status: Int, headers: [String: String], body: [UInt8])
  /// It did not get through, and the host has given up.
  case failed(Problem)
  /// Instead of an answer the operation is cancelled.
  case cancel

  public static func json(_ json: JSON, status: Int = 200, headers: [String: String] = [:])
    -> Answer
  {
    .text(json.text, status: status, type: "application/json", headers: headers)
  }

  public static func text(
    _ text: String, status: Int = 200, type: String = "application/json",
    headers: [String: String] = [:]
  ) -> Answer {
    .response(
      status: status, headers: headers.merging(["content-type": type]) { given, _ in given },
      body: Array(text.utf8))
  }
}

/// What a session did, from `open` to its end.
public struct Run: Sendable {
  /// A point to resume from, and the records that it made count.
  public struct Checkpoint: Sendable {
    public let state: JSON
    public let records: [CutRecord]
  }

  /// The head of the first message.
  let opening: JSONObject
  public internal(set) var requests: [SentRequest] = []
  public internal(set) var checkpoints: [Checkpoint] = []
  /// Everything that the plugin said, in order.
  public internal(set) var messages: [Message] = []
  /// Why the operation failed; `nil` where it is done.
  public internal(set) var problem: Problem?
  /// Why the end is not sure to be the end: the plugin's word, or totals that do not add up.
  public internal(set) var unproven: String?
  /// The head of the plugin's `done`; `nil` where it came to none.
  public internal(set) var done: JSON?

  init(opening: JSONObject) { self.opening = opening }

  /// What became of records that were to be written, by their places in the input.
  public var outcomes: [JSON] {
    messages.filter { $0.kind == .outcome }
      .flatMap { $0.head["outcomes"]?.array ?? [] }
      .sorted { ($0["index"]?.integer ?? 0) < ($1["index"]?.integer ?? 0) }
  }

  /// Records that count, dead ones included, in order of their checkpoints.
  public var records: [CutRecord] { checkpoints.flatMap(\.records) }

  /// What a store would hold, by key: the last word on each record; deleted and dead ones are out.
  public var stored: [String: String] {
    var table: [String: String] = [:]
    for record in records where record.fault == nil {
      table[record.key] = record.isDeleted ? nil : record.raw
    }
    return table
  }

  /// The state that the next run begins with.
  public var state: JSON? { checkpoints.last?.state }
  public var notes: [String] { heads(.note).compactMap { $0["text"]?.string } }

  /// The heads of all messages of a kind.
  public func heads(_ kind: MessageKind) -> [JSON] {
    messages.filter { $0.kind == kind }.map(\.head)
  }
}
