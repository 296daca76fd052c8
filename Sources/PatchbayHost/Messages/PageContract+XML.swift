package import PatchbayCore
internal import PatchbayXML

extension [ExtractPlan] {
  /// The page as the plans can cut it: XML becomes JSON, once for all of them.
  func json(of page: PageText) throws(Failure) -> ByteBuffer {
    guard contains(where: { $0.format == .xml }) else { return page.body }
    var body = page.body
    if !page.isUTF8, let charset = XMLPage.encoding(of: body) {
      body = try PageText.utf8(body, from: charset)
    }
    do throws(XMLError) {
      return try XMLPage.json(of: body, lists: flatMap(\.xmlLists))
    } catch {
      throw Failure(
        .data, Self.code(error.reason), "the page is not usable XML: \(error)",
        mend: "the vendor answered something else; try later", isRetryable: true)
    }
  }

  private static func code(_ reason: XMLError.Reason) -> String {
    switch reason {
    case .syntax: "page.xml"
    case .doctype: "page.xml_doctype"
    case .depth: "page.depth"
    case .size: "page.too_many"
    }
  }
}

extension CutPage {
  /// Records that a plugin has, cut by its own plan; ``fault`` says what cannot be.
  package convenience init(records: [UInt8], plan: ExtractPlan) throws(Failure) {
    if plan.format == .xml {
      self.init(try [plan].json(of: PageText("", ByteBuffer(records))), plan: plan.asJSON)
    } else {
      self.init(ByteBuffer(records), plan: plan)
    }
  }
}
