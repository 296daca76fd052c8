internal import PatchbayCore

/// Sealed keys: those of one organisation, or of all.
struct KeyTable {
  let database: any SQLConnection
  let organisation: Organisation

  func find(_ name: String) throws(Failure) -> [UInt8]? {
    try database.statement("SELECT sealed FROM keys WHERE organisation = ? AND name = ?")
      .bind(.text(organisation.name), .text(name)).first { $0.bytes(0) }
  }

  /// A sealed value of anybody's: it names the master key that it was sealed under.
  static func anySealed(_ database: any SQLConnection) throws(Failure) -> [UInt8]? {
    try database.statement(
      "SELECT sealed FROM secrets UNION ALL SELECT sealed FROM keys LIMIT 1"
    ).bind().first { $0.bytes(0) }
  }

  /// Within a transaction.
  func keep(_ name: String, sealed: [UInt8]) throws(Failure) -> [UInt8] {
    try database.statement(
      """
      INSERT INTO keys (organisation, name, sealed) VALUES (?, ?, ?)
      ON CONFLICT (organisation, name) DO NOTHING
      """
    ).bind(.text(organisation.name), .text(name), .blob(sealed)).run()
    return try find(name) ?? sealed
  }

  static func ofEveryone(_ database: any SQLConnection) throws(Failure) -> [SealedKey] {
    try database.statement("SELECT organisation, name, sealed FROM keys").bind()
      .rows { (row) throws(Failure) in
        SealedKey(
          organisation: try Organisation(row.text(0)), name: row.text(1), sealed: row.bytes(2))
      }
  }

  static func replace(_ key: SealedKey, in database: any SQLConnection) throws(Failure) {
    try database.statement("UPDATE keys SET sealed = ? WHERE organisation = ? AND name = ?")
      .bind(.blob(key.sealed), .text(key.organisation.name), .text(key.name)).run()
  }
}
