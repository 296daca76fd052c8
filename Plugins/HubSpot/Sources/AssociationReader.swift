import PatchbaySDK

/// Reads which records of one type belong to which of another: pages of ids, and for each page one
/// batch of their associations. A record with very many has the rest asked for by cursor.
struct AssociationReader: Reader {
  private let from: ObjectType
  private let to: ObjectType
  private var after: String?
  private var next: String?
  /// The ids of the batch that is under way; empty while a page of ids is.
  private var asked: Set<String> = []
  /// Answers of the page at hand, covered together once the page is complete.
  private var answered: [UInt64] = []
  /// Why some associations may be missing.
  private var doubt: String?

  init(from: ObjectType, to: ObjectType, _ task: ReadTask) {
    self.from = from
    self.to = to
    guard task.resumes else { return }
    after = task.state?["after"]?.string
    doubt = task.state?["doubt"]?.string
  }

  mutating func start(_ steps: inout Steps) { steps.send(ids) }

  mutating func received(_ response: Response, _ steps: inout Steps) {
    do throws(Problem) {
      if asked.isEmpty {
        try receivedIDs(response, &steps)
      } else {
        try receivedBatch(response, &steps)
      }
    } catch {
      steps.fail(error)
    }
  }

  private mutating func receivedIDs(
    _ response: Response, _ steps: inout Steps
  ) throws(Problem) {
    let page = try IDPage(response)
    steps.cancel(response.correlation)
    next = page.next
    if page.ids.isEmpty { return try endPage(&steps) }
    send(page.ids.map { (id: $0.id, after: nil) }, &steps)
  }

  private mutating func receivedBatch(
    _ response: Response, _ steps: inout Steps
  ) throws(Problem) {
    answered.append(response.correlation)
    let json = response.json
    var given: Set<String> = []
    var rest: [(id: String, after: String?)] = []
    for result in json["results"]?.array ?? [] {
      guard let id = result.at("/from/id")?.plainText else { continue }
      given.insert(id)
      if let after = try result.nextPage() { rest.append((id, after)) }
    }
    // In a full answer, what is left out has no associations; a partial one (207) says why.
    let wanted = response.status == 207 ? asked : given
    doubt = doubt ?? json.doubt(asked: wanted, given: given)
    if rest.isEmpty { try endPage(&steps) } else { send(rest, &steps) }
  }

  private mutating func endPage(_ steps: inout Steps) throws(Problem) {
    asked = []
    var state = JSONObject()
    state["after"] = next.map { .string($0) }
    state["doubt"] = doubt.map { .string($0) }
    if next == nil { state = JSONObject() }
    steps.checkpoint(.object(state), covers: answered)
    answered = []
    if next != nil && next == after {
      throw Problem(.data, "hubspot.cursor", "a page of \(from.rawValue) names itself as the next")
    }
    after = next
    if next != nil {
      steps.send(ids)
    } else if let doubt {
      steps.doneUnproven(doubt)
    } else {
      steps.done(.snapshot(.cursor))
    }
  }

  private var ids: Request {
    var query = [("limit", "100"), ("properties", "hs_object_id")]
    if let after { query.append(("after", after)) }
    return .get(from.path, query: query, extract: IDPage.extract)
  }

  private mutating func send(_ inputs: [(id: String, after: String?)], _ steps: inout Steps) {
    asked = Set(inputs.map(\.id))
    var extract = Extract(records: "/results", key: "/from_id", "/toObjectId")
    extract.each = "/to"
    extract.inject = [("from_id", "/from/id")]
    let list = inputs.map { input -> JSON in
      var object = JSONObject([.init("id", .string(input.id))])
      object["after"] = input.after.map { .string($0) }
      return .object(object)
    }
    var request = Request.post(
      "/crm/v4/associations/\(from.rawValue)/\(to.rawValue)/batch/read",
      ["inputs": .array(list)], extract: extract)
    request.isIdempotent = true
    steps.send(request)
  }
}
