import PatchbayCore
import PatchbayCrypto
import PatchbayJSON
import PatchbayLedger
import Seeded
import Testing

@Suite("The journal") struct JournalTests {
  @Test func `what is posted balances, and is as it was written`() throws {
    let books = try Books()
    defer { books.close() }
    for seed: UInt64 in [1, 2, 3] {
      try books.post(1000, seed: seed)
      let sum = try books.journal.allAccounts().reduce(Micros(0)) {
        $0 + (try books.journal.balance($1))
      }
      #expect(sum == 0, "seed \(seed)")
    }
    let check = try books.journal.verify()
    #expect(check.entries == 3000 && check.problem == nil, "\(check)")
  }

  @Test func `a key is posted once, and must mean the same`() throws {
    let books = try Books()
    defer { books.close() }
    let transfer = Transfer(
      debit: books.account("a"), credit: books.account("b"), amount: 5, key: "k")
    let journal = books.journal
    for _ in 0..<3 {
      try journal.batch { () throws(Failure) in try journal.post(transfer, atMS: Books.monthMS) }
    }
    #expect(try journal.balance(books.account("b")) == 5)
    var other = transfer
    other.amount = 6
    let changed = other
    let failure = #expect(throws: Failure.self) {
      try journal.batch { () throws(Failure) in try journal.post(changed, atMS: Books.monthMS) }
    }
    #expect(failure?.code == "ledger.conflict")
    #expect(try journal.balance(books.account("b")) == 5)
  }

  @Test func `what is refused changes nothing, and the batch goes on`() throws {
    let books = try Books()
    defer { books.close() }
    let journal = books.journal
    try journal.batch { () throws(Failure) in
      for (index, debit) in ["a", "b", "b", "c"].enumerated() {
        do throws(Failure) {
          try journal.post(
            Transfer(
              debit: books.account(debit), credit: books.account("b"), amount: 5,
              key: "k\(index)"), atMS: Books.monthMS)
        } catch {
          #expect(error.code == "ledger.accounts")
        }
      }
    }
    #expect(try journal.balance(books.account("b")) == 10)
    let check = try journal.verify()
    #expect(check.entries == 2 && check.problem == nil, "\(check)")
  }

  @Test func `what fails leaves nothing of its batch`() throws {
    let books = try Books()
    defer { books.close() }
    try books.post(10)
    let journal = books.journal
    #expect(throws: Failure.self) {
      try journal.batch { () throws(Failure) in
        try journal.post(
          Transfer(debit: books.account("a"), credit: books.account("b"), amount: 5, key: "x"),
          atMS: Books.monthMS)
        try journal.post(
          Transfer(debit: books.account("a"), credit: books.account("a"), amount: 5, key: "y"),
          atMS: Books.monthMS)
      }
    }
    #expect(try journal.verify().entries == 10)
    // Neither on disk nor in memory: numbers of what was undone go to others.
    #expect(try journal.balance(books.account("a")) == 0)
    try journal.batch { () throws(Failure) in
      try journal.post(
        Transfer(debit: books.account("c"), credit: books.account("d"), amount: 7, key: "x"),
        atMS: Books.monthMS)
    }
    #expect(try journal.balance(books.account("d")) == 7)
    try books.post(10, seed: 2)
    #expect(try journal.verify().problem == nil)
  }

  @Test(arguments: [
    ("UPDATE transfers SET amount = x'00000000000000000000000000000007' WHERE number = 40", 40),
    ("UPDATE transfers SET debit = credit, credit = debit WHERE number = 41", 41),
    ("UPDATE transfers SET details = '{\"a\":1}' WHERE number = 42", 42),
    ("DELETE FROM transfers WHERE number = 43", 43),
    ("DELETE FROM transfers WHERE number > 90", 90),
    (
      """
      UPDATE transfers SET number = -1 WHERE number = 50;
      UPDATE transfers SET number = 50 WHERE number = 60;
      UPDATE transfers SET number = 60 WHERE number = -1
      """, 50
    ),
    (
      """
      INSERT INTO transfers SELECT 101, x'01', at_ms, period, kind, debit, credit, amount, 'new',
        refers, expires_ms, details, hash FROM transfers WHERE number = 100
      """, 101
    ),
    ("UPDATE accounts SET credits = debits WHERE id = 1", 100),
    ("UPDATE head SET seal = x'00'", 100),
  ])
  func `a change by other hands is named`(sql: String, entry: Int64) throws {
    let books = try Books()
    defer { books.close() }
    try books.post(100)
    try books.tamper(sql)
    let check = try books.journal.verify()
    #expect(check.problem?.entry == entry, "\(check)")
  }

  /// Whoever has the file and not the key can write a chain that fits, and no end that does.
  @Test func `a journal of another key is not taken for one's own`() throws {
    let books = try Books()
    defer { books.close() }
    try books.post(5)
    let other = try Journal(path: books.path, key: Array("another".utf8))
    #expect(try other.verify().problem?.what.contains("not written by this hub") == true)
  }

  @Test func `reservations never pass what there is`() throws {
    let books = try Books()
    defer { books.close() }
    let (journal, budget, used) = (books.journal, books.account("budget"), books.account("used"))
    try journal.batch { () throws(Failure) in
      try journal.post(
        Transfer(debit: books.account("limit"), credit: budget, amount: 100, key: "limit"),
        atMS: Books.monthMS)
      try journal.setBound(.debitsWithinCredits, of: budget)
    }
    func reserve(_ amount: Micros, _ key: String, untilMS: Int64? = nil) throws -> TransferID {
      try journal.batch { () throws(Failure) in
        try journal.post(
          Transfer(
            .reserve, debit: budget, credit: used, amount: amount, key: key, expiresMS: untilMS),
          atMS: Books.monthMS
        ).id
      }
    }
    let first = try reserve(60, "r1")
    #expect(throws: Failure.self) { try reserve(41, "r2") }
    try journal.batch { () throws(Failure) in
      try journal.post(
        Transfer(.settle, debit: budget, credit: used, amount: 25, key: "s1", refers: first),
        atMS: Books.monthMS)
    }
    #expect(try journal.balance(budget) == 75)
    _ = try reserve(75, "r3", untilMS: Books.monthMS + 1)
    #expect(throws: Failure.self) { try reserve(1, "r4") }
    let over = try journal.batch { () throws(Failure) in
      try journal.expire(nowMS: Books.monthMS + 2)
    }
    #expect(over == 1)
    _ = try reserve(75, "r5")
    #expect(try journal.verify().problem == nil)
  }

  @Test func `a closed month takes nothing more, and its root proves its lines`() throws {
    let books = try Books()
    defer { books.close() }
    try books.post(37)
    let journal = books.journal
    let nowMS = Time.parse("2026-04-02T00:00:00Z") ?? 0
    let closed = try journal.batch { () throws(Failure) in
      try journal.closeMonth("2026-03", nowMS: nowMS)
    }
    #expect(closed.count == 37)
    let late = try journal.batch { () throws(Failure) in
      try journal.post(
        Transfer(debit: books.account("a"), credit: books.account("b"), amount: 1, key: "late"),
        atMS: Books.monthMS)
    }
    #expect(late.period == "2026-04")
    #expect(try journal.verify().problem == nil)
    let statement = try #require(try journal.statements(of: "p1", "2026-03").first)
    let json = try books.json(statement)
    let lines = try #require(json["lines"]?.array)
    #expect(!lines.isEmpty && statement.isClosed)
    let root = Hex.encode(closed.root)
    let good = try StatementCheck(json, root: root)
    #expect(good.problems == [] && good.lines == lines.count)
    let amount = try #require(lines[0]["amount"]?.string)
    let forged = try JSON(reading: json.text.replacing("\"\(amount)\"", with: "\"9.000000\""))
    #expect(try !StatementCheck(forged, root: root).problems.isEmpty)
    let elsewhere = try StatementCheck(json, root: String(repeating: "0", count: 64))
    #expect(!elsewhere.problems.isEmpty)
  }
}
