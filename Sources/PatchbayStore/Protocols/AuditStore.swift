public import PatchbayCore
public import PatchbayJSON

/// What people did in one organisation.
public protocol AuditStore: Sendable {
  /// Writes down what somebody did.
  func note(_ entry: AuditEntry) async throws(Failure)
  /// The latest first.
  func auditLog(limit: Int) async throws(Failure) -> [AuditEntry]
}

/// What somebody did that others should be able to find out.
public struct AuditEntry: Sendable, Equatable {
  public var atMS: Int64
  /// Who: the name of a user of the system, for now.
  public var actor: String
  /// What, as `plugin.trust`.
  public var action: String
  public var details: JSON

  public init(atMS: Int64, actor: String, action: String, details: JSON) {
    (self.atMS, self.actor, self.action, self.details) = (atMS, actor, action, details)
  }
}
