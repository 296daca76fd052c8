package import PatchbayCore
package import PatchbayJSON

/// What people did in one organisation.
package protocol AuditStore: Sendable {
  /// Writes down what somebody did.
  func note(_ entry: AuditEntry) async throws(Failure)
  /// The latest first.
  func auditLog(limit: Int) async throws(Failure) -> [AuditEntry]
}

/// What somebody did that others should be able to find out.
package struct AuditEntry: Sendable, Equatable {
  package var atMS: Int64
  /// Who: the name of a user of the system, for now.
  package var actor: String
  /// What, as `plugin.trust`.
  package var action: String
  package var details: JSON

  package init(atMS: Int64, actor: String, action: String, details: JSON) {
    (self.atMS, self.actor, self.action, self.details) = (atMS, actor, action, details)
  }
}
