internal import PatchbayCore
internal import PatchbayCrypto
internal import PatchbayStore

/// The form of the books: forward only, one transaction for each step, and never over books that
/// are not what was written.
struct LedgerForm {
  /// The newest form.
  static let newest: Int64 = 5
  /// From this on each row has its seal in it, and the end has one over all tables.
  static let sealedTables: Int64 = 5
  /// The oldest from which there is a way.
  private static let oldest: Int64 = 3

  let database: any SQLConnection
  let seal: Seal

  /// Makes the tables, or brings those that there are to the newest form. Returns whether there
  /// were any of an older one.
  func reach() throws(Failure) -> Bool {
    // What is up to date is not locked: other processes may be writing.
    if try database.form() == Self.newest { return false }
    return try database.transaction { () throws(Failure) in
      let form = try database.form()
      if form == Self.newest { return false }
      if form > Self.newest { throw database.isNewer(form, known: Self.newest) }
      // Only where there is nothing at all: what is sealed here is taken for the hub's own.
      var isNew = false
      if form == 0 { isNew = try database.describedSchema().isEmpty }
      if isNew {
        try LedgerTables.make(in: database)
      } else if form == 3 || form == 4 {
        if form == 3 { try reachFour() }
        try reachFive()
      } else {
        throw isTooOld(form)
      }
      try database.setForm(Self.newest)
      try database.noteForm(Self.newest)
      try sealAll()
      return !isNew
    }
  }

  private func isTooOld(_ form: Int64) -> Failure {
    Failure(
      .config, "ledger.form",
      "\(database.path) is of form \(form), which was never released: there is a way from form "
        + "\(Self.oldest) on",
      mend: "use the version that wrote it; where nothing was invoiced or paid yet, the file can "
        + "be moved away: patchbay ledger begin --anew charges all that was used from data.db")
  }

  /// Form 4: a number that rises with each change, the state of rating by organisation, and seals
  /// over bytes that are the same on any engine.
  private func reachFour() throws(Failure) {
    for table in FormerSeals.allCases { try sealAnew(table) }
    try database.execute(
      """
      ALTER TABLE head ADD COLUMN revision INTEGER NOT NULL DEFAULT 0;
      ALTER TABLE rating RENAME TO old_rating;
      CREATE TABLE rating (
        organisation TEXT PRIMARY KEY, number INTEGER NOT NULL, last_day TEXT NOT NULL,
        last_key TEXT NOT NULL
      );
      INSERT INTO rating (organisation, number, last_day, last_key)
        SELECT 'default', coalesce(number, 0), last_day, last_key FROM old_rating;
      DROP TABLE old_rating;
      """)
  }

  /// A row whose old seal does not hold gets no new one: that would make it sound.
  private func sealAnew(_ table: FormerSeals) throws(Failure) {
    let rows = try table.rows(in: database)
    let seals = try table.seals(in: database)
    for row in rows where seals[row.key] != seal.of(0, table.quotedBytes(of: row)) {
      throw isDamaged("\(row.key) in \(table.rawValue) is not what was written")
    }
    if rows.count != seals.count { throw isDamaged("rows of \(table.rawValue) are gone") }
    for row in rows { try table.keep(seal.of(0, table.bytes(of: row)), of: row, in: database) }
  }

  /// Form 5: each row of each table has its seal in it, and the end has one over the count and root
  /// of all tables. Where the end or a row does not hold, nothing is changed.
  private func reachFive() throws(Failure) {
    let isEmpty = try database.statement("SELECT 1 FROM head").bind().first { _ in true } == nil
    var isSealed = isEmpty
    if !isEmpty { isSealed = try FormerEnd(database: database).isSealed(by: seal) }
    if !isSealed { throw isDamaged("the end of the books was not written by this hub") }
    for table in FormerSeals.allCases {
      let (rows, seals) = (try table.rows(in: database), try table.seals(in: database))
      for row in rows where seals[row.key] != seal.of(0, table.bytes(of: row)) {
        throw isDamaged("\(row.key) in \(table.rawValue) is not what was written")
      }
      if rows.count != seals.count { throw isDamaged("rows of \(table.rawValue) are gone") }
    }
    if try database.describedSchema().contains("trigger\u{1F}") {
      throw isDamaged("there is a trigger, and the hub makes none")
    }
    let zero = Hex.encode(Micros(0).bigEndianBytes)
    let grown = [
      "accounts", "held", "closings", "rated", "rating", "quantities", "contracts", "group_sums",
      "parties", "policies", "documents", "lots", "payouts", "proposals", "admissions",
      "under_way", "slot_holds", "alerts",
    ]
    for table in grown { try database.execute("ALTER TABLE \(table) ADD COLUMN seal BLOB") }
    try database.execute(
      """
      DROP TABLE seals;
      ALTER TABLE head ADD COLUMN schema BLOB;
      ALTER TABLE head ADD COLUMN damage TEXT;
      ALTER TABLE head ADD COLUMN sums BLOB;
      ALTER TABLE held ADD COLUMN hash BLOB;
      ALTER TABLE rating ADD COLUMN last_ms INTEGER;
      ALTER TABLE quantities ADD COLUMN free BLOB;
      ALTER TABLE quantities ADD COLUMN lined_used BLOB;
      ALTER TABLE quantities ADD COLUMN lined_cost BLOB;
      ALTER TABLE contracts ADD COLUMN refund_days INTEGER;
      UPDATE held SET hash = (SELECT hash FROM transfers WHERE transfers.id = held.id);
      UPDATE rating SET last_ms = 0;
      UPDATE quantities SET free = x'\(zero)', lined_used = x'\(zero)', lined_cost = x'\(zero)';
      UPDATE quantities SET lined_used = quantity, lined_cost = charged
        WHERE month <= (SELECT coalesce(max(period), '') FROM periods);
      """)
    try LedgerTables.make(in: database)
    try database.execute(
      """
      INSERT INTO lines (period, customer, plugin, meter, month, price, used, cost, free, least,
        used_before, cost_before)
      SELECT month, customer, plugin, meter, month, price, quantity, charged, free, least, free,
        free FROM quantities WHERE month <= (SELECT coalesce(max(period), '') FROM periods)
      """)
  }

  /// Seals every row as it is, and the end over all of them.
  private func sealAll() throws(Failure) {
    var end = JournalEnd()
    if let head = try formerHead() { (end.head, end.revision) = head }
    for table in SealedTable.allCases {
      var sum = TableSum()
      let columns = table.columns
      let condition = table.statements.isKey
      let rows = try database.statement(
        "SELECT \(columns.joined(separator: ", ")) FROM \(table.rawValue)"
      ).bind().rows { row in columns.indices.map { row.value(Int32($0)) } }
      for values in rows {
        let mark = seal.of(table, values)
        let statement = try database.statement(
          "UPDATE \(table.rawValue) SET seal = ? WHERE \(condition)")
        statement.bind(all: [.blob(mark)] + values.prefix(table.keySize))
        try statement.run()
        sum.add(seal.element(ofSeal: mark))
      }
      end.sums[table] = sum
    }
    end.closed = try JournalEnd.closed(database)
    end.revision += 1
    end.schema = Digest.sha256(try database.describedSchema())
    try end.write(to: database, seal)
  }

  private func formerHead() throws(Failure) -> (Journal.Head, Int64)? {
    try database.statement("SELECT number, hash, last_ms, last_tail, revision FROM head").bind()
      .first {
        (
          Journal.Head(
            number: $0.integer(0), hash: $0.bytes(1), lastMS: $0.integer(2),
            lastTail: UInt64(bitPattern: $0.integer(3))), $0.integer(4)
        )
      }
  }

  private func isDamaged(_ what: String) -> Failure {
    Failure(
      .data, "ledger.damaged", "the books cannot be brought to form \(Self.newest): \(what)",
      mend: "restore ledger.db from a backup; the version that wrote it can still read it")
  }
}

extension FormerSeals {
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
