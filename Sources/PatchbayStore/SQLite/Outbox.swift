internal import PatchbayCore
internal import PatchbayJSON

/// What an act in `hub.db` still has to do in `data.db`. It is written in the transaction of the
/// act, done afterwards, and can be done again: what a crash left over is done at the next start.
struct Outbox {
  enum Entry {
    /// The connection is gone: its streams go.
    case remove(String)
    /// Records so far belong to another account: checkpoints are forgotten, the next pass over each
    /// stream is a full one, and streams that nobody will read again are marked as deleted.
    case reset(String, knownStreams: Set<String>)
  }

  let hub: Database
  let data: Database

  func add(_ entry: Entry) throws(Failure) {
    let (act, details): (String, JSON) =
      switch entry {
      case .remove(let name): ("remove", ["connection": .string(name)])
      case .reset(let name, let known):
        (
          "reset",
          [
            "connection": .string(name),
            "streams": .array(known.sorted().map { .string($0) }),
          ]
        )
      }
    try hub.prepare("INSERT INTO outbox (act, details) VALUES (?, ?)")
      .bind(.text(act), .json(details)).run()
  }

  func deliver() throws(Failure) {
    let entries = try hub.prepare("SELECT id, act, details FROM outbox ORDER BY id").bind()
      .rows { (id: $0.integer(0), act: $0.text(1), details: $0.text(2)) }
    for entry in entries {
      let details = try SQLiteStore.stored(entry.details, "outbox")
      let name = details["connection"]?.string ?? ""
      try data.transaction { () throws(Failure) in
        if entry.act == "remove" {
          // It may have been added again since.
          try remove(name)
        } else {
          try reset(name, Set((details["streams"]?.array ?? []).compactMap(\.string)))
        }
      }
      try hub.prepare("DELETE FROM outbox WHERE id = ?").bind(.integer(entry.id)).run()
    }
  }

  private func streams(of name: String) throws(Failure) -> [(id: Int64, stream: String)] {
    try data.prepare("SELECT id, stream FROM streams WHERE connection = ?").bind(.text(name))
      .rows { ($0.integer(0), $0.text(1)) }
  }

  private func remove(_ name: String) throws(Failure) {
    let views = Views(data)
    for (id, stream) in try streams(of: name) {
      try views.drop(name, stream)
      try data.execute(
        """
        DROP TABLE IF EXISTS \(SQLiteStore.table(id));
        DROP TABLE IF EXISTS \(SQLiteStore.rawTable(id));
        """)
    }
    try data.prepare("DELETE FROM streams WHERE connection = ?").bind(.text(name)).run()
    try views.makeShared()
  }

  private func reset(_ name: String, _ known: Set<String>) throws(Failure) {
    for (id, stream) in try streams(of: name) {
      try data.prepare(
        """
        UPDATE streams SET phase = 'idle', pass = NULL, state = NULL, state_tag = NULL,
          base_state = NULL, base_tag = NULL, completed_ms = NULL, fingerprint = NULL, sweep_at = 0
        WHERE id = ?
        """
      ).bind(.integer(id)).run()
      if known.contains(stream) { continue }
      try data.prepare(
        "UPDATE \(SQLiteStore.table(id)) SET deleted_ms = ? WHERE deleted_ms IS NULL"
      ).bind(.integer(Time.nowMS())).run()
    }
  }
}
