package import PatchbayCore

/// What an admin said of a plugin.
package struct TrustDecision: Sendable, Equatable {
  package let tier: String
  /// The one file that it is about; `nil` for all of the plugin's name.
  package let sha256: String?

  package init(_ tier: String, sha256: String? = nil) {
    self.tier = tier
    self.sha256 = sha256
  }
}

/// How far plugins are trusted, which is the whole hub's to say, and how they fared in one
/// organisation.
package protocol TrustStore: Sendable {
  /// What an admin said of a plugin, or `nil`.
  func trust(in plugin: String) async throws(Failure) -> TrustDecision?
  /// Stores it together with the entry that tells of it.
  func setTrust(_ decision: TrustDecision, in plugin: String, _ entry: AuditEntry)
    async throws(Failure)
  /// Counts a crash of a plugin's file; with `nil` it did well, and is forgiven all of them.
  func noteCrash(_ reason: String?, of plugin: String, sha256: String, nowMS: Int64)
    async throws(Failure)
  /// Crashes in a row of this file, and why it crashed last.
  func crashes(of plugin: String, sha256: String) async throws(Failure) -> (
    count: Int64, reason: String
  )
}
