package import PatchbayCore

/// The right to do something that one process at a time may do. It ends with the last reference,
/// and with its process, however that ends.
package protocol Lease: AnyObject, Sendable {
  /// Ends it, and says that nobody takes one of its name again.
  func endForGood()
}

/// Leases of one organisation, by names that hold letters, digits, and `.`, `-`, `_`, `@`.
package protocol LeaseStore: Sendable {
  /// Takes a lease; `nil` where somebody holds it.
  func tryLease(_ name: String) throws(Failure) -> (any Lease)?
  /// Waits until nobody holds it.
  func lease(_ name: String) async throws(Failure) -> any Lease
  /// Whether somebody holds it.
  func isLeased(_ name: String) -> Bool
  /// Forgets what a killed process left of a lease that nobody takes again.
  func forgetLease(_ name: String)
}
