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
    if plans.contains(where: { $0.format == .xml }), plans.contains(where: { $0.format != .xml }) {
      throw Failure(
        .unsupported, "extract.unsupported",
        "this host cannot extract with format xml beside plans of another format",
        mend: "give all plans of the request the same format")
    }
  }

  /// A page that counts, with its records cut out.
  package struct Page: Sendable {
    package let status: Int
    package var headers: [String: String]
    package let cuts: [CutPage]
    package let totals: [Int64?]
    /// What is left for the plugin.
    package var body: [UInt8]
    /// The URL that a link led to.
    package var url: String? = nil
  }

  /// Keeps the caller's thread free while jq maps the page.
  package func judge(_ response: IncomingResponse) async throws(Failure) -> Page {
    @Sendable func judged() throws(Failure) -> Page {
      var page = try judge(
        status: response.status, headers: response.headers, body: response.body)
      page.url = response.url
      return page
    }
    guard let program = plans.lazy.compactMap(\.jq).first else { return try judged() }
    return try await mappings.mapping(program).aside { () throws(Failure) in try judged() }
  }

  /// Names of headers are in lower case.
  package func judge(status: Int, headers: [String: String], body whole: ByteBuffer)
    throws(Failure) -> Page
  {
    let isGood = (200..<300).contains(status)
    if status == 206 { throw broken("page.partial", "the vendor sent a part of the page only") }
    let type = headers["content-type"] ?? ""
    // These have no body, whatever the vendor says of its type (RFC 9110, 15.3.5 and 15.3.6).
    let isEmpty = status == 204 || status == 205
    if plans.isEmpty || !isGood {
      if isGood, !isEmpty, type.lowercased().contains("json"),
        (try? JSON(reading: whole.bytes)) == nil
      {
        throw broken("page.json", "the answer says that it is JSON, and is not")
      }
      return Page(status: status, headers: headers, cuts: [], totals: [], body: whole.bytes)
    }
    if isEmpty { return try empty(status, headers) }
    let text = try PageText(type, whole)
    for plan in plans where !PageText.may(type, be: plan.format) {
      let wanted = plan.format.isTable ? "a table" : plan.format == .xml ? "XML" : "JSON"
      throw broken(
        "page.content_type",
        "the page has the content type \(type.beginning(bytes: 80)), not \(wanted)")
    }
    var body = try plans.json(of: text)
    var cuts: [CutPage] = []
    var totals: [Int64?] = []
    for plan in plans {
      let (cut, residue) = try cut(body, text.kind == .lines ? plan.asLines : plan.asJSON)
      totals.append(cut.plan.format == .json || plan.jq != nil ? try envelope(residue, plan) : nil)
      cuts.append(cut)
      body = ByteBuffer(residue)
    }
    return Page(
      status: status, headers: headers, cuts: cuts, totals: totals, body: body.bytes)
  }

  /// An answer without a body, where a list was asked for.
  private func empty(_ status: Int, _ headers: [String: String]) throws(Failure) -> Page {
    guard plans.allSatisfy({ $0.emptyAnswers.contains(.noContent) }) else {
      throw Failure(
        .data, "page.no_content",
        "the vendor answered \(status), without a body, where a list of records was expected",
        mend: "if that is how it says that there are none, say so: no_records: [no_content]")
    }
    let cuts = plans.map { Self.nothing($0) }
    return Page(
      status: status, headers: headers, cuts: cuts, totals: plans.map { _ in nil },
      body: Array("null".utf8))
  }

  /// A page without records.
  private static func nothing(_ plan: ExtractPlan) -> CutPage {
    var plan = plan
    plan.records = ""
    plan.isMap = false
    plan.format = .json
    return CutPage(ByteBuffer(Array("[]".utf8)), plan: plan)
  }

  private func cut(_ body: ByteBuffer, _ plan: ExtractPlan) throws(Failure) -> (CutPage, [UInt8]) {
    guard let program = plan.jq else { return try cutWhole(body, plan) }
    var residue = body.bytes
    var elements: Int?
    if plan.isCutBefore {
      let (around, rest) = try cutWhole(body, plan.envelope)
      residue = rest
      elements = around.elements
    }
    let lines = try mappings.mapping(program).records(of: body)
    let cut = CutPage(ByteBuffer(lines), plan: plan.mapped, elements: .some(elements))
    if let fault = cut.fault { throw Self.failure(fault, plan, body) }
    return (cut, residue)
  }

  private func cutWhole(_ body: ByteBuffer, _ plan: ExtractPlan) throws(Failure)
    -> (CutPage, [UInt8])
  {
    let cut = CutPage(body, plan: plan)
    if let fault = cut.fault {
      if fault.reason == .missing && plan.emptyAnswers.contains(.missing),
        (try? JSON(reading: body.bytes))?.object != nil
      {
        return (Self.nothing(plan), body.bytes)
      }
      // The vendor's own words say more than that the list is missing.
      if [.missing, .type].contains(fault.reason) { _ = try envelope(body.bytes, plan) }
      throw Self.failure(fault, plan, body)
    }
    if cut.isNullList && plan.emptyAnswers.contains(.null) {
      return (Self.nothing(plan), cut.residue)
    }
    return (cut, cut.residue)
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
      guard let value = rule.error(in: json) else { continue }
      throw Failure(
        rule.kind, "page.vendor_error",
        "the vendor reports an error inside a good answer: \(value.text.beginning(bytes: 300))",
        isRetryable: rule.kind == .transient || rule.kind == .rateLimit)
    }
    guard let total = plan.total.flatMap({ json.at($0) }), !total.isNull else { return nil }
    let stated = total.plainText.flatMap { Int64($0) ?? Double($0).flatMap { Int64(exactly: $0) } }
    guard let count = stated, count >= 0 else {
      throw broken(
        "page.total", "the page states a total of \(total.text.beginning(bytes: 40)), no count")
    }
    return count
  }

  private func broken(_ code: String, _ text: String) -> Failure {
    Failure(
      .data, code, text, mend: "the vendor answered something else; try later", isRetryable: true)
  }

  private static func failure(_ fault: JSONError, _ plan: ExtractPlan, _ body: ByteBuffer)
    -> Failure
  {
    let code: String
    let text: String
    var mend = "the vendor answered something else; try later"
    switch fault.reason {
    case .missing where plan.format.isTable, .type where plan.format.isTable:
      code = "page.records_missing"
      text = "the table's first line does not name each column once, \(plan.keys) among them"
    case .missing, .type:
      code = "page.records_missing"
      text = "the page has no list of records at “\(plan.records)”: " + shown(body)
      mend =
        "if its records stand elsewhere, correct where they are; if this is an error of the "
        + "vendor's, run it again later"
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
    return Failure(.data, code, text, mend: mend, isRetryable: true)
  }

  /// What the page is like, for somebody who looks for the right pointer: names, no values.
  private static func shown(_ body: ByteBuffer) -> String {
    guard let page = try? JSON(reading: body.bytes(0..<body.count)) else { return "it is broken" }
    switch page {
    case .object(let object):
      let names = object.names.prefix(12).map { "/\($0)" }.joined(separator: ", ")
      return object.names.isEmpty
        ? "it is an empty object" : "it has \(names.beginning(bytes: 200))"
    case .array: return "it is a list itself, which “” names"
    default: return "it is \(page.text.prefix(40))"
    }
  }
}

extension PageContract.Page {
  /// The head of the answer that the plugin gets.
  package var head: JSON {
    var head = JSONObject([
      .init("status", .integer(Int64(status))),
      .init("headers", .object(JSONObject(texts: headers))),
    ])
    head["url"] = url.map { .string($0) }
    if cuts.isEmpty { return .object(head) }
    let extracted = zip(cuts, totals).map { cut, total -> JSON in
      var entry = JSONObject([
        .init("count", .integer(Int64(cut.count))), .init("dead", .integer(Int64(cut.deadCount))),
      ])
      entry["elements"] = cut.elements.map { .integer(Int64($0)) }
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
