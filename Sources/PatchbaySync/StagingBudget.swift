internal import PatchbayCore
internal import Synchronization

/// Pages and records that no checkpoint covers yet, in bytes, of all streams of one run together.
final class StagingBudget: Sendable {
  private let limitBytes: Int
  private let usedBytes = Atomic(0)

  init(limitBytes: Int) { self.limitBytes = limitBytes }

  /// Takes room for so much, or throws where the run has none left; then nothing is taken.
  func take(_ bytes: Int) throws(Failure) {
    let used = usedBytes.add(bytes, ordering: .relaxed).newValue
    if used <= limitBytes { return }
    give(bytes)
    throw Failure(
      .bug, "plugin.uncovered",
      "no checkpoint of the plugin covers the last \(used) bytes of pages and records of this run; "
        + "\(limitBytes) are allowed",
      mend: "what was covered is stored; sync fewer streams at once with --stream, or report it to "
        + "the plugin's publisher")
  }

  func give(_ bytes: Int) { usedBytes.subtract(bytes, ordering: .relaxed) }
}
