internal import PatchbayCore
internal import PatchbayJSON

/// Rows of a file that are not there any more, as pages of deleted records.
///
/// @unchecked: it belongs to one batch, which one thread at a time uses.
final class Tombstones: @unchecked Sendable {
  private let plan: ExtractPlan
  private let file: String
  private var rows: ClosedRange<Int64>?

  static let none = Tombstones(nil)
  private static let pageRows: Int64 = 10_000

  private init(_ rows: ClosedRange<Int64>?) {
    (plan, file, self.rows) = (ExtractPlan(records: "", keys: []), "", rows)
  }

  init(_ plan: FilePlan, _ path: String, rows: ClosedRange<Int64>) {
    var extract = ExtractPlan(records: "", keys: plan.extract.keys)
    extract.format = .ndjson
    extract.deleted = "/\(FilePlan.goneMember)"
    self.plan = extract
    file = JSON.string(path).text
    self.rows = rows
  }

  func next() throws(Failure) -> CutPage? {
    guard let rows else { return nil }
    let end = min(rows.upperBound, rows.lowerBound + Self.pageRows - 1)
    var lines: [UInt8] = []
    for row in rows.lowerBound...end {
      lines += Array(
        ("{\"\(FilePlan.fileMember)\":\(file),\"\(FilePlan.rowMember)\":\(row),"
          + "\"\(FilePlan.goneMember)\":true}\n").utf8)
    }
    self.rows = end < rows.upperBound ? (end + 1)...rows.upperBound : nil
    let page = CutPage(ByteBuffer(lines), plan: plan)
    if let fault = page.fault {
      throw Failure(.bug, "files.gone", "rows that are gone cannot be told of: \(fault)")
    }
    return page
  }
}
