package import PatchbayCore
package import PatchbayEgress
package import PatchbayJSON

/// When a page counts: the right status and content type, the whole body, JSON where JSON is
/// promised, and the records where the plan says. A page that breaks this is asked for again.
package struct PageContract: Sendable {
  package let plans: [ExtractPlan]
  private let mappings: Mappings

  /// What the head of a request asks for; says what this host cannot do of it.
  package init(_ request: JSON, _ mappings: Mappings = Mappings()) throws(Failure) {
    self.mappings = mappings
    var plans: [ExtractPlan] = []
    for plan in request["extract"]?.array ?? [] { plans.append(try ExtractPlan(head: plan)) }
    self.plans = plans
  }

  /// A page that counts, with its records cut out.
  package struct Page: Sendable {
    package let status: Int
    package let headers: [String: String]
    package let cuts: [CutPage]
    package let totals: [Int64?]
    /// What is left for the plugin.
    package let body: [UInt8]
  }

  /// Keeps the caller's thread free while jq maps the page.
  package func judge(_ response: IncomingResponse) async throws(Failure) -> Page {
    guard let program = plans.lazy.compactMap(\.jq).first else {
      return try judge(status: response.status, headers: response.headers, body: response.body)
    }
    return try await mappings.mapping(program).aside { () throws(Failure) in
      try judge(status: response.status, headers: response.headers, body: response.body)
    }
  }

  /// Names of headers are in lower case.
  package func judge(status: Int, headers: [String: String], body whole: ByteBuffer)
    throws(Failure) -> Page
  {
    let isGood = (200..<300).contains(status)
    if status == 206 { throw broken("page.partial", "the vendor sent a part of the page only") }
    let type = headers["content-type"] ?? "none"
    let isJSON = type.lowercased().contains("json")
    if plans.isEmpty || !isGood {
      if isGood, isJSON, (try? JSON(reading: whole.bytes)) == nil {
        throw broken("page.json", "the answer says that it is JSON, and is not")
      }
      return Page(status: status, headers: headers, cuts: [], totals: [], body: whole.bytes)
    }
    guard plans.allSatisfy({ $0.format.isTable ? Self.isText(type) : isJSON }) else {
      let wanted = plans.contains { !$0.format.isTable } ? "JSON" : "a table"
      throw broken(
        "page.content_type", "the page has the content type \(type.prefix(80)), not \(wanted)")
    }
    var body = whole
    var cuts: [CutPage] = []
    var totals: [Int64?] = []
    for plan in plans {
      let (cut, residue) = try cut(body, plan)
      totals.append(plan.format == .json ? try envelope(residue, plan) : nil)
      cuts.append(cut)
      body = ByteBuffer(residue)
    }
    return Page(status: status, headers: headers, cuts: cuts, totals: totals, body: body.bytes)
  }

  private func cut(_ body: ByteBuffer, _ plan: ExtractPlan) throws(Failure) -> (CutPage, [UInt8]) {
    guard let program = plan.jq else {
      let cut = CutPage(body, plan: plan)
      if let fault = cut.fault { throw Self.failure(fault, plan) }
      return (cut, cut.residue)
    }
    var residue = body.bytes
    if plan.isCutBefore {
      let around = CutPage(body, plan: plan.envelope)
      if let fault = around.fault { throw Self.failure(fault, plan) }
      residue = around.residue
    }
    let lines = try mappings.mapping(program).records(of: body)
    let cut = CutPage(ByteBuffer(lines), plan: plan.mapped)
    if let fault = cut.fault { throw Self.failure(fault, plan) }
    return (cut, residue)
  }

  /// Looks for errors inside a good status, and reads the stated total.
  private func envelope(_ residue: [UInt8], _ plan: ExtractPlan) throws(Failure) -> Int64? {
    let json: JSON
    do {
      json = try JSON(reading: residue)
    } catch {
      // Such as a member that stands twice: a plugin would see one of them.
      throw broken("page.envelope", "what is around the records is not usable: \(error)")
    }
    for rule in plan.failIf {
      guard let value = json.at(rule.at), !value.isNull else { continue }
      if let wanted = rule.equals, wanted != value { continue }
      throw Failure(
        rule.kind, "page.vendor_error",
        "the vendor reports an error inside a good answer: \(value.text.prefix(300))",
        isRetryable: rule.kind == .transient || rule.kind == .rateLimit)
    }
    guard let total = plan.total.flatMap({ json.at($0) }), !total.isNull else { return nil }
    let stated = total.plainText.flatMap { Int64($0) ?? Double($0).flatMap { Int64(exactly: $0) } }
    guard let count = stated, count >= 0 else {
      throw broken("page.total", "the page states a total of \(total.text.prefix(40)), no count")
    }
    return count
  }

  /// What vendors call a table; a page of HTML is none.
  private static func isText(_ type: String) -> Bool {
    let name = type.prefix { $0 != ";" && $0 != " " }.lowercased()
    return [
      "text/csv", "text/tab-separated-values", "text/plain", "application/csv",
      "application/octet-stream",
    ].contains(name)
  }

  private func broken(_ code: String, _ text: String) -> Failure {
    Failure(
      .data, code, text, mend: "the vendor answered something else; try later", isRetryable: true)
  }

  private static func failure(_ fault: JSONError, _ plan: ExtractPlan) -> Failure {
    let code: String
    let text: String
    switch fault.reason {
    case .missing where plan.format.isTable, .type where plan.format.isTable:
      code = "page.records_missing"
      text = "the table's first line does not name each column once, \(plan.keys) among them"
    case .missing, .type:
      code = "page.records_missing"
      text = "the page has no records at “\(plan.records)”"
    case .depth:
      code = "page.depth"
      text = "the page is nested deeper than \(JSON.depthLimit) levels"
    case .size:
      code = "page.too_many"
      text = "the page holds more than 250,000 records, 10,000 columns or 256 MiB to be stored"
    default:
      code = "page.json"
      text = "the page is broken: \(fault)"
    }
    return Failure(
      .data, code, text, mend: "the vendor answered something else; try later", isRetryable: true)
  }
}

extension PageContract.Page {
  /// The head of the answer that the plugin gets.
  package var head: JSON {
    var head = JSONObject([
      .init("status", .integer(Int64(status))),
      .init(
        "headers",
        .object(
          JSONObject(headers.sorted { $0.key < $1.key }.map { .init($0.key, .string($0.value)) }))),
    ])
    if cuts.isEmpty { return .object(head) }
    let extracted = zip(cuts, totals).map { cut, total -> JSON in
      var entry = JSONObject([
        .init("count", .integer(Int64(cut.count))), .init("dead", .integer(Int64(cut.deadCount))),
      ])
      entry["last_key"] = cut.lastKey.map { .string($0) }
      entry["max_cursor"] = cut.maxCursor.map { .string($0) }
      entry["total"] = total.map { .integer($0) }
      if !cut.plan.keep.isEmpty { entry["kept"] = (try? JSON(reading: cut.kept)) ?? [] }
      return .object(entry)
    }
    head["extracted"] = .array(extracted)
    return .object(head)
  }
}

/// Whether the totals that a vendor states add up to what was read.
package struct TotalCheck: Sendable {
  private var counted: Int64 = 0
  private var statedAll: Int64?
  private var lastRest: (count: Int64, total: Int64)?

  /// `seen`: records that the pass counted before it was interrupted.
  package init(seen: Int64 = 0) { counted = seen }

  package mutating func note(_ page: PageContract.Page) {
    for (cut, total) in zip(page.cuts, page.totals) where cut.plan.total != nil {
      let count = Int64(cut.count)
      if cut.plan.totalIsOfRest {
        lastRest = (count, total ?? count)
      } else {
        counted += count
        statedAll = total ?? statedAll
      }
    }
  }

  /// Why the end is not proven; `nil` where all adds up, or nothing was stated.
  package var mismatch: String? {
    if let rest = lastRest, rest.total > rest.count {
      return "the vendor states \(rest.total) more records and gave \(rest.count)"
    }
    if let stated = statedAll, stated != counted {
      return "the vendor states \(stated) records and gave \(counted)"
    }
    return nil
  }
}
