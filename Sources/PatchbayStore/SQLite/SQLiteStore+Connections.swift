public import PatchbayCore
internal import PatchbayJSON

extension SQLiteStore {
  public func connections() throws(Failure) -> [Connection] {
    try database.prepare("SELECT name, plugin, settings, created_ms FROM connections ORDER BY name")
      .bind().rows { (row) throws(Failure) in try Self.connection(row) }
  }

  public func connection(_ name: String) throws(Failure) -> Connection? {
    try database.prepare(
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
    try database.transaction { () throws(Failure) in
      for change in changes { try save(change) }
    }
  }

  private func save(_ change: ConnectionChange) throws(Failure) {
    let new = change.connection
    guard try connection(new.name) == change.replaces else {
      throw Failure(
        .conflict, "connection.changed", "somebody else changed the connection “\(new.name)”",
        mend: "look at it (patchbay connection list), then try again")
    }
    try checkCase(of: new.name)
    try database.prepare(
      """
      INSERT INTO connections (name, plugin, settings, created_ms) VALUES (?, ?, ?, ?)
      ON CONFLICT (name) DO UPDATE SET plugin = excluded.plugin, settings = excluded.settings
      """
    ).bind(
      .text(new.name), .text(new.plugin), .json(.object(new.settings)), .integer(new.createdMS)
    ).run()
    if change.forgetsSecrets {
      try database.prepare("DELETE FROM secrets WHERE connection = ?").bind(.text(new.name)).run()
    }
    for (name, sealed) in change.secrets {
      try replaceSecret(SealedSecret(connection: new.name, name: name, sealed: sealed))
    }
    if let known = change.resetsTo { try reset(new.name, knownStreams: known) }
  }

  /// Names of views have no case for SQLite.
  private func checkCase(of name: String) throws(Failure) {
    let twin = try database.prepare(
      "SELECT name FROM connections WHERE name = ? COLLATE NOCASE AND name <> ?"
    ).bind(.text(name), .text(name)).first { $0.text(0) }
    guard let twin else { return }
    throw Failure(
      .conflict, "connection.exists",
      "“\(name)” and the connection “\(twin)” differ only in upper and lower case",
      mend: "choose another name: both would name the same views")
  }

  /// The next pass over each stream is a full one, whose sweep marks what it does not see. Streams
  /// that nobody will read again are swept here.
  private func reset(_ connection: String, knownStreams: Set<String>) throws(Failure) {
    for stream in try streams(of: connection) {
      try database.prepare(
        """
        UPDATE streams SET phase = 'idle', pass = NULL, state = NULL, state_tag = NULL,
          base_state = NULL, base_tag = NULL, completed_ms = NULL, sweep_at = 0
        WHERE id = ?
        """
      ).bind(.integer(stream.id)).run()
      if !knownStreams.contains(stream.stream) {
        try database.execute("UPDATE \(Self.table(stream.id)) SET deleted = 1 WHERE deleted = 0")
      }
    }
  }

  public func removeConnection(_ name: String) throws(Failure) {
    try database.transaction { () throws(Failure) in
      let ids = try streams(of: name).map(\.id)
      for id in ids {
        try dropViews(of: id)
        writers[id] = nil
        try database.execute("DROP TABLE IF EXISTS \(Self.table(id))")
      }
      try database.prepare("DELETE FROM connections WHERE name = ?").bind(.text(name)).run()
      try rebuildSharedViews()
    }
  }
}
