public import PatchbayCore
internal import PatchbayJSON

extension SQLiteStore {
  public func connections() throws(Failure) -> [Connection] {
    try hub.prepare("SELECT name, plugin, settings, created_ms FROM connections ORDER BY name")
      .bind().rows { (row) throws(Failure) in try Self.connection(row) }
  }

  public func connection(_ name: String) throws(Failure) -> Connection? {
    try hub.prepare(
      "SELECT name, plugin, settings, created_ms FROM connections WHERE name = ?"
    ).bind(.text(name)).first { (row) throws(Failure) in try Self.connection(row) }
  }

  private static func connection(_ row: Statement) throws(Failure) -> Connection {
    Connection(
      name: row.text(0), plugin: row.text(1),
      settings: try stored(row.text(2), "settings").object ?? JSONObject(),
      createdMS: row.integer(3))
  }

  public func save(_ changes: [ConnectionChange]) throws(Failure) {
    let outbox = Outbox(hub: hub, data: data)
    try hub.transaction { () throws(Failure) in
      for change in changes {
        try save(change)
        guard let known = change.resetsTo else { continue }
        try outbox.add(.reset(change.connection.name, knownStreams: known))
      }
    }
    try deliver(outbox)
  }

  /// Does in the other file what an act of this one needs there.
  private func deliver(_ outbox: Outbox) throws(Failure) {
    writers = [:]
    try outbox.deliver()
  }

  private func save(_ change: ConnectionChange) throws(Failure) {
    let new = change.connection
    guard try connection(new.name) == change.replaces else {
      throw Failure(
        .conflict, "connection.changed", "somebody else changed the connection “\(new.name)”",
        mend: "look at it (patchbay connection list), then try again")
    }
    try checkCase(of: new.name)
    try hub.prepare(
      """
      INSERT INTO connections (name, plugin, settings, created_ms) VALUES (?, ?, ?, ?)
      ON CONFLICT (name) DO UPDATE SET plugin = excluded.plugin, settings = excluded.settings
      """
    ).bind(
      .text(new.name), .text(new.plugin), .json(.object(new.settings)), .integer(new.createdMS)
    ).run()
    if change.forgetsSecrets {
      try hub.prepare("DELETE FROM secrets WHERE connection = ?").bind(.text(new.name)).run()
    }
    for (name, sealed) in change.secrets {
      try replaceSecret(SealedSecret(connection: new.name, name: name, sealed: sealed))
    }
  }

  /// Names of views have no case for SQLite.
  private func checkCase(of name: String) throws(Failure) {
    let twin = try hub.prepare(
      "SELECT name FROM connections WHERE name = ? COLLATE NOCASE AND name <> ?"
    ).bind(.text(name), .text(name)).first { $0.text(0) }
    guard let twin else { return }
    throw Failure(
      .conflict, "connection.exists",
      "“\(name)” and the connection “\(twin)” differ only in upper and lower case",
      mend: "choose another name: both would name the same views")
  }

  public func removeConnection(_ name: String) throws(Failure) {
    let outbox = Outbox(hub: hub, data: data)
    try hub.transaction { () throws(Failure) in
      try hub.prepare("DELETE FROM connections WHERE name = ?").bind(.text(name)).run()
      try outbox.add(.remove(name))
    }
    try deliver(outbox)
  }
}
