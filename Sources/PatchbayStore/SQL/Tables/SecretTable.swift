internal import PatchbayCore

/// Sealed secrets: those of one organisation, or of all.
struct SecretTable {
  let database: any SQLConnection
  let organisation: Organisation

  private var owner: SQLValue { .text(organisation.name) }

  func all(of connection: String) throws(Failure) -> [String: [UInt8]] {
    let rows = try database.statement(
      "SELECT name, sealed FROM secrets WHERE organisation = ? AND connection = ?"
    ).bind(owner, .text(connection)).rows { ($0.text(0), $0.bytes(1)) }
    return Dictionary(rows) { first, _ in first }
  }

  func all() throws(Failure) -> [SealedSecret] {
    try database.statement(
      "SELECT organisation, connection, name, sealed FROM secrets WHERE organisation = ?"
    ).bind(owner).rows(Self.read)
  }

  static func ofEveryone(_ database: any SQLConnection) throws(Failure) -> [SealedSecret] {
    try database.statement("SELECT organisation, connection, name, sealed FROM secrets").bind()
      .rows(Self.read)
  }

  private static func read(_ row: any SQLRow) throws(Failure) -> SealedSecret {
    SealedSecret(
      organisation: try Organisation(row.text(0)), connection: row.text(1), name: row.text(2),
      sealed: row.bytes(3))
  }

  /// Within a transaction.
  func replace(_ secret: SealedSecret) throws(Failure) {
    guard secret.organisation == organisation else {
      throw Failure(.bug, "store.organisation", "a secret of another organisation")
    }
    let upsert = database.dialect.upsert(
      "secrets", keys: ["organisation", "connection", "name"], ["sealed"])
    try database.statement(upsert).bind(
      .text(secret.organisation.name), .text(secret.connection), .text(secret.name),
      .blob(secret.sealed)
    ).run()
  }

  /// Seals one anew that is still there.
  static func replace(_ secret: SealedSecret, in database: any SQLConnection) throws(Failure) {
    try database.statement(
      "UPDATE secrets SET sealed = ? WHERE organisation = ? AND connection = ? AND name = ?"
    ).bind(
      .blob(secret.sealed), .text(secret.organisation.name), .text(secret.connection),
      .text(secret.name)
    ).run()
  }

  func removeAll(of connection: String) throws(Failure) {
    try database.statement("DELETE FROM secrets WHERE organisation = ? AND connection = ?")
      .bind(owner, .text(connection)).run()
  }
}
