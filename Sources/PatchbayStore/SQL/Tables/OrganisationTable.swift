internal import PatchbayCore

/// Organisations, and what is kept of all of them.
struct OrganisationTable {
  let database: any SQLConnection

  func all() throws(Failure) -> [Organisation] {
    try database.statement("SELECT name FROM organisations ORDER BY name").bind()
      .rows { (row) throws(Failure) in try Organisation(row.text(0)) }
  }

  func has(_ organisation: Organisation) throws(Failure) -> Bool {
    try database.statement("SELECT 1 FROM organisations WHERE name = ?")
      .bind(.text(organisation.name)).first { _ in true } ?? false
  }

  /// Throws `organisation.unknown` for one that was not added.
  func require(_ organisation: Organisation) throws(Failure) {
    if try has(organisation) { return }
    let known = try all().map(\.name).joined(separator: ", ")
    throw Failure(
      .config, "organisation.unknown", "there is no organisation “\(organisation.name)”",
      mend: "add it: patchbay org add \(organisation.name); known organisations: \(known)")
  }

  func add(_ organisation: Organisation, nowMS: Int64) throws(Failure) {
    let added = try database.statement(
      "INSERT INTO organisations (name, created_ms) VALUES (?, ?) ON CONFLICT (name) DO NOTHING"
    ).bind(.text(organisation.name), .integer(nowMS)).run()
    if added == 1 { return }
    throw Failure(
      .conflict, "organisation.exists", "there is an organisation “\(organisation.name)” already",
      mend: "choose another name, or see: patchbay org list")
  }

  /// Within a transaction.
  func remove(_ organisation: Organisation) throws(Failure) {
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
    for table in ["crashes", "claims", "keys", "outbox"] {
      try database.statement("DELETE FROM \(table) WHERE organisation = ?").bind(name).run()
    }
    try database.statement("DELETE FROM organisations WHERE name = ?").bind(name).run()
  }
}
