import PatchbaySDK

/// Reads owners: the active ones, then the archived.
struct OwnersReader: Reader {
  private var isArchived = false
  private var after: String?

  init(_ task: ReadTask) {
    guard task.resumes else { return }
    isArchived = task.state?["archived"]?.bool ?? false
    after = task.state?["after"]?.string
  }

  mutating func start(_ steps: inout Steps) { steps.send(page) }

  mutating func received(_ response: Response, _ steps: inout Steps) {
    do throws(Problem) {
      after = try response.json.nextPage()
    } catch {
      return steps.fail(error)
    }
    let isOver = after == nil && isArchived
    if after == nil { isArchived = true }
    var state = JSONObject([.init("archived", .bool(isArchived))])
    state["after"] = after.map { .string($0) }
    steps.checkpoint(isOver ? [:] : .object(state), covers: response.correlation)
    if isOver { steps.done(.snapshot(.cursor)) } else { steps.send(page) }
  }

  private var page: Request {
    let extract = Extract.objects(areArchived: isArchived)
    var query = [("limit", "100"), ("archived", isArchived ? "true" : "false")]
    if let after { query.append(("after", after)) }
    return .get("/crm/v3/owners/", query: query, extract: extract)
  }
}
