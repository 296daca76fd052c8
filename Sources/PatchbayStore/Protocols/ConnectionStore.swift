public import PatchbayCore
public import PatchbayJSON

/// The connections of one organisation.
public protocol ConnectionStore: Sendable {
  func connections() async throws(Failure) -> [Connection]
  func connection(_ name: String) async throws(Failure) -> Connection?
  /// Adds connections or replaces their settings: all of them, or none.
  func save(_ changes: [ConnectionChange]) async throws(Failure)
  /// Removes a connection with its records, state and secrets.
  func removeConnection(_ name: String) async throws(Failure)
}

/// A configured account at a vendor.
public struct Connection: Sendable, Equatable {
  public var name: String
  public var plugin: String
  public var settings: JSONObject
  public var createdMS: Int64

  public init(name: String, plugin: String, settings: JSONObject, createdMS: Int64) {
    self.name = name
    self.plugin = plugin
    self.settings = settings
    self.createdMS = createdMS
  }
}

/// A connection as it is to be stored.
public struct ConnectionChange: Sendable {
  public var connection: Connection
  /// What it takes the place of; the change is refused where something else is there by now.
  public var replaces: Connection?
  /// Sealed values by name; secrets that are not named stay.
  public var secrets: [String: [UInt8]]
  /// Secrets that are not named go.
  public var forgetsSecrets = false
  /// The streams that there will be, where records so far belong to another account: checkpoints
  /// are forgotten, and the next passes are full.
  public var resetsTo: Set<String>?

  public init(
    _ connection: Connection, replaces: Connection?, secrets: [String: [UInt8]] = [:]
  ) {
    self.connection = connection
    self.replaces = replaces
    self.secrets = secrets
  }
}

extension ConnectionStore {
  /// Adds one connection or replaces its settings.
  public func save(_ connection: Connection, secrets: [String: [UInt8]]) async throws(Failure) {
    let old = try await self.connection(connection.name)
    try await save([ConnectionChange(connection, replaces: old, secrets: secrets)])
  }
}
