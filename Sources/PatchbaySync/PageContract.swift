internal import PatchbayCore
internal import PatchbayEgress
internal import PatchbayJSON

/// When a page counts: the right status and content type, the whole body, JSON where JSON is
/// promised, and the records where the plan says. A page that breaks this is asked for again.
struct PageContract: Sendable {
  let plans: [ExtractPlan]

  /// A page that counts, with its records cut out.
  struct Page: Sendable {
    let status: Int
    let headers: [String: String]
    let cuts: [CutPage]
    let totals: [Int64?]
    /// What is left for the plugin.
    let body: [UInt8]
  }

  func judge(_ response: IncomingResponse) throws(Failure) -> Page {
    let isGood = (200..<300).contains(response.status)
    if plans.isEmpty || !isGood {
      if isGood, isJSON(response), (try? JSON(reading: response.body.bytes)) == nil {
        throw broken("page.json", "the answer says that it is JSON, and is not")
      }
      return Page(
        status: response.status, headers: response.headers, cuts: [], totals: [],
        body: response.body.bytes)
    }
    let type = response.header("content-type") ?? "none"
    guard isJSON(response) else {
      throw broken(
        "page.content_type", "the page has the content type \(type.prefix(80)), not JSON")
    }
    var body = response.body
    var cuts: [CutPage] = []
    var totals: [Int64?] = []
    for plan in plans {
      let cut = CutPage(body, plan: plan)
      if let fault = cut.fault { throw Self.failure(fault, plan) }
      let residue = cut.residue
      totals.append(try envelope(residue, plan))
      cuts.append(cut)
      body = ByteBuffer(residue)
    }
    return Page(
      status: response.status, headers: response.headers, cuts: cuts, totals: totals,
      body: body.bytes)
  }

  /// Looks for errors inside a good status, and reads the stated total.
  private func envelope(_ residue: [UInt8], _ plan: ExtractPlan) throws(Failure) -> Int64? {
    if plan.failIf.isEmpty && plan.total == nil { return nil }
    guard let json = try? JSON(reading: residue) else { return nil }
    for rule in plan.failIf {
      guard let value = json.at(rule.at), !value.isNull else { continue }
      if let wanted = rule.equals, wanted != value { continue }
      throw Failure(
        rule.kind, "page.vendor_error",
        "the vendor reports an error inside a good answer: \(value.text.prefix(300))",
        isRetryable: rule.kind == .transient || rule.kind == .rateLimit)
    }
    return plan.total.flatMap { json.at($0)?.integer }
  }

  private func isJSON(_ response: IncomingResponse) -> Bool {
    let type = (response.header("content-type") ?? "").lowercased()
    return type.contains("json")
  }

  private func broken(_ code: String, _ text: String) -> Failure {
    Failure(
      .data, code, text, mend: "the vendor answered something else; try later", isRetryable: true)
  }

  private static func failure(_ fault: JSONError, _ plan: ExtractPlan) -> Failure {
    let code: String
    let text: String
    switch fault.reason {
    case .missing, .type:
      code = "page.records_missing"
      text = "the page has no records at “\(plan.records)”"
    case .depth:
      code = "page.depth"
      text = "the page is nested deeper than \(JSON.depthLimit) levels"
    default:
      code = "page.json"
      text = "the page is broken: \(fault)"
    }
    return Failure(
      .data, code, text, mend: "the vendor answered something else; try later", isRetryable: true)
  }
}
