internal import PatchbayCore
internal import PatchbayJSON

/// Connections of one organisation.
struct ConnectionTable {
  let database: any SQLConnection
  let organisation: Organisation

  private static let columns = "name, plugin, settings, created_ms, accepted"
  private var owner: SQLValue { .text(organisation.name) }

  func all() throws(Failure) -> [Connection] {
    try database.statement(
      "SELECT \(Self.columns) FROM connections WHERE organisation = ? ORDER BY name"
    ).bind(owner).rows(Self.read)
  }

  func find(_ name: String) throws(Failure) -> Connection? {
    try database.statement(
      "SELECT \(Self.columns) FROM connections WHERE organisation = ? AND name = ?"
    ).bind(owner, .text(name)).first(Self.read)
  }

  private static func read(_ row: any SQLRow) throws(Failure) -> Connection {
    Connection(
      name: row.text(0), plugin: row.text(1),
      settings: try JSON(stored: row.text(2), "settings").object ?? JSONObject(),
      createdMS: row.time(3),
      accepted: try row.optionalText(4).map { (text) throws(Failure) in
        try JSON(stored: text, "accepted")
      })
  }

  /// Within a transaction.
  func save(_ change: ConnectionChange) throws(Failure) {
    let new = change.connection
    guard try find(new.name) == change.replaces else {
      throw Failure(
        .conflict, "connection.changed", "somebody else changed the connection “\(new.name)”",
        mend: "look at it (patchbay connection list), then try again")
    }
    try checkCase(of: new.name)
    try database.statement(
      """
      INSERT INTO connections (organisation, name, plugin, settings, created_ms, accepted)
      VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (organisation, name)
      DO UPDATE SET plugin = excluded.plugin, settings = excluded.settings,
        accepted = excluded.accepted
      """
    ).bind(
      owner, .text(new.name), .text(new.plugin), .json(.object(new.settings)),
      .integer(new.createdMS), new.accepted.map { .json($0) } ?? .null
    ).run()
    let secrets = SecretTable(database: database, organisation: organisation)
    if change.forgetsSecrets { try secrets.removeAll(of: new.name) }
    for (name, sealed) in change.secrets {
      try secrets.replace(
        SealedSecret(
          organisation: organisation, connection: new.name, name: name, sealed: sealed))
    }
  }

  /// Within a transaction. Returns whether `known` was what is there.
  func accept(_ accepted: JSON, replacing known: JSON?, of name: String) throws(Failure) -> Bool {
    guard let connection = try find(name), connection.accepted == known else { return false }
    try database.statement(
      "UPDATE connections SET accepted = ? WHERE organisation = ? AND name = ?"
    ).bind(.json(accepted), owner, .text(name)).run()
    return true
  }

  /// Names of views have no case for SQLite.
  private func checkCase(of name: String) throws(Failure) {
    let twin = try database.statement(
      """
      SELECT name FROM connections WHERE organisation = ? AND lower(name) = lower(?2) AND name <> ?2
      """
    ).bind(owner, .text(name)).first { $0.text(0) }
    guard let twin else { return }
    throw Failure(
      .conflict, "connection.exists",
      "“\(name)” and the connection “\(twin)” differ only in upper and lower case",
      mend: "choose another name: both would name the same views")
  }

  /// With its secrets, within a transaction.
  func remove(_ name: String) throws(Failure) {
    try database.statement("DELETE FROM connections WHERE organisation = ? AND name = ?")
      .bind(owner, .text(name)).run()
  }
}
