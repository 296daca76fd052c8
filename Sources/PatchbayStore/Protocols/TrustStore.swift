package import PatchbayCore

/// How far plugins are trusted, which is the whole hub's to say, and how they fared in one
/// organisation.
package protocol TrustStore: Sendable {
  /// What an admin said of a plugin, or `nil`.
  func tier(of plugin: String) async throws(Failure) -> String?
  /// Stores it together with the entry that tells of it.
  func setTier(_ tier: String, of plugin: String, _ entry: AuditEntry) async throws(Failure)
  /// Counts a crash of a plugin's file; with `nil` it did well, and is forgiven all of them.
  func noteCrash(_ reason: String?, of plugin: String, sha256: String, nowMS: Int64)
    async throws(Failure)
  /// Crashes in a row of this file, and why it crashed last.
  func crashes(of plugin: String, sha256: String) async throws(Failure) -> (
    count: Int64, reason: String
  )
}
