/// How records of a stream are written where each has a request of its own. What is `nil` the API
/// does not do.
///
///     RESTWrites(
///       create: .init("POST", "/v1/books"), update: .init("PATCH", "/v1/books/{key}"),
///       delete: .init("DELETE", "/v1/books/{key}"))
public struct RESTWrites: Sendable {
  /// One request.
  public struct Act: Sendable {
    public var method: String
    /// Below the base URL; `{key}` stands for the record's key.
    public var path: String
    /// The member of the body that holds the record, as in `{"contact": {…}}`; the body is the
    /// record itself where it is `nil`.
    public var member: String?
    /// Where the answer has the record's id, as a JSON Pointer.
    public var id: String?
    /// The vendor does nothing twice that comes with the same `Idempotency-Key`.
    public var takesIdempotencyKey = false

    public init(_ method: String, _ path: String, member: String? = nil, id: String? = nil) {
      (self.method, self.path, self.member, self.id) = (method, path, member, id)
    }
  }

  public var create: Act?
  public var update: Act?
  public var upsert: Act?
  public var delete: Act?

  public init(create: Act? = nil, update: Act? = nil, upsert: Act? = nil, delete: Act? = nil) {
    (self.create, self.update, self.upsert, self.delete) = (create, update, upsert, delete)
  }

  public func writer() -> any Writer { RESTWriter(writes: self) }

  /// What an upsert is: where the API has none, a record with a key is there already.
  fileprivate func act(_ action: WriteInput.Action) -> Act? {
    switch action {
    case .create: create
    case .update: update
    case .upsert: upsert ?? update
    case .delete: delete
    }
  }
}

/// Sends one request for each record, a few at a time, and those of one key in their order.
private struct RESTWriter: Writer {
  private static let atOnce = 4

  let writes: RESTWrites
  private var waiting: [WriteInput] = []
  private var underWay: [UInt64: WriteInput] = [:]

  init(writes: RESTWrites) { self.writes = writes }

  mutating func write(_ inputs: [WriteInput], _ steps: inout Steps) {
    waiting += inputs
    goOn(&steps)
  }

  private mutating func goOn(_ steps: inout Steps) {
    var index = 0
    while index < waiting.count, underWay.count < Self.atOnce {
      let input = waiting[index]
      let isHeld =
        input.key != nil
        && (underWay.values.contains { $0.key == input.key }
          || waiting[..<index].contains { $0.key == input.key })
      if isHeld {
        index += 1
        continue
      }
      waiting.remove(at: index)
      guard let request = request(input) else {
        let problem = Problem(
          .unsupported, "write.action", "the API does not \(input.action.rawValue) records")
        steps.settle([WriteOutcome(input.index, .failed, problem: problem)])
        continue
      }
      underWay[steps.send(request)] = input
    }
  }

  private func request(_ input: WriteInput) -> Request? {
    guard let act = writes.act(input.action) else { return nil }
    let key = Request.percentEncoded(input.key ?? "")
    var request = Request(act.method, act.path.replacing("{key}", with: key))
    if input.action != .delete {
      request.body = act.member.map { [$0: input.record] } ?? input.record
    } else {
      // What is gone already need not be deleted.
      request.statuses = [404, 410]
    }
    if act.takesIdempotencyKey { request.idempotencyKey = input.idempotencyKey }
    return request
  }

  mutating func received(_ response: Response, _ steps: inout Steps) {
    guard let input = underWay.removeValue(forKey: response.correlation) else { return }
    let isGone = input.action == .delete && response.status >= 400
    let status: WriteOutcome.Status =
      switch input.action {
      case .create: .created
      case .update, .upsert: .updated
      case .delete: isGone ? .unchanged : .deleted
      }
    let id = writes.act(input.action)?.id.flatMap { response.json.at($0)?.plainText }
    steps.settle([WriteOutcome(input.index, status, id: id)])
    goOn(&steps)
  }

  mutating func failed(_ problem: Problem, correlation: UInt64, _ steps: inout Steps) {
    guard let input = underWay.removeValue(forKey: correlation) else { return }
    steps.settle([WriteOutcome(input.index, after: problem)])
    goOn(&steps)
  }
}
