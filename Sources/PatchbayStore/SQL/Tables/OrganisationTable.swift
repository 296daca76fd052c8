internal import PatchbayCore

/// Organisations, and what is kept of all of them.
struct OrganisationTable {
  let database: any SQLConnection

  func all() throws(Failure) -> [Organisation] {
    try database.statement("SELECT name FROM organisations WHERE removed_ms IS NULL ORDER BY name")
      .bind()
      .rows { (row) throws(Failure) in try Organisation(row.text(0)) }
  }

  func has(_ organisation: Organisation) throws(Failure) -> Bool {
    try database.statement("SELECT 1 FROM organisations WHERE name = ? AND removed_ms IS NULL")
      .bind(.text(organisation.name)).first { _ in true } ?? false
  }

  /// Throws `organisation.unknown` for one that was not added.
  func require(_ organisation: Organisation) throws(Failure) {
    if try has(organisation) { return }
    throw Failure(
      .config, "organisation.unknown", "there is no organisation “\(organisation.name)”",
      mend: "whoever runs the hub adds it: patchbay org add \(organisation.name)")
  }

  func add(_ organisation: Organisation, nowMS: Int64) throws(Failure) {
    let added = try database.statement(
      "INSERT INTO organisations (name, created_ms) VALUES (?, ?) ON CONFLICT (name) DO NOTHING"
    ).bind(.text(organisation.name), .integer(nowMS)).run()
    if added == 1 { return }
    let isThere = try has(organisation)
    throw Failure(
      .conflict, "organisation.exists",
      isThere
        ? "there is an organisation “\(organisation.name)” already"
        : "there was an organisation “\(organisation.name)”, whose name stays its own in the books",
      mend: "choose another name\(isThere ? ", or see: patchbay org list" : "")")
  }

  /// Throws where it cannot be removed: it is not there, or has connections.
  func requireRemovable(_ organisation: Organisation) throws(Failure) {
    try require(organisation)
    if organisation.isStandard {
      throw Failure(
        .conflict, "organisation.standard", "the organisation “\(organisation.name)” stays",
        mend: "every hub has it; remove its connections instead")
    }
    let name = SQLValue.text(organisation.name)
    let left = try database.statement("SELECT name FROM connections WHERE organisation = ?")
      .bind(name).rows { $0.text(0) }
    if !left.isEmpty {
      throw Failure(
        .conflict, "organisation.in_use",
        "“\(organisation.name)” has connections: \(left.sorted().joined(separator: ", "))",
        mend: "remove them first: patchbay --org \(organisation.name) connection remove NAME")
    }
  }

  /// Within a transaction. Its name stays taken: books, runs and the audit log know it by that.
  func remove(_ organisation: Organisation, nowMS: Int64) throws(Failure) {
    try requireRemovable(organisation)
    let name = SQLValue.text(organisation.name)
    for table in ["crashes", "claims", "keys", "outbox"] {
      try database.statement("DELETE FROM \(table) WHERE organisation = ?").bind(name).run()
    }
    try database.statement("UPDATE organisations SET removed_ms = ? WHERE name = ?")
      .bind(.integer(nowMS), name).run()
  }
}
