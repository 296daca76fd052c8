internal import PatchbayCore

extension Terms.Price {
  /// What up to so much costs at most on top of what was used: steps may make later use dearer or
  /// cheaper, and less use dearer than more.
  func most(for quantity: Int128, from used: Int128, in month: Month) -> Micros {
    let free = free(in: month)
    // Between the ends of steps the cost only grows.
    var ends = [used + quantity]
    for end in steps.compactMap(\.upTo).map({ Int128($0) + free })
    where end > used && end < used + quantity {
      ends.append(end)
    }
    let before = cost(of: used, in: month)
    return ends.reduce(0) { max($0, cost(of: $1, in: month) - before) }
  }
}
