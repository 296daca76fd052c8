import PatchbaySDK

/// Writes CRM objects by batches of one action, in the order in which they came.
///
/// A batch that HubSpot refuses (an error of 4xx) did nothing: it is halved until the record that
/// it was refused for stands alone. An answer of 207 did a part; what it does not account for is
/// `unknown`.
struct ObjectWriter: Writer {
  /// Inputs of a batch at most.
  private static let limit = 100

  private let type: ObjectType
  /// The unique property that an upsert goes by.
  private let unique: String?
  private var waiting: [WriteInput] = []
  private var underWay: (correlation: UInt64, batch: [WriteInput])?
  /// Batches that were halved: they come before what waits.
  private var halves: [[WriteInput]] = []

  init(_ type: ObjectType, _ settings: Settings) {
    self.type = type
    unique = settings.text("upsert_property") ?? (type == .contacts ? "email" : nil)
  }

  mutating func write(_ inputs: [WriteInput], _ steps: inout Steps) {
    for input in inputs {
      if let problem = problem(input) {
        steps.settle([WriteOutcome(input.index, .failed, problem: problem)])
      } else {
        waiting.append(input)
      }
    }
    goOn(&steps)
  }

  private func problem(_ input: WriteInput) -> Problem? {
    func refuse(_ code: String, _ text: String) -> Problem { Problem(.config, code, text) }
    if input.action == .upsert && unique == nil {
      return refuse(
        "hubspot.upsert_property",
        "\(type.rawValue) have no unique property of their own: name one in “upsert_property”")
    }
    if input.action == .delete { return nil }
    let members = input.record.object?.members ?? []
    let isNew = input.action == .create
    let other = members.first { !($0.name == "properties" || (isNew && $0.name == "associations")) }
    if let other {
      return refuse(
        "hubspot.members",
        "“\(other.name)” is not written: only “properties”, and “associations” of a new record")
    }
    return nil
  }

  // MARK: Batches

  private mutating func goOn(_ steps: inout Steps) {
    guard underWay == nil, let batch = nextBatch() else { return }
    underWay = (steps.send(request(batch)), batch)
  }

  /// Records of one action, none of them twice: HubSpot refuses a batch with the same id twice, and
  /// what comes later must not come first.
  private mutating func nextBatch() -> [WriteInput]? {
    if let half = halves.popLast() { return half }
    guard let first = waiting.first else { return nil }
    var (batch, keys): ([WriteInput], Set<String>) = ([], [])
    while let input = waiting.first, input.action == first.action, batch.count < Self.limit {
      if let key = input.key, !keys.insert(key.lowercased()).inserted { break }
      batch.append(waiting.removeFirst())
    }
    return batch
  }

  private func request(_ batch: [WriteInput]) -> Request {
    let action = batch[0].action
    let name =
      switch action {
      case .create: "create"
      case .update: "update"
      case .upsert: "upsert"
      case .delete: "archive"
      }
    var request = Request.post(
      "\(type.path)/batch/\(name)", ["inputs": .array(batch.map { input($0) })])
    // Only a new record would be there twice.
    request.isIdempotent = action != .create
    return request
  }

  private func input(_ input: WriteInput) -> JSON {
    if input.action == .delete { return ["id": .string(input.key ?? "")] }
    var object = JSONObject()
    object["id"] = input.key.map { .string($0) }
    if input.action == .upsert { object["idProperty"] = unique.map { .string($0) } }
    object["properties"] = .object(
      JSONObject(
        (input.record["properties"]?.object?.members ?? []).map {
          .init($0.name, .string($0.value.plainText ?? ""))
        }))
    object["associations"] = input.record["associations"]
    object["objectWriteTraceId"] = .string(String(input.index))
    return .object(object)
  }

  // MARK: Answers

  mutating func received(_ response: Response, _ steps: inout Steps) {
    guard let (_, batch) = take(response.correlation) else { return }
    if batch[0].action == .delete && response.status == 204 {
      steps.settle(batch.map { WriteOutcome($0.index, .deleted) })
    } else {
      steps.settle(BatchAnswer(response.json, to: batch, unique: unique).outcomes)
    }
    goOn(&steps)
  }

  mutating func failed(_ problem: Problem, correlation: UInt64, _ steps: inout Steps) {
    guard let (_, batch) = take(correlation) else { return }
    let isRefused = problem.code == "http.400" || problem.code == "http.409"
    if isRefused && batch.count > 1 {
      let middle = batch.count / 2
      halves += [Array(batch[middle...]), Array(batch[..<middle])]
    } else {
      steps.settle(batch.map { WriteOutcome($0.index, after: problem) })
    }
    goOn(&steps)
  }

  private mutating func take(_ correlation: UInt64) -> (correlation: UInt64, batch: [WriteInput])? {
    guard let found = underWay, found.correlation == correlation else { return nil }
    underWay = nil
    return found
  }
}

/// What the answer to a batch says of each of its records.
private struct BatchAnswer {
  let outcomes: [WriteOutcome]

  init(_ answer: JSON, to batch: [WriteInput], unique: String?) {
    let results = answer["results"]?.array ?? []
    let errors = answer["errors"]?.array ?? []
    var (traced, byID, byKey): ([String: JSON], [String: JSON], [String: JSON]) = ([:], [:], [:])
    for result in results {
      if let trace = result["objectWriteTraceId"]?.plainText { traced[trace] = result }
      if let id = result["id"]?.plainText { byID[id] = result }
      if let unique, let key = result["properties"]?[unique]?.plainText {
        byKey[key.lowercased()] = result
      }
    }
    // Where nothing went wrong, and there is a result for each, all were done, whichever it is.
    let isWhole =
      errors.isEmpty && results.count == batch.count && answer["status"]?.string == "COMPLETE"
    outcomes = batch.map { input in
      let key = input.key ?? ""
      var result = traced[String(input.index)]
      if result == nil && input.action == .update { result = byID[key] }
      if result == nil && input.action == .upsert { result = byKey[key.lowercased()] }
      if result == nil && isWhole && batch.count == 1 { result = results.first }
      if let result {
        return WriteOutcome(input.index, Self.status(input, result), id: result["id"]?.plainText)
      }
      if let error = errors.first(where: { Self.isAbout($0, input) }) {
        return WriteOutcome(input.index, .failed, problem: Self.problem(error))
      }
      if isWhole && input.action == .create { return WriteOutcome(input.index, .created) }
      let problem = Problem(
        .transient, "hubspot.unaccounted",
        "HubSpot's answer to a batch of \(batch.count) does not tell of this record")
      return WriteOutcome(input.index, .unknown, problem: problem)
    }
  }

  private static func status(_ input: WriteInput, _ result: JSON) -> WriteOutcome.Status {
    switch input.action {
    case .create: .created
    case .upsert where result["new"]?.bool == true: .created
    default: .updated
    }
  }

  private static func isAbout(_ error: JSON, _ input: WriteInput) -> Bool {
    let context = error["context"]
    func has(_ member: String, _ value: String) -> Bool {
      context?[member]?.array?.contains { $0.plainText == value } ?? false
    }
    if has("objectWriteTraceId", String(input.index)) { return true }
    guard let key = input.key else { return false }
    return has("ids", key) || has("id", key)
  }

  private static func problem(_ error: JSON) -> Problem {
    let category = error["category"]?.string ?? "no category"
    let words = error["message"]?.string ?? "no reason given"
    let kind: Problem.Kind = category == "OBJECT_NOT_FOUND" ? .data : .config
    return Problem(
      kind, "hubspot.\(category.lowercased())", String(words.prefix(500)))
  }
}
