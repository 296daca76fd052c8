/// Who is asked before something is used that may be more than was allowed.
public protocol SpendGate: Sendable {
  /// Begins something that will use one of each of these. Throws `budget.spent` where a budget that
  /// is about it has nothing left.
  func begin(_ events: [UsageEvent]) async throws(Failure)

  /// Whether a use like this has a price, so that it has to be asked for.
  func counts(_ event: UsageEvent) async throws(Failure) -> Bool

  /// Sets aside what a use will cost at most, before it is stored. Its quantity may be more than is
  /// used in the end. Throws `budget.spent` where a budget has less left.
  func admit(_ event: UsageEvent) async throws(Failure)

  /// Frees what was set aside for a use that did not come about.
  func release(_ event: UsageEvent) async

  /// Sets aside more requests of a run. `event` is what the run will have used with all that are
  /// wanted. Returns how many there are of them; `nil` where nobody counts them. Throws
  /// `plan.requests` or `budget.spent` where none is left.
  func lease(_ event: UsageEvent, part: Int64, wanted: Int64) async throws(Failure) -> Int64?
}
