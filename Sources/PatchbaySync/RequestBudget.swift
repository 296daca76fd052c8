internal import PatchbayCore
internal import Synchronization

/// How many requests the plugin of one run has asked for, over all streams; retries of the host's
/// are not among them.
final class RequestBudget: Sendable {
  private let limit: Int
  private let spent = Atomic(0)

  init(limit: Int) { self.limit = limit }

  func spend() throws(Failure) {
    guard spent.add(1, ordering: .relaxed).newValue > limit else { return }
    throw Failure(
      .budget, "sync.requests", "the run has asked for \(limit) requests, as many as it may",
      mend: "what was covered is stored, and the next run goes on from there; "
        + "if this much is meant, raise the connection's setting max_requests")
  }
}
