package import PatchbayCore

/// What is kept for the hub as a whole, across its organisations.
package protocol OrganisationStore: Sendable {
  /// By name; ``Organisation/standard`` is always among them.
  func organisations() async throws(Failure) -> [Organisation]
  /// Adds one. Throws `organisation.exists` where it is there, or was: a name is used once.
  func add(_ organisation: Organisation, nowMS: Int64) async throws(Failure)
  /// Throws where one cannot be removed: it is not there, or has connections.
  func requireRemovable(_ organisation: Organisation) async throws(Failure)
  /// Removes one that has no connections any more. What is left of it goes with it, but for runs
  /// and the audit log, which are records of what was.
  func remove(_ organisation: Organisation, nowMS: Int64) async throws(Failure)
  /// The sealed secrets of all organisations, to be sealed anew.
  func everySealedSecret() async throws(Failure) -> [SealedSecret]
  /// The sealed keys of all organisations, to be sealed anew.
  func everySealedKey() async throws(Failure) -> [SealedKey]
  /// Replaces sealed secrets and keys of any organisation: all of them, or none. On disk when this
  /// returns.
  func replaceEvery(_ secrets: [SealedSecret], _ keys: [SealedKey]) async throws(Failure)
}
