internal import PatchbayCore
internal import PatchbayHost
internal import PatchbayStore

/// One reading of a pass. The host may read a pass again by its own wish: nobody pays for what is
/// only read again then, but for what turns out to have changed.
struct Reading: Sendable {
  /// From 1 on, within a run and a stream.
  let number: Int
  let countsReading: Bool

  /// Counts what a commit stores, under a key that no other commit has.
  func meter(
    _ connection: OpenConnection, _ run: RunID, _ stream: Manifest.Stream, _ commit: Int
  ) -> UsageMeter {
    let name = number == 1 ? "\(commit)" : "\(number).\(commit)"
    var meter = connection.meter("\(run.text)/\(stream.name)/\(name)")
    meter.countsReading = countsReading
    return meter
  }
}

/// A page that no checkpoint covers yet.
struct StagedPage: Sendable {
  let cut: CutPage
  /// The plugin made it itself.
  let isEmitted: Bool
}
