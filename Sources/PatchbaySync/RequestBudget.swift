internal import PatchbayCore
internal import PatchbayStore
internal import Synchronization

/// How many requests the plugin of one run has asked for, over all streams; retries of the host's
/// are not among them.
final class RequestBudget: Sendable {
  private let limit: Int
  private let spent = Atomic(0)
  private let lease: PlanLease?

  /// `lease` is for runs of customers whose plan may count requests.
  init(limit: Int, lease: PlanLease? = nil) { (self.limit, self.lease) = (limit, lease) }

  func spend() throws(Failure) {
    guard spent.add(1, ordering: .relaxed).newValue > limit else { return }
    throw Failure(
      .budget, "sync.requests", "the run has asked for \(limit) requests, as many as it may",
      mend: "what was covered is stored, and the next run goes on from there; "
        + "if this much is meant, raise the connection's setting max_requests")
  }

  /// Returns when the customer's plan allows one more request.
  func allow() async throws(Failure) { try await lease?.take() }
}

/// Requests that a run may make by budgets and its customer's plan: set aside some at a time, so
/// that runs side by side never make more than there are.
actor PlanLease {
  private let gate: any SpendGate
  private let meter: UsageMeter
  /// What is left of what was set aside; `nil` where nobody counts it.
  private var left: Int64? = 0
  private var parts: Int64 = 0
  /// What was set aside so far.
  private var leased: Int64 = 0
  private var renewal: Task<Failure?, Never>?

  private static let size: Int64 = 20

  init(_ gate: any SpendGate, _ meter: UsageMeter) { (self.gate, self.meter) = (gate, meter) }

  func take() async throws(Failure) {
    while let left, left == 0 { try await renew() }
    if let left { self.left = left - 1 }
  }

  /// One at a time: who comes meanwhile waits for the same one.
  private func renew() async throws(Failure) {
    let task = renewal ?? Task { await self.ask() }
    renewal = task
    if let failure = await task.value { throw failure }
  }

  private func ask() async -> Failure? {
    parts += 1
    defer { renewal = nil }
    do throws(Failure) {
      let event = meter.event(.requests, leased + Self.size, atMS: Time.nowMS())
      left = try await gate.lease(event, part: parts, wanted: Self.size)
      leased += left ?? 0
      return nil
    } catch {
      return error
    }
  }
}
