internal import PatchbayCore
internal import PatchbayCrypto
internal import PatchbayHost
internal import PatchbayStore

/// What the host itself sees of a reading: in which order keys came, whether pointers that matter
/// led to anything, and whether pages bring anything new. Pure.
struct PassProof {
  /// The pages were read before, in this pass.
  let knowsPages: Bool
  private let isFull: Bool
  private let isWhole: Bool
  /// Pages in a row that may bring only what was seen.
  private let stalePages: Int64
  /// Records that the pass had seen before this reading, which may be its second one.
  private let seenBefore: Int64
  private var digest: [UInt8] = []
  private var records = 0
  private var pages = 0
  private var pointers: [String: (kind: String, count: Int)] = [:]

  private static let patience: Int64 = 4

  init(_ record: StreamRecord, knowsPages: Bool, pages: Int64) {
    self.knowsPages = knowsPages
    isFull = record.pass == .full
    isWhole = !record.resumes
    stalePages = Self.patience + (knowsPages ? 2 * pages : record.resumes ? 1 : 0)
    seenBefore = record.seen
  }

  mutating func note(_ cuts: [CutPage]) {
    for cut in cuts where cut.count > 0 {
      pages += 1
      if isFull && isWhole { digest = Digest.sha256(digest + cut.keyBytes) }
      records += cut.count - cut.deadCount
      if let cursor = cut.plan.cursor { count(cursor, "cursor", cut.cursorCount) }
      if let mark = cut.plan.deleted, !cut.plan.isMarkOptional {
        count(mark, "mark of a deletion", cut.markCount)
      }
    }
  }

  private mutating func count(_ pointer: String, _ kind: String, _ count: Int) {
    pointers[pointer, default: (kind, 0)].count += count
  }

  /// `nil` where the reading began in the middle.
  var sequence: [UInt8]? { isFull && isWhole ? digest : nil }

  /// Why the pass cannot be what it is taken for, whatever the vendor says of its end.
  var pointerDoubt: String? {
    guard isFull, isWhole, records > 0,
      let (pointer, found) = pointers.sorted(by: { $0.key < $1.key }).first(where: {
        $0.value.count == 0
      })
    else { return nil }
    if found.kind == "cursor" {
      return
        "none of \(records) records has anything at “\(pointer)”, where their cursor should be: "
        + "correct the cursor, or leave it out"
    }
    return "none of \(records) records has anything at “\(pointer)”, where a deletion should be "
      + "marked: correct deleted, or if only deleted records have it, say so: "
      + "deleted: {at: \(pointer), optional: true}"
  }

  /// Pages that bring nothing but what was seen do not come to an end. A pass that saw something
  /// before may be in its second reading: twice the pages that hold what was seen then are allowed.
  func refusal(ofStalePages count: Int64) -> Failure? {
    let perPage = Int64(max(1, records / max(1, pages)))
    guard count > stalePages + 2 * seenBefore / perPage else { return nil }
    return Failure(
      .data, "page.nothing_new",
      "the last \(count) pages brought only records that this pass had seen: the vendor does not "
        + "turn its pages as it is asked to",
      mend: "what was stored stays, and nothing was marked as deleted; correct how pages are asked "
        + "for, such as the name of the parameter")
  }
}
