import CSQLite
import Foundation
import PatchbayCore
import PatchbayJSON
import PatchbayStore
import Seeded
import Testing

@testable import PatchbayLedger

/// Books that somebody changed who has the file and not the key.
@Suite("Books that others changed") struct BookGuardTests {
  /// Books in which each table has rows.
  private static func full() throws -> Books {
    let books = try Books()
    var year = try Year(books, seed: 11)
    try year.run(2)
    let nowMS = Books.monthMS + 300 * 86_400_000
    try books.setPolicy(
      """
      {"billing":1,"approvers":["anna","bert"],
       "plans":[{"name":"free","currency":"EUR","month_micros":0,"requests":100}],
       "customers":{"c0":{"plans":[{"plan":"free","from":"2026-01-01"}]}},
       "groups":[{"name":"g","publishers":["acme"],"currency":"EUR","free_micros":9000000}],
       "budgets":[{"name":"b","match":{"connection":"c0"},"currency":"EUR",
         "limit_micros":900000000,"alerts_percent":[1]}]}
      """)
    let (journal, terms) = (books.journal, try Year.terms("EUR"))
    try journal.batch { () throws(Failure) in
      try journal.admit(UsageEvent("one", terms, 200, at: nowMS), terms, nowMS: nowMS)
      _ = try journal.allow("c0", "one/requests", part: 1, 10, nowMS: nowMS)
      _ = try journal.propose(
        Transfer(
          debit: books.account("bank"), credit: books.account("fees:x"), amount: 1, key: ""),
        by: "anna", reason: "r", nowMS: nowMS)
      let waits = UsageEvent("waits", terms, 1, at: nowMS)
      _ = try journal.doubt(waits, terms, SignedTerms([terms]))
      try journal.hold(waits, terms, "for the test", of: .standard)
      try journal.setRatedUpTo(5, lastMS: nowMS)
      var report = RatingReport()
      try journal.rate(UsageEvent("two", terms, 900, at: nowMS), terms, into: &report)
      for index in 0..<1100 {
        try journal.post(
          Transfer(
            debit: books.account("bank"), credit: books.account("fees:x"), amount: 1,
            key: "filler \(index)"), atMS: nowMS)
      }
    }
    try books.tamper("PRAGMA wal_checkpoint(TRUNCATE)")
    return books
  }

  /// A value that a column does not have.
  private static func other(_ value: SQLValue) -> String {
    switch value {
    case .null: "1"
    case .integer(let number): String(number ^ 1)
    case .real: "2"
    case .text(let text): text.hasPrefix("{") ? "'{}'" : "'9999-11'"
    case .blob(let bytes):
      "x'\((bytes.dropLast() + [~(bytes.last ?? 0)]).map { String(format: "%02x", $0) }.joined())'"
    }
  }

  /// An edit of each column, a row that is gone, and one that was there before, of each table.
  private static func edits(_ books: Books) throws -> [String] {
    let database = try SQLiteConnection(path: books.path, mode: .readOnly)
    var edits: [String] = [
      "CREATE TRIGGER t AFTER INSERT ON transfers BEGIN SELECT 1; END",
      "CREATE VIEW v AS SELECT 1", "CREATE INDEX i ON transfers (at_ms)",
      "DROP INDEX transfers_period", "CREATE TABLE more (a)", "ALTER TABLE lots ADD COLUMN b",
      "DELETE FROM head",
      "DELETE FROM transfers WHERE number = (SELECT max(number) FROM transfers)",
    ]
    for column in [
      "number", "hash", "last_ms", "last_tail", "seal", "revision", "schema", "damage", "sums",
    ] {
      let value = try database.makeStatement("SELECT \(column) FROM head").first { $0.value(0) }
      edits.append("UPDATE head SET \(column) = \(other(value ?? .null))")
    }
    for column in [
      "id", "at_ms", "period", "kind", "debit", "credit", "amount", "key", "details", "hash",
    ] {
      let value = try database.makeStatement("SELECT \(column) FROM transfers WHERE number = 7")
        .first { $0.value(0) }
      edits.append("UPDATE transfers SET \(column) = \(other(value ?? .null)) WHERE number = 7")
    }
    for table in SealedTable.allCases {
      let names = table.columns
      let row = try #require(
        try database.makeStatement(
          "SELECT \(names.joined(separator: ", ")), seal FROM \(table.rawValue) LIMIT 1"
        ).first { row in (0...names.count).map { row.value(Int32($0)) } }, "\(table) has no row")
      let key = zip(names, row).prefix(table.keySize)
        .map { "\($0) = \(literal($1))" }.joined(separator: " AND ")
      for (name, value) in zip(names + ["seal"], row) {
        edits.append("UPDATE \(table.rawValue) SET \(name) = \(other(value)) WHERE \(key)")
      }
      edits.append("DELETE FROM \(table.rawValue) WHERE \(key)")
    }
    return edits
  }

  private static func literal(_ value: SQLValue) -> String {
    switch value {
    case .null: "NULL"
    case .integer(let number): String(number)
    case .real(let number): String(number)
    case .text(let text): "'\(text.replacing("'", with: "''"))'"
    case .blob(let bytes): "x'\(bytes.map { String(format: "%02x", $0) }.joined())'"
    }
  }

  @Test func `every edit of every table is found, and nothing is written any more`() throws {
    let books = try Self.full()
    defer { books.close() }
    let key = Array("secret of the tests".utf8)
    #expect(try books.journal.verify().problem == nil)
    let all = try Self.edits(books)
    var draw = Draw(Scale.fresh)
    let edits = all.shuffled(using: &draw).prefix(Scale.count(quick: 124, nightly: all.count))
    #expect(edits.count >= 120)
    let copy = books.path + ".copy"
    for edit in edits {
      try? FileManager.default.removeItem(atPath: copy)
      try FileManager.default.copyItem(atPath: books.path, toPath: copy)
      try Books.tamper(copy, edit)
      let journal = try Journal(path: copy, key: key)
      let check = try journal.verifyAndLatch()
      #expect(check.problem != nil, "\(edit)")
      // Whoever writes later, and looks at no more than the end, is refused as well.
      let later = try Journal(path: copy, key: key)
      let failure = #expect(throws: Failure.self, "\(edit)") {
        try later.batch { () throws(Failure) in
          try later.post(
            Transfer(
              debit: books.account("bank"), credit: books.account("fees:x"), amount: 1,
              key: "late"),
            atMS: Books.monthMS)
        }
      }
      #expect(failure?.code == "ledger.damaged", "\(edit)")
    }
  }

  /// A row with its seal, as it was at another time, fits itself and not the root.
  @Test func `a row of another time is found`() throws {
    let books = try Self.full()
    defer { books.close() }
    let copy = books.path + ".before"
    try FileManager.default.copyItem(atPath: books.path, toPath: copy)
    let journal = books.journal
    let terms = try Year.terms("EUR")
    try books.rate(UsageEvent("three", terms, 900, at: Books.monthMS + 300 * 86_400_000), terms)
    #expect(try journal.verify().problem == nil)
    try books.tamper(
      """
      ATTACH '\(copy)' AS old;
      INSERT OR REPLACE INTO main.contracts SELECT * FROM old.contracts
      """)
    #expect(try journal.verify().problem?.what.contains("those of another time") == true)
  }

  /// Books that say that they are new are not sealed as they are.
  @Test(arguments: [
    "PRAGMA user_version = 0; DROP TABLE rated", "PRAGMA user_version = 0",
    "PRAGMA user_version = 4", "PRAGMA user_version = 3",
  ])
  func `an older form that the file only claims makes nothing sound`(edit: String) throws {
    let books = try Books()
    defer { books.close() }
    try books.post(20)
    try books.tamper("UPDATE accounts SET debits = zeroblob(16); \(edit)")
    let failure = #expect(throws: Failure.self) {
      let later = try Journal(path: books.path, key: Array("secret of the tests".utf8))
      try later.batch { () throws(Failure) in
        try later.post(
          Transfer(debit: books.account("a"), credit: books.account("b"), amount: 1, key: "late"),
          atMS: Books.monthMS)
      }
    }
    #expect(["ledger.form", "ledger.damaged", "store.sql"].contains(failure?.code ?? ""))
  }

  /// What was found once is told again, also where the next look finds nothing.
  @Test func `a latch is told of`() throws {
    let books = try Books()
    defer { books.close() }
    try books.post(5)
    try books.journal.latch("something")
    #expect(try books.journal.verify().problem?.what == "found before: something")
  }

  /// A journal that fits itself, and an end that nobody could seal.
  @Test func `what was forged is not sealed by the next write`() throws {
    let books = try Books()
    defer { books.close() }
    try books.post(50)
    try books.tamper(
      "UPDATE head SET number = 49, hash = (SELECT hash FROM transfers WHERE number = 49);"
        + "DELETE FROM transfers WHERE number = 50")
    let later = try Journal(path: books.path, key: Array("secret of the tests".utf8))
    let failure = #expect(throws: Failure.self) {
      try later.batch { () throws(Failure) in
        try later.post(
          Transfer(debit: books.account("a"), credit: books.account("b"), amount: 1, key: "late"),
          atMS: Books.monthMS)
      }
    }
    #expect(failure?.code == "ledger.damaged")
    #expect(try later.verify().problem != nil)
  }

  @Test func `only what was published shows an older copy`() throws {
    let books = try Books()
    defer { books.close() }
    try books.post(20)
    try books.tamper("PRAGMA wal_checkpoint(TRUNCATE)")
    let copy = books.path + ".old"
    try FileManager.default.copyItem(atPath: books.path, toPath: copy)
    try books.post(20, seed: 2)
    let journal = books.journal
    let anchor = try journal.snapshot { () throws(Failure) in try journal.anchor(nowMS: 1) }
    let sound = try journal.verify()
    #expect(try journal.compare([anchor], sound).problem == nil)
    try books.post(20, seed: 3)
    #expect(try journal.compare([anchor], journal.verify()).problem == nil)
    let old = try Journal(path: copy, key: Array("secret of the tests".utf8))
    let check = try old.verify()
    #expect(check.problem == nil)
    #expect(try old.compare([anchor], check).problem?.what.contains("older copy") == true)
    // So does a statement that a partner has.
    let statement = try #require(try journal.statements(of: "p0", "2026-03").first)
    let told = try #require(JSON.object(statement.json)["books"])
    #expect(told["tables"] == nil)
    #expect(try journal.compare([told], journal.verify()).problem == nil)
    #expect(try old.compare([told], check).problem?.what.contains("older copy") == true)
  }

  /// The columns that are sealed are all that there are.
  @Test func `no column of a sealed table is left out`() throws {
    let books = try Books()
    defer { books.close() }
    let database = try SQLiteConnection(path: books.path, mode: .readOnly)
    for table in SealedTable.allCases {
      let names = try database.makeStatement(
        "SELECT name FROM pragma_table_info('\(table.rawValue)')"
      )
      .rows { $0.text(0) }
      #expect(Set(names) == Set(table.columns + ["seal"]), "\(table)")
    }
  }
}
