import Databases
import Foundation
import PatchbayCore
import PatchbayJSON
import PatchbayStore
import SourceText
import Testing

@testable import PatchbayLedger

/// The books are written for any engine of SQL: what they ask of SQLite, PostgreSQL takes, too.
@Suite("The books on another engine") struct OtherEngineTests {
  private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "Sources/PatchbayLedger").path

  /// The literals of the ledger's files, less its older forms, which only SQLite ever had.
  private static func literals() throws -> [(file: String, text: String)] {
    let files = try FileManager.default.subpathsOfDirectory(atPath: folder)
      .filter { file in
        file.hasSuffix(".swift")
          && !["LedgerForm", "FormerSeals", "FormerEnd"].contains { file.hasSuffix("\($0).swift") }
      }.sorted()
    return try files.flatMap { file in
      let source = try String(contentsOfFile: "\(folder)/\(file)", encoding: .utf8)
      return Literals(source).texts.map { (file, $0) }
    }
  }

  @Test func `no text of the ledger has words that SQLite alone knows`() throws {
    let words = [
      "PRAGMA", "WITHOUT ROWID", "INSERT OR", "quote(", "data_version", "sqlite_", "rowid", "iif(",
      "IS NOT ?", "GLOB ", "changes()",
    ]
    for (file, text) in try Self.literals() {
      #expect(words.filter { text.contains($0) } == [], "\(file): \(text)")
    }
  }

  @Test func `PostgreSQL takes the tables and every statement of the books`() throws {
    var recording: RecordingConnection?
    let books = try Books {
      let connection = RecordingConnection($0)
      recording = connection
      return connection
    }
    defer { books.close() }
    try Self.useAll(books)
    let recorded = try #require(recording)
    #expect(recorded.overlaps == [], "one statement at a time: PostgreSQL has one row stream")

    // The scenario reached every statement that there is.
    let reached = recorded.texts.map(\.singleSpaced)
    for (file, text) in try Self.literals() {
      let isStatement = ["SELECT ", "INSERT INTO ", "UPDATE ", "DELETE FROM "].contains {
        text.singleSpaced.hasPrefix($0)
      }
      guard isStatement, let start = text.split(separator: "…").first else { continue }
      let isReached = reached.contains { $0.contains(String(start).singleSpaced) }
      #expect(isReached, "\(file) has a statement that no test reaches: \(text)")
    }
    for text in recorded.texts where text.contains("sum(") {
      #expect(text.contains("CAST("), "a sum is of another kind than what it adds: \(text)")
    }

    let server = try PostgresServer()
    let schema = SchemaText(.postgreSQL)
    try LedgerTables.make(in: schema)
    // It notes the form in the table that it makes, which has no statements here.
    try? schema.noteForm(1)
    try server.sql(schema.text)
    let objections = try server.objections(to: recorded.texts)
    #expect(objections == "")
    // What is wrong is told.
    let wrong = ["SELECT nothing FROM head", "SELECT CAST(? AS NUMERIC)"]
    let told = try server.objections(to: wrong)
    #expect(wrong.allSatisfy { told.contains(Dialect.postgreSQL.placed($0)) }, "\(told)")
  }

  // MARK: Everything that the books do

  private static func useAll(_ books: Books) throws {
    var year = try Year(books, seed: 7)
    try year.run(4)
    let journal = books.journal
    let nowMS = BillingTests.marchMS + 366 * BillingTests.dayMS
    try spend(books, nowMS)
    try groups(books, nowMS)
    try creditNotes(books)
    try proposals(books, nowMS)
    for month in ["2026-03", "2026-04"] {
      for statement in try journal.statements(of: "acme", month) { _ = try books.json(statement) }
    }
    for format in ExportFormat.allCases {
      try journal.export(format) { (_) throws(Failure) in }
    }
    try journal.forEach { (_) throws(Failure) in }
    _ = try journal.entry(number: 1)
    try terms(books, nowMS)
    #expect(try !journal.costs(ofRun: "EUR").isEmpty)
    #expect(try Journal.hasEnd(path: books.path))
    _ = try journal.preview("c0", "2027-05", nowMS: nowMS)
    #expect(try journal.snapshot { () throws(Failure) in try journal.verify() }.problem == nil)
    _ = try journal.payouts()
    #expect(throws: Failure.self) {
      try journal.batch { () throws(Failure) in
        let (one, other) = (books.account("a"), books.account("a"))
        try journal.post(Transfer(debit: one, credit: other, amount: 1, key: "x"), atMS: nowMS)
      }
    }
    try journal.batch { () throws(Failure) in try journal.setRatedUpTo(5, lastMS: nowMS) }
    #expect(try journal.ratedUpTo(.standard).number == 5)
  }

  /// Uses that wait for a person.
  private static func terms(_ books: Books, _ nowMS: Int64) throws {
    let terms = try Year.terms("EUR")
    let journal = books.journal
    try journal.batch { () throws(Failure) in
      let event = UsageEvent("waits", terms, 1, at: nowMS)
      #expect(try journal.doubt(event, terms, SignedTerms([terms])) == nil)
      try journal.hold(event, terms, "for the test", of: .standard)
      _ = try journal.decide("waits", charges: true, atMS: nowMS, nowMS: nowMS)
    }
    #expect(try journal.waitingUses().map(\.status) == ["charged"])
  }

  /// Budgets, plans, and what is set aside and expires.
  private static func spend(_ books: Books, _ nowMS: Int64) throws {
    try books.setPolicy(
      """
      {"billing":1,"approvers":["anna","bert"],
       "plans":[{"name":"free","currency":"EUR","month_micros":0,"requests":100}],
       "customers":{"c0":{"plans":[{"plan":"free","from":"2026-01-01"}]}},
       "budgets":[{"name":"b","match":{"connection":"c0"},"currency":"EUR",
         "limit_micros":9000000,"alerts_percent":[1]}]}
      """)
    let (journal, terms) = (books.journal, try #require(Books.terms))
    let spend = Spend(UsageEvent("s", terms, 1, at: nowMS))
    let euro = try #require(Currency("EUR"))
    for key in ["one", "two"] {
      let event = UsageEvent(key, terms, 200, at: nowMS)
      try journal.batch { () throws(Failure) in
        try journal.admit(event, terms, nowMS: nowMS)
        _ = try journal.allow("c0", "\(key)/requests", part: 1, 10, nowMS: nowMS)
        try journal.reserve("\(key)/spent", spend, 1000, euro, nowMS: nowMS)
      }
    }
    try books.use("one", 200, at: nowMS)
    var requests = UsageEvent("one/requests", terms, 5, at: nowMS)
    requests.meter = .requests
    try books.rate(requests, terms)
    let budget = try #require(try journal.policy().budgets.first)
    try journal.batch { () throws(Failure) in
      try journal.settle("one/spent", spend, 500, euro, atMS: nowMS)
      try journal.release("two/spent")
      try journal.checkBudgets(spend, nowMS: nowMS)
      _ = try journal.expire(nowMS: nowMS + 25 * 3_600_000)
    }
    _ = try journal.forecast(budget, "2027-03", nowMS: nowMS)
  }

  /// Publishers whose first charges are shared without the platform.
  private static func groups(_ books: Books, _ nowMS: Int64) throws {
    try books.setPolicy(
      """
      {"billing":1,"approvers":["anna","bert"],
       "groups":[{"name":"g","publishers":["acme"],"currency":"EUR","free_micros":9000000}]}
      """)
    try books.use("grouped", 1000, at: nowMS)
  }

  private static func creditNotes(_ books: Books) throws {
    let journal = books.journal
    for document in try journal.documents() where document.isCreditNote {
      do throws(Failure) {
        try journal.batch { () throws(Failure) in
          _ = try journal.payBack(document.number, reference: "back", nowMS: BillingTests.aprilMS)
        }
      } catch {
        #expect(error.code == "ledger.payment", "\(error)")
      }
    }
  }

  private static func proposals(_ books: Books, _ nowMS: Int64) throws {
    let journal = books.journal
    for agrees in [true, false] {
      try journal.batch { () throws(Failure) in
        let made = try journal.propose(
          Transfer(
            debit: books.account("expense:rent"), credit: books.account("bank"), amount: 5,
            key: ""), by: "anna", reason: "rent", nowMS: nowMS)
        _ = try journal.decide(made.number, agrees: agrees, by: "bert", nowMS: nowMS)
      }
    }
    #expect(try journal.proposals().map(\.status) == ["posted", "refused"])
  }
}
