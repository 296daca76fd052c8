internal import PatchbayCore
internal import PatchbayCrypto
internal import PatchbayStore

/// The form of the books: forward only, one transaction for each step, and never over books that
/// are not what was written.
struct LedgerForm {
  /// The newest form.
  static let newest: Int64 = 4
  /// The oldest from which there is a way.
  private static let oldest: Int64 = 3

  let database: any SQLConnection
  let seal: Seal

  /// Makes the tables, or brings those that there are to the newest form.
  func reach() throws(Failure) {
    // What is up to date is not locked: other processes may be writing.
    if try database.form() == Self.newest { return }
    try database.transaction { () throws(Failure) in
      let form = try database.form()
      if form == Self.newest { return }
      if form > Self.newest { throw database.isNewer(form, known: Self.newest) }
      if form == 0, try !database.hasTable("rated") {
        try LedgerTables.make(in: database)
      } else if form == 3 {
        try reachFour()
      } else {
        throw isTooOld(form)
      }
      try database.setForm(Self.newest)
      try database.noteForm(Self.newest)
    }
  }

  private func isTooOld(_ form: Int64) -> Failure {
    Failure(
      .config, "ledger.form",
      "\(database.path) is of form \(form), which was never released: there is a way from form "
        + "\(Self.oldest) on",
      mend: "use the version that wrote it; where nothing was invoiced or paid yet, the file can "
        + "be moved away: all that was used is charged anew from data.db")
  }

  /// Form 4: a number that rises with each change, the state of rating by organisation, and seals
  /// over bytes that are the same on any engine.
  private func reachFour() throws(Failure) {
    for table in SealedTable.allCases { try sealAnew(table) }
    try database.execute(
      """
      ALTER TABLE head ADD COLUMN revision INTEGER NOT NULL DEFAULT 0;
      ALTER TABLE rating RENAME TO old_rating;
      """)
    try LedgerTables.make(in: database)
    try database.execute(
      """
      INSERT INTO rating (organisation, number, last_day, last_key)
        SELECT 'default', coalesce(number, 0), last_day, last_key FROM old_rating;
      DROP TABLE old_rating;
      """)
  }

  /// A row whose old seal does not hold gets no new one: that would make it sound.
  private func sealAnew(_ table: SealedTable) throws(Failure) {
    let rows = try table.rows(in: database)
    let seals = try table.seals(in: database)
    for row in rows where seals[row.key] != seal.of(0, table.quotedBytes(of: row)) {
      throw isDamaged("\(row.key) in \(table.rawValue) is not what was written")
    }
    if rows.count != seals.count { throw isDamaged("rows of \(table.rawValue) are gone") }
    for row in rows { try table.keep(seal.of(0, table.bytes(of: row)), of: row, in: database) }
  }

  private func isDamaged(_ what: String) -> Failure {
    Failure(
      .data, "ledger.damaged", "the books cannot be brought to form \(Self.newest): \(what)",
      mend: "restore ledger.db from a backup; the version that wrote it can still read it")
  }
}

extension SealedTable {
  /// What was sealed up to form 3: the values as SQLite's `quote()` writes them.
  fileprivate func quotedBytes(of row: Row) -> [UInt8] {
    let parts = row.values.map { value in
      switch value {
      case .null: "NULL"
      case .integer(let number): String(number)
      case .real(let number): String(number)
      case .text(let text): Dialect.literal(text)
      case .blob(let bytes): "X'\(Hex.encode(bytes).uppercased())'"
      }
    }
    return Array("\(rawValue)\u{1F}\(parts.joined(separator: ","))".utf8)
  }
}
