/// Who is asked before something is used that may be more than was allowed.
public protocol SpendGate: Sendable {
  /// Sets aside what a use will cost at most, before it is stored. Its quantity may be more than is
  /// used in the end. Throws `budget.spent` where a budget has less left.
  func admit(_ event: UsageEvent) async throws(Failure)

  /// Sets aside requests of a run: at most as many as are wanted. `nil` where nobody counts them;
  /// throws `plan.requests` where none is left.
  func allow(customer: String, run: String, part: Int64, wanted: Int64) async throws(Failure)
    -> Int64?
}
