internal import CSimdJSON
internal import PatchbayCore
internal import PatchbayHost

/// Cutting records out of pages, beside only making sure that the pages are JSON.
enum ExtractionBench {
  static func run(_ setup: Setup) throws -> [Finding] {
    let pages = (0..<40).map { SamplePages.page($0, of: 40) }
    let size = Double(pages.reduce(0) { $0 + $1.count })
    var plan = ExtractPlan(records: "/data", keys: ["/id"])
    plan.cursor = "/updated_at"
    plan.cursorType = .time
    let buffers = pages.map { ByteBuffer($0) }
    let cut = Measure.seconds {
      for buffer in buffers {
        precondition(CutPage(buffer, plan: plan).count == Setup.pageSize)
      }
    }
    let checked = Measure.seconds {
      for page in pages {
        var offset: UInt64 = 0
        // Unsafe: the page is read during the call only.
        let code = unsafe psj_validate(page, UInt64(page.count), 512, &offset)
        precondition(code == PSJ_OK)
      }
    }
    return [
      Finding(
        name: "extraction: cut, beside check", ours: Measure.megabytes(size / cut),
        limit: Measure.megabytes(size / checked), ratio: checked / cut, wanted: .atLeast(0.25)),
      try mapping(buffers, plan, size: size, cut: cut),
    ]
  }

  /// The same records by way of jq and its process.
  private static func mapping(
    _ buffers: [ByteBuffer], _ plan: ExtractPlan, size: Double, cut: Double
  ) throws -> Finding {
    let mapping = Mapping(".data[]")
    let mapped = try Measure.seconds {
      for buffer in buffers {
        let lines = ByteBuffer(try mapping.records(of: buffer))
        precondition(CutPage(lines, plan: plan.mapped).count == Setup.pageSize)
      }
    }
    let pages = Double(buffers.count)
    return Finding(
      name: "extraction: jq, beside cut", ours: Measure.megabytes(size / mapped),
      limit: Measure.megabytes(size / cut), ratio: cut / mapped, wanted: .atLeast(0.01),
      note: "\(Int(pages / mapped)) and \(Int(pages / cut)) pages a second")
  }
}
