internal import PatchbayCore

/// Whether the totals that a vendor states add up to what was read.
package struct TotalCheck: Sendable {
  private var elements: Int64 = 0
  private var isMapped = false
  private var statedAll: Int64?
  private var lastRest: (count: Int64, total: Int64)?

  package init() {}

  package mutating func note(_ page: PageContract.Page) {
    for (cut, total) in zip(page.cuts, page.totals) where cut.plan.total != nil {
      if cut.plan.totalIsOfRest {
        lastRest = (Int64(cut.count), total ?? Int64(cut.count))
        continue
      }
      // A vendor counts what it sent, not what a program or a list inside makes of it.
      isMapped = isMapped || cut.plan.jq != nil || cut.plan.each != nil
      elements += Int64(cut.elements ?? 0)
      statedAll = total ?? statedAll
    }
  }

  /// Why the end is not proven; `nil` where all adds up, or nothing was stated. `seen` is how many
  /// different records the pass saw, with those that could not be read; `clashing` how many more
  /// had the key of another. Pages that overlap bring some of them twice.
  package func mismatch(seen: Int64, clashing: Int64) -> String? {
    if let rest = lastRest, rest.total > rest.count {
      return "the vendor states \(rest.total) more records and gave \(rest.count)"
    }
    guard let stated = statedAll else { return nil }
    let counts = isMapped ? [elements] : [seen, seen + clashing]
    if counts.contains(stated) { return nil }
    return "the vendor states \(stated) records and gave \(counts[0])"
  }
}
