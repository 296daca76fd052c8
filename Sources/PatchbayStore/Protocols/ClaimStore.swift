package import PatchbayCore

/// Things that happen once: an id of a sign-in, a webhook or a request is claimed by whoever comes
/// first.
package protocol ClaimStore: Sendable {
  /// Claims an id of a scope until a time. Returns `false` where somebody did and that time is not
  /// over. One of two that come at once gets it, in whatever process they are.
  func claim(_ scope: String, _ id: String, untilMS: Int64, nowMS: Int64) async throws(Failure)
    -> Bool
  /// Forgets claims whose time is over: the next few thousand. Returns how many.
  func forgetClaims(nowMS: Int64) async throws(Failure) -> Int64
}
