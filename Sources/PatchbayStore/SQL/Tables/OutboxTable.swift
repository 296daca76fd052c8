internal import PatchbayCore
internal import PatchbayJSON

/// What an act in one file still has to do in another. It is written in the transaction of the act,
/// done afterwards, and can be done again: what a crash left over is done at the next start.
struct OutboxTable {
  let database: any SQLConnection
  /// The organisation's name; empty for acts of the whole hub.
  let owner: String

  struct Entry {
    let number: Int64
    let act: String
    let details: JSON
  }

  func add(_ act: String, _ details: JSON) throws(Failure) {
    try database.statement("INSERT INTO outbox (organisation, act, details) VALUES (?, ?, ?)")
      .bind(.text(owner), .text(act), .json(details)).run()
  }

  func entries() throws(Failure) -> [Entry] {
    try database.statement(
      "SELECT id, act, details FROM outbox WHERE organisation = ? ORDER BY id"
    ).bind(.text(owner)).rows { (row) throws(Failure) in
      Entry(
        number: row.integer(0), act: row.text(1),
        details: try JSON(stored: row.text(2), "outbox"))
    }
  }

  func done(_ entry: Entry) throws(Failure) {
    try database.statement("DELETE FROM outbox WHERE id = ?").bind(.integer(entry.number)).run()
  }
}
