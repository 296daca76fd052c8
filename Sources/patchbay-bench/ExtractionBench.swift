internal import CSimdJSON
internal import PatchbayCore

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
        limit: Measure.megabytes(size / checked), ratio: checked / cut, wanted: .atLeast(0.25))
    ]
  }
}
