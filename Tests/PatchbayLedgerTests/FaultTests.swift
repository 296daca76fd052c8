import PatchbayCore
import PatchbayJSON
import PatchbayLedger
import Seeded
import Testing

/// Orders of events in which money was once lost, doubled, or shut in.
@Suite("Money in an unlucky order") struct FaultTests {
  private static let marchMS = BillingTests.marchMS
  private static let aprilMS = BillingTests.aprilMS
  private static let mayMS = BillingTests.aprilMS + 31 * BillingTests.dayMS

  @Test func `what is given back between the end of a month and its invoice`() throws {
    let books = try BillingTests.charged()
    defer { books.close() }
    let journal = books.journal
    try journal.batch { () throws(Failure) in
      _ = try journal.closeMonth("2026-03", nowMS: Self.aprilMS)
    }
    try books.refund("a", at: Self.aprilMS)
    // The month was invoiced first, and the customer has a credit note over all of it.
    let documents = try journal.documents()
    #expect(documents.map(\.number) == ["INV-2026-000001", "CN-2026-000001"].sorted())
    #expect(try books.balance("customer:c0:due") == 0)
    #expect(try books.balances().isEmpty)
    #expect(try books.order(at: Self.mayMS).isEmpty)
  }

  @Test func `late use that makes an invoiced month cheaper takes the partner's part back`() throws
  {
    let books = try Books()
    defer { books.close() }
    try books.setPolicy(
      #"{"billing":1,"partners":{"acme":{"account":"DE1","hold_days":0}}}"#)
    let journal = books.journal
    let terms = try Self.volume()
    try Self.rate(books, terms, "a", 1000, at: Self.marchMS)
    let invoice = try #require(
      try journal.batch { () throws(Failure) in
        _ = try journal.closeMonth("2026-03", nowMS: Self.aprilMS)
        return try journal.invoice("c0", "2026-03", nowMS: Self.aprilMS)
      }.first)
    #expect(invoice.net == 10_000_000)
    try books.receive(invoice.number, nil, "R", at: Self.aprilMS)
    try Self.rate(books, terms, "late", 1000, at: Self.marchMS)
    // 2,000 cost 2.00: eight of ten go back, 5.60 of them the partner's.
    #expect(try books.balance("partner:acme:collected") == 1_400_000)
    #expect(try books.balance("partner:acme:earned") == 0)
    #expect(try books.order(at: Self.aprilMS).map(\.gross) == [1_400_000])
    // What is a gift is not given back once more.
    let failure = #expect(throws: Failure.self) { try books.refund("late", at: Self.aprilMS) }
    #expect(failure?.code == "ledger.refund")
  }

  @Test func `what a partner gave back before the invoice is kept back from what comes`() throws {
    let books = try Books()
    defer { books.close() }
    try books.setPolicy(
      #"{"billing":1,"partners":{"acme":{"account":"DE1","hold_days":0}}}"#)
    let (journal, terms) = (books.journal, try Self.volume())
    try Self.rate(books, terms, "a", 1000, at: Self.marchMS)
    try journal.batch { () throws(Failure) in
      _ = try journal.closeMonth("2026-03", nowMS: Self.aprilMS)
    }
    // Not invoiced yet: the eight euros that go back are April's.
    try Self.rate(books, terms, "late", 1000, at: Self.marchMS)
    try Self.rate(books, try Year.terms("EUR"), "other", 500_000, at: Self.aprilMS)
    let invoices = try journal.batch { () throws(Failure) in
      let march = try journal.invoice("c0", "2026-03", nowMS: Self.aprilMS)
      _ = try journal.closeMonth("2026-04", nowMS: Self.mayMS)
      return march + (try journal.invoice("c0", "2026-04", nowMS: Self.mayMS))
    }
    for invoice in invoices { try books.receive(invoice.number, nil, "R", at: Self.mayMS) }
    // Of ten euros seven were acme's, of which 5.60 went back; and its part of the other plugin.
    let other = Micros(500_000) * 25_111_111 / 1000 + 20_000 * (40_333_333 - 25_111_111) / 1000
    let share = other - other * 3 / 10
    #expect(try books.balance("partner:acme:earned") == 0)
    let payable = try books.order(at: Self.mayMS).map(\.gross)
    #expect(payable == [(1_400_000 + share - share / 10) / 10_000 * 10_000])
  }

  static func volume() throws -> CommercialTerms {
    let json = try JSON(
      reading: """
        {"currency":"EUR","prices":[{"from":"2026-01-01","meter":"records_read","kind":"volume",
          "steps":[{"up_to":1500,"micros":10000},{"micros":1000}]}],
         "shares":[{"party":"acme","ppm":1000000}]}
        """)
    return CommercialTerms(
      plugin: "acme/books", version: "1.0.0", kind: "connector",
      library: String(repeating: "a", count: 64), terms: try Terms(json, in: "the tests"),
      platformPPM: 300_000)
  }

  static func rate(
    _ books: Books, _ terms: CommercialTerms, _ key: String, _ quantity: Int64, at atMS: Int64
  ) throws {
    try books.rate(UsageEvent(key, terms, quantity, at: atMS), terms)
  }

  @Test func `a limit below what is under way shuts nobody in`() throws {
    let books = try Books()
    defer { books.close() }
    func policy(_ limit: Int) throws {
      try books.setPolicy(
        """
        {"billing":1,"budgets":[{"name":"b","match":{},"currency":"EUR","limit_micros":\(limit)}]}
        """)
    }
    try policy(1_000_000)
    let (journal, terms) = (books.journal, try #require(Books.terms))
    for (key, count) in [("a", 500), ("b", 300)] {
      let event = UsageEvent(key, terms, Int64(count), at: Self.marchMS)
      try journal.batch { () throws(Failure) in
        try journal.admit(event, terms, nowMS: Self.marchMS)
      }
    }
    try policy(200_000)
    try books.use("a", 500, at: Self.marchMS)
    try books.use("b", 300, at: Self.marchMS)
    let status = try journal.status(of: journal.policy().budgets[0], "2026-03")
    #expect(status.spent == 800_000 && status.held == 0)
    let failure = #expect(throws: Failure.self) {
      try journal.checkBudgets(Spend(["connection": "c0"]), nowMS: Self.marchMS)
    }
    #expect(failure?.code == "budget.spent")
    #expect(try journal.verify().problem == nil)
  }

  @Test func `another share within a month changes neither what is free nor the least`() throws {
    let books = try Books()
    defer { books.close() }
    try books.setPolicy(
      """
      {"billing":1,"platform_ppm":[{"publisher":"acme","from":"2026-03-16","ppm":100000}]}
      """)
    let terms = try Year.terms("EUR")
    try Self.rate(books, terms, "a", 1, at: Self.marchMS)
    try Self.rate(books, terms, "b", 1, at: Self.marchMS + 2 * BillingTests.dayMS)
    try books.journal.batch { () throws(Failure) in
      _ = try books.journal.closeMonth("2026-03", nowMS: Self.aprilMS)
    }
    #expect(try books.balance("customer:c0:usage") == -700_000)
    // A use of the closed month that is the first of its kind pays the least, too.
    try Self.rate(books, try Year.terms("JPY"), "late", 1, at: Self.marchMS)
    let yen = try #require(Currency("JPY"))
    #expect(
      try books.journal.balance(Account("customer:c0:usage", yen)) == -700_000)
  }

  @Test func `months close one after the other, and none twice`() throws {
    let books = try BillingTests.charged()
    defer { books.close() }
    let journal = books.journal
    func close(_ month: String) throws {
      try journal.batch { () throws(Failure) in
        _ = try journal.closeMonth(month, nowMS: Self.mayMS + 60 * BillingTests.dayMS)
      }
    }
    for wrong in ["2026-04", "2025-03"] {
      let failure = #expect(throws: Failure.self) { try close(wrong) }
      #expect(failure?.mend.contains("2026-03") == true, "\(wrong)")
    }
    try close("2026-03")
    let failure = #expect(throws: Failure.self) { try close("2026-05") }
    #expect(failure?.mend.contains("2026-04") == true)
    for month in ["2026-04", "2026-05", "2026-04"] { try close(month) }
    #expect(try journal.verify().problem == nil)
  }

  @Test func `credit notes and chargebacks, in every order, leave what is owed`() throws {
    let (books, invoice) = try BillingTests.closed()
    defer { books.close() }
    let journal = books.journal
    try books.receive(invoice.number, nil, "R", at: Self.aprilMS)
    try books.refund("a", 4_000_000, at: Self.aprilMS)
    let note = try #require(try journal.documents().first { $0.isCreditNote })
    // The bank takes back just what the credit note gave: nothing is open, nobody waits.
    try journal.batch { () throws(Failure) in
      _ = try journal.chargeback(
        invoice.number, note.total, payment: "R", reference: "CB", reason: "disputed",
        nowMS: Self.aprilMS)
    }
    #expect(try books.balance("customer:c0:due") == 0)
    #expect(try books.balance("partner:acme:collected") == 7_003_500 - 2_800_000)
    let failure = #expect(throws: Failure.self) {
      try journal.batch { () throws(Failure) in
        _ = try journal.payBack(note.number, reference: "B", nowMS: Self.aprilMS)
      }
    }
    #expect(failure?.code == "ledger.payment")
  }

  /// Books with a paid invoice of which a credit note gave 4.00 back, and the invoice of the month
  /// after it.
  static func noted() throws -> (Books, note: BillingDocument, next: BillingDocument) {
    let (books, invoice) = try BillingTests.closed()
    let journal = books.journal
    try books.receive(invoice.number, nil, "R", at: Self.aprilMS)
    try books.refund("a", 4_000_000, at: Self.aprilMS)
    let note = try #require(try journal.documents().first { $0.isCreditNote })
    try books.use("b", 20_000, at: Self.aprilMS)
    let next = try #require(
      try journal.batch { () throws(Failure) in
        _ = try journal.closeMonth("2026-04", nowMS: Self.mayMS)
        return try journal.invoice("c0", "2026-04", nowMS: Self.mayMS)
      }.first)
    return (books, note, next)
  }

  @Test func `a credit note pays another invoice, or goes back, and then is owed again`() throws {
    let (books, note, next) = try Self.noted()
    defer { books.close() }
    let journal = books.journal
    try books.receive(next.number, nil, note.number, at: Self.mayMS)
    #expect(try journal.document(next.number).paid == note.total)
    #expect(throws: Failure.self) {
      try journal.batch { () throws(Failure) in
        _ = try journal.payBack(note.number, reference: "B", nowMS: Self.mayMS)
      }
    }
    try books.receive(next.number, nil, "R2", at: Self.mayMS)
    #expect(try books.balance("customer:c0:due") == 0)
    #expect(try books.balance("partner:acme:earned") == 0)
    try journal.batch { () throws(Failure) in
      _ = try journal.chargeback(
        next.number, nil, payment: "R2", reference: "CB", reason: "disputed", nowMS: Self.mayMS)
    }
    try books.receive(next.number, nil, "R3", at: Self.mayMS)
    #expect(try books.balance("customer:c0:due") == 0)
    #expect(try journal.verify().problem == nil)
  }

  @Test(arguments: [
    "UPDATE payouts SET account = 'XX9'",
    "UPDATE lots SET amount = x'0000000000000000000000000000FF'",
    "UPDATE documents SET carry = x'00000000000000000000000000FF0000'",
    "UPDATE policies SET json = replace(json, 'DE1', 'XX9')",
    "UPDATE proposals SET amount = x'00000000000000000000000000FF0000'",
    "DELETE FROM held", "DELETE FROM lots", "DELETE FROM periods; DELETE FROM closings",
  ])
  func `rows beside the journal are verified, too`(sql: String) throws {
    let (books, invoice) = try BillingTests.closed(#","approvers":["anna","bert"]"#)
    defer { books.close() }
    let journal = books.journal
    try books.receive(invoice.number, nil, "R", at: Self.aprilMS)
    #expect(try books.order(at: Self.mayMS).count == 1)
    try journal.batch { () throws(Failure) in
      _ = try journal.propose(
        Transfer(
          debit: books.account("bank"), credit: books.account("fees:x"), amount: 1, key: ""),
        by: "anna", reason: "r", nowMS: Self.mayMS)
    }
    #expect(try journal.verify().problem == nil)
    try books.tamper(sql)
    #expect(try journal.verify().problem != nil)
  }

  @Test func `an order whose end was moved is not made twice`() throws {
    let (books, invoice) = try BillingTests.closed()
    defer { books.close() }
    try books.receive(invoice.number, nil, "R", at: Self.aprilMS)
    #expect(try books.order(at: Self.mayMS).count == 1)
    try books.tamper("UPDATE held SET expires_ms = 1")
    let failure = #expect(throws: Failure.self) {
      try books.journal.batch { () throws(Failure) in
        try books.journal.expire(nowMS: Self.mayMS)
      }
    }
    #expect(failure?.code == "ledger.damaged")
  }

  @Test func `keys of exchanges and refunds are of what they are about`() throws {
    let books = try Books()
    defer { books.close() }
    let journal = books.journal
    let (euro, dollar) = (books.account("x").currency, try #require(Currency("USD")))
    let rate = try #require(ExchangeRate("1.5"))
    try journal.batch { () throws(Failure) in
      for party in ["a", "b"] {
        try journal.post(
          Transfer(
            debit: books.account("bank"), credit: books.account("partner:\(party):payable"),
            amount: 1000, key: "k\(party)"), atMS: Self.marchMS)
      }
    }
    for party in ["a", "b", "a"] {
      try journal.batch { () throws(Failure) in
        let done = try journal.exchange(
          partner: party, from: euro, to: dollar, nil, rate: rate, key: "day", nowMS: Self.marchMS)
        #expect(done.got == 1500)
      }
      #expect(try journal.balance(Account("partner:\(party):payable", dollar)) == 1500)
    }
    try books.use("u", 10, at: Self.marchMS)
    try books.refund("u", 1000, "T:2", at: Self.marchMS)
    try books.refund("u", 3000, "T", at: Self.marchMS)
    #expect(try books.balance("customer:c0:usage") == -6000)
    let failure = #expect(throws: Failure.self) {
      try books.refund("u", 2000, "T", at: Self.marchMS)
    }
    #expect(failure?.code == "ledger.refund")
  }
}
