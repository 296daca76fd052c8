package import PatchbayCore
package import PatchbayJSON

/// The connections of one organisation.
package protocol ConnectionStore: Sendable {
  func connections() async throws(Failure) -> [Connection]
  func connection(_ name: String) async throws(Failure) -> Connection?
  /// Adds connections or replaces their settings: all of them, or none.
  func save(_ changes: [ConnectionChange]) async throws(Failure)
  /// Keeps what somebody agreed to for a connection in place of `known`, with the entry that tells
  /// of it. Returns whether it did: not where something else is there by now.
  func accept(
    _ accepted: JSON, replacing known: JSON?, of name: String, _ entry: AuditEntry
  ) async throws(Failure) -> Bool
  /// Removes a connection with its records, state and secrets.
  func removeConnection(_ name: String) async throws(Failure)
}

/// A configured account at a vendor.
package struct Connection: Sendable, Equatable {
  package var name: String
  package var plugin: String
  package var settings: JSONObject
  package var createdMS: Int64
  /// What somebody agreed to: whose plugin it is, and where that may send. `nil` where nobody was
  /// asked, as before hubs kept it.
  package var accepted: JSON?

  package init(
    name: String, plugin: String, settings: JSONObject, createdMS: Int64, accepted: JSON? = nil
  ) {
    self.accepted = accepted
    self.name = name
    self.plugin = plugin
    self.settings = settings
    self.createdMS = createdMS
  }
}

/// A connection as it is to be stored.
package struct ConnectionChange: Sendable {
  package var connection: Connection
  /// What it takes the place of; the change is refused where something else is there by now.
  package var replaces: Connection?
  /// Sealed values by name; secrets that are not named stay.
  package var secrets: [String: [UInt8]]
  /// Secrets that are not named go.
  package var forgetsSecrets = false
  /// The streams that there will be, where records so far belong to another account: checkpoints
  /// are forgotten, and the next passes are full.
  package var resetsTo: Set<String>?

  package init(
    _ connection: Connection, replaces: Connection?, secrets: [String: [UInt8]] = [:]
  ) {
    self.connection = connection
    self.replaces = replaces
    self.secrets = secrets
  }
}

extension ConnectionStore {
  /// Adds one connection or replaces its settings.
  package func save(_ connection: Connection, secrets: [String: [UInt8]]) async throws(Failure) {
    let old = try await self.connection(connection.name)
    try await save([ConnectionChange(connection, replaces: old, secrets: secrets)])
  }
}
