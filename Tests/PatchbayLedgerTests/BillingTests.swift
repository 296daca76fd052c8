import PatchbayCore
import PatchbayJSON
import PatchbayLedger
import Seeded
import Testing

@Suite("Invoices, payments and payouts") struct BillingTests {
  static let marchMS = Time.parse("2026-03-15T00:00:00Z") ?? 0
  static let aprilMS = Time.parse("2026-04-02T00:00:00Z") ?? 0
  static let dayMS: Int64 = 86_400_000

  /// Books with 10.005 EUR charged to c0 in March, of which acme has 70 %.
  static func charged(_ policy: String = "") throws -> Books {
    let books = try Books()
    try books.setPolicy(
      """
      {"billing":1,"customers":{"c0":{"tax":{"name":"VAT","ppm":190000}}},
       "partners":{"acme":{"account":"DE1","hold_days":14}}\(policy)}
      """)
    try books.use("a", 10_005, at: marchMS)
    return books
  }

  static func closed(_ policy: String = "") throws -> (Books, BillingDocument) {
    let books = try charged(policy)
    let invoice = try books.journal.batch { () throws(Failure) in
      _ = try books.journal.closeMonth("2026-03", nowMS: aprilMS)
      return try books.journal.invoice("c0", "2026-03", nowMS: aprilMS)
    }
    return (books, try #require(invoice.first))
  }

  @Test func `an invoice asks for what can be paid, and carries the rest`() throws {
    let (books, invoice) = try Self.closed()
    defer { books.close() }
    #expect(invoice.number == "INV-2026-000001" && invoice.net == 10_000_000)
    #expect(invoice.tax == 1_900_000 && invoice.total == 11_900_000 && invoice.carried == 5000)
    #expect(try books.balance("customer:c0:usage") == -5000)
    #expect(try books.balance("customer:c0:due") == -11_900_000)
    let journal = books.journal
    // Asked again, it is the same one; the next has the next number, and what was carried.
    let again = try journal.batch { () throws(Failure) in
      try journal.invoice("c0", "2026-03", nowMS: Self.aprilMS)
    }
    #expect(again.map(\.number) == [invoice.number])
    try books.use("b", 995, at: Self.aprilMS)
    let mayMS = Self.aprilMS + 31 * Self.dayMS
    let next = try journal.batch { () throws(Failure) in
      _ = try journal.closeMonth("2026-04", nowMS: mayMS)
      return try journal.invoice("c0", "2026-04", nowMS: mayMS)
    }
    #expect(next.map(\.number) == ["INV-2026-000002"] && next[0].net == 1_000_000)
    #expect(next[0].carried == 0)
    #expect(try books.balance("customer:c0:usage") == 0)
    #expect(try journal.verify().problem == nil)
  }

  @Test func `tax is rounded to what can be paid, the half up`() throws {
    for (records, tax): (Int, Micros) in [(30, 10_000), (20, 0), (2630, 500_000), (2631, 500_000)] {
      let books = try Books()
      defer { books.close() }
      try books.setPolicy(
        #"{"billing":1,"customers":{"c0":{"tax":{"name":"VAT","ppm":190000}}}}"#)
      try books.use("a", records, at: Self.marchMS)
      let invoices = try books.journal.batch { () throws(Failure) in
        _ = try books.journal.closeMonth("2026-03", nowMS: Self.aprilMS)
        return try books.journal.invoice("c0", "2026-03", nowMS: Self.aprilMS)
      }
      #expect(invoices.map(\.tax) == [tax], "\(records)")
    }
  }

  @Test func `an open month is not invoiced`() throws {
    let books = try Self.charged()
    defer { books.close() }
    let failure = #expect(throws: Failure.self) {
      try books.journal.batch { () throws(Failure) in
        try books.journal.invoice("c0", "2026-03", nowMS: Self.aprilMS)
      }
    }
    #expect(failure?.code == "ledger.period")
  }

  @Test(arguments: [
    "UPDATE documents SET json = replace(json, '11.900000', '1.900000')",
    "DELETE FROM documents",
    "UPDATE closings SET balance = x'00000000000000000000000000000001'",
  ])
  func `documents and balances are verified, too`(sql: String) throws {
    let (books, _) = try Self.closed()
    defer { books.close() }
    #expect(try books.journal.verify().problem == nil)
    try books.tamper(sql)
    #expect(try books.journal.verify().problem != nil, "\(sql)")
  }

  @Test func `money goes from earned to collected to payable to paid`() throws {
    let (books, invoice) = try Self.closed()
    defer { books.close() }
    let share: Micros = 7_003_500
    func stages() throws -> [Micros] {
      try ["earned", "collected", "payable"].map { try books.balance("partner:acme:\($0)") }
    }
    #expect(try stages() == [share, 0, 0])
    try books.receive(invoice.number, 1_000_000, "R1", at: Self.aprilMS)
    #expect(try stages() == [share, 0, 0])
    try books.receive(invoice.number, nil, "R2", at: Self.aprilMS)
    // The same payment once more is not another one.
    try books.receive(invoice.number, 1_000_000, "R1", at: Self.aprilMS)
    #expect(try stages() == [0, share, 0])
    #expect(try books.order(at: Self.aprilMS + 13 * Self.dayMS).isEmpty)
    let made = try books.order(at: Self.aprilMS + 14 * Self.dayMS)
    #expect(made.map(\.net) == [7_000_000] && made[0].name == "PO-2026-000001/1")
    #expect(try stages() == [0, 0, share])
    // Ordered again, there is nothing to order.
    #expect(try books.order(at: Self.aprilMS + 15 * Self.dayMS).isEmpty)
    for _ in 0..<2 { try books.mark(made[0], paid: true) }
    #expect(try stages() == [0, 0, 3500])
    #expect(try books.balance("bank") == 7_000_000 - 11_900_000)
    let failure = #expect(throws: Failure.self) { try books.mark(made[0], paid: false) }
    #expect(failure?.code == "ledger.payout")
    let statement = try #require(try books.journal.statements(of: "acme", "2026-03").first)
    let line = try #require(try books.json(statement)["lines"]?.array?.first)
    #expect(line["invoice"]?.string == invoice.number)
    #expect(line["payout"]?.string == "PO-2026-000001/1")
    #expect(try books.journal.verify().problem == nil)
  }

  @Test func `a payment that failed is in the next batch, and tax is kept back`() throws {
    let (books, invoice) = try Self.closed()
    defer { books.close() }
    try books.setPolicy(
      """
      {"billing":1,"partners":{"acme":{"account":"DE1","hold_days":0,"withholding_ppm":150000}}}
      """)
    try books.receive(invoice.number, nil, "R", at: Self.aprilMS)
    let made = try books.order(at: Self.aprilMS)
    #expect(made.map(\.net) == [5_950_000] && made[0].withheld == 1_050_000)
    try books.mark(made[0], paid: false)
    let again = try books.order(at: Self.aprilMS)
    #expect(again.map(\.gross) == [7_000_000] && again[0].batch == "PO-2026-000002")
    try books.mark(again[0], paid: true)
    #expect(try books.balance("tax:withheld") == 1_050_000)
  }

  @Test func `too little is carried over, and too much is kept back later`() throws {
    let (books, invoice) = try Self.closed()
    defer { books.close() }
    func policy(_ least: Int) throws {
      try books.setPolicy(
        """
        {"billing":1,"partners":{"acme":{"account":"DE1","hold_days":0,
          "minimum_payout_micros":\(least)}}}
        """)
    }
    try policy(8_000_000)
    try books.receive(invoice.number, nil, "R", at: Self.aprilMS)
    #expect(try books.order(at: Self.aprilMS).isEmpty)
    try policy(0)
    for payout in try books.order(at: Self.aprilMS) { try books.mark(payout, paid: true) }
    // What was paid out is given back to the customer: the partner owes it.
    try books.refund("a", at: Self.aprilMS)
    #expect(try books.balance("partner:acme:payable") == 3500 - 7_003_500)
    #expect(try books.balance("partner:acme:earned") == 0)
    try books.use("b", 20_000, at: Self.aprilMS)
    let mayMS = Self.aprilMS + 31 * Self.dayMS
    let next = try books.journal.batch { () throws(Failure) in
      _ = try books.journal.closeMonth("2026-04", nowMS: mayMS)
      return try books.journal.invoice("c0", "2026-04", nowMS: mayMS)
    }
    try books.receive(next[0].number, nil, "R", at: mayMS)
    #expect(try books.order(at: mayMS).map(\.gross) == [7_000_000])
  }

  @Test func `what is disputed waits, and comes back`() throws {
    let (books, invoice) = try Self.closed()
    defer { books.close() }
    try books.receive(invoice.number, nil, "R", at: Self.aprilMS)
    let journal = books.journal
    for _ in 0..<2 {
      try journal.batch { () throws(Failure) in
        _ = try journal.chargeback(
          invoice.number, 2_000_000, payment: "R", reference: "CB", reason: "disputed",
          nowMS: Self.aprilMS)
      }
    }
    #expect(try journal.document(invoice.number).paid == 9_900_000)
    #expect(try books.balance("partner:acme:earned") == 7_003_500)
    #expect(try books.order(at: Self.aprilMS + 90 * Self.dayMS).isEmpty)
    try books.receive(invoice.number, nil, "R2", at: Self.aprilMS)
    #expect(try books.balance("partner:acme:collected") == 7_003_500)
  }

  /// Used, invoiced, paid, paid out in part, and then all of it given back.
  @Test(arguments: Scale.seeds(4, 99))
  func `refunds of everything leave nothing, on invoices or not`(seed: UInt64) throws {
    let books = try Self.charged()
    defer { books.close() }
    var draw = Draw(seed)
    for index in 0..<40 { try books.use("u\(index)", 1 + draw.below(9000), at: Self.marchMS) }
    let journal = books.journal
    let invoices = try journal.batch { () throws(Failure) in
      _ = try journal.closeMonth("2026-03", nowMS: Self.aprilMS)
      return try journal.invoice("c0", "2026-03", nowMS: Self.aprilMS)
    }
    try books.receive(invoices[0].number, nil, "R", at: Self.aprilMS)
    for index in 0..<10 { try books.use("v\(index)", 1 + draw.below(9000), at: Self.aprilMS) }
    let usages = ["a"] + (0..<40).map { "u\($0)" } + (0..<10).map { "v\($0)" }
    for usage in usages.shuffled(using: &draw) {
      for part in 0..<draw.below(3) {
        try? books.refund(usage, Micros(1 + draw.below(900_000)), "\(part)", at: Self.aprilMS)
      }
      try books.refund(usage, nil, "rest", at: Self.aprilMS)
    }
    for note in try journal.documents() where note.isCreditNote {
      try journal.batch { () throws(Failure) in
        _ = try journal.payBack(note.number, reference: "back", nowMS: Self.aprilMS)
      }
    }
    let left = try books.balances()
    #expect(left.isEmpty, "seed \(seed): \(left)")
    #expect(try journal.verify().problem == nil)
  }
}

extension Books {
  static let terms: CommercialTerms? = try? CommercialTerms(
    plugin: "acme/books", version: "1.0.0", kind: "connector",
    library: String(repeating: "a", count: 64),
    terms: Terms(
      JSON(
        reading: """
          {"currency":"EUR","prices":[{"from":"2026-01-01","meter":"records_read","kind":"flat",
            "steps":[{"micros":1000}]}],"shares":[{"party":"acme","ppm":1000000}]}
          """), in: "the tests"), platformPPM: 300_000)

  /// Charges records at a thousandth of a euro each.
  func use(_ key: String, _ quantity: Int, at atMS: Int64) throws {
    let terms = try #require(Self.terms)
    try rate(UsageEvent(key, terms, Int64(quantity), at: atMS), terms)
  }

  func balance(_ name: String) throws -> Micros { try journal.balance(account(name)) }

  func receive(_ number: String, _ amount: Micros?, _ reference: String, at nowMS: Int64) throws {
    try journal.batch { () throws(Failure) in
      _ = try journal.receive(number, amount, reference: reference, nowMS: nowMS)
    }
  }

  func refund(_ usage: String, _ amount: Micros? = nil, _ key: String = "k", at nowMS: Int64) throws
  {
    try journal.batch { () throws(Failure) in
      _ = try journal.refund(
        usage: usage, amount, reason: "tests", key: "\(usage)-\(key)", atMS: nowMS)
    }
  }

  func order(at nowMS: Int64) throws -> [Payout] {
    try journal.batch { () throws(Failure) in try journal.orderPayouts(nowMS: nowMS).payouts }
  }

  func mark(_ payout: Payout, paid: Bool) throws {
    try journal.batch { () throws(Failure) in
      let now = try journal.payouts(of: payout.batch).first { $0.item == payout.item } ?? payout
      _ = try journal.mark(now, paid: paid, nowMS: BillingTests.aprilMS)
    }
  }
}
