import PatchbaySDK

/// Reads which records of one type belong to which of another: pages of ids, and for each page one
/// batch of their associations. A record with very many has the rest asked for by cursor.
struct AssociationReader: Reader {
  private let from: ObjectType
  private let to: ObjectType
  private var after: String?
  private var next: String?
  /// Answers of the page at hand, covered together once the page is complete.
  private var answered: [UInt64] = []

  init(from: ObjectType, to: ObjectType, _ task: ReadTask) {
    self.from = from
    self.to = to
    if task.resumes { after = task.state?["after"]?.string }
  }

  mutating func start(_ steps: inout Steps) { steps.send(ids) }

  mutating func received(_ response: Response, _ steps: inout Steps) {
    if response.extracted.isEmpty { return receivedIDs(response, &steps) }
    answered.append(response.correlation)
    let rest = (response.json["results"]?.array ?? []).compactMap { result -> JSON? in
      guard let id = result.at("/from/id"), let after = result.at("/paging/next/after") else {
        return nil
      }
      return ["id": id, "after": after]
    }
    if rest.isEmpty { endPage(&steps) } else { steps.send(batch(rest)) }
  }

  private mutating func receivedIDs(_ response: Response, _ steps: inout Steps) {
    guard let results = response.json["results"]?.array else {
      return steps.fail(
        Problem(.data, "hubspot.ids", "a page of \(from.rawValue) has no results"))
    }
    next = response.json.at("/paging/next/after")?.plainText
    let ids = results.compactMap { $0["id"] }.map { id -> JSON in ["id": id] }
    if ids.isEmpty { endPage(&steps) } else { steps.send(batch(ids)) }
  }

  private mutating func endPage(_ steps: inout Steps) {
    let state = JSONObject(next.map { [.init("after", .string($0))] } ?? [])
    steps.checkpoint(.object(state), covers: answered)
    answered = []
    let isOver = next == nil || next == after
    if next != nil && next == after {
      return steps.fail(
        Problem(.data, "hubspot.cursor", "a page of \(from.rawValue) names itself as the next"))
    }
    after = next
    if isOver { steps.done() } else { steps.send(ids) }
  }

  private var ids: Request {
    var query = [("limit", "100"), ("properties", "hs_object_id")]
    if let after { query.append(("after", after)) }
    return .get(from.path, query: query)
  }

  private func batch(_ inputs: [JSON]) -> Request {
    var extract = Extract(records: "/results", key: "/from_id", "/toObjectId")
    extract.each = "/to"
    extract.inject = [("from_id", "/from/id")]
    var request = Request.post(
      "/crm/v4/associations/\(from.rawValue)/\(to.rawValue)/batch/read",
      ["inputs": .array(inputs)], extract: extract)
    request.isIdempotent = true
    return request
  }
}
