import PatchbayCore
import PatchbayJSON
import Testing

@testable import PatchbayLedger

/// What is asked for or paid is on books that were looked at as a whole; and what is given back, or
/// paid by a note, is once.
@Suite("Documents and payments on proven books") struct BeliefTests {
  private static let marchMS = BillingTests.marchMS
  private static let aprilMS = BillingTests.aprilMS
  private static let mayMS = BillingTests.aprilMS + 31 * BillingTests.dayMS

  /// What nobody would see who only looks at the rows that an act needs.
  private static let edits = [
    "UPDATE transfers SET details = replace(details, 'a', 'b') WHERE number = 2",
    "DELETE FROM policies WHERE number = 2", "DELETE FROM alerts", "DELETE FROM quantities",
  ]

  @Test(arguments: edits, ["close", "invoice", "order"])
  func `nothing is closed, asked for or paid after an edit`(edit: String, act: String) throws {
    let (books, invoice) = try BillingTests.closed(
      #","budgets":[{"name":"all","match":{},"currency":"EUR","limit_micros":1000000,"hard":false,"#
        + #""alerts_percent":[50]}]"#)
    defer { books.close() }
    try books.setPolicy(try Self.secondPolicy(books))
    try books.receive(invoice.number, nil, "R", at: Self.aprilMS)
    try books.use("b", 5000, at: Self.aprilMS)
    try books.tamper(edit)
    let (journal, written) = (books.journal, try Self.entries(books))
    let failure = #expect(throws: Failure.self) {
      try journal.verifiedBatch { () throws(Failure) in
        switch act {
        case "close": _ = try journal.closeMonth("2026-04", nowMS: Self.mayMS)
        case "invoice": _ = try journal.invoice("c0", "2026-03", nowMS: Self.mayMS)
        default: _ = try journal.orderPayouts(nowMS: Self.mayMS)
        }
      }
    }
    #expect(failure?.code == "ledger.damaged")
    #expect(try Self.entries(books) == written)
    // What was found is remembered: nothing else is written, either.
    let other = #expect(throws: Failure.self) { try books.use("c", 1, at: Self.mayMS) }
    #expect(other?.code == "ledger.damaged")
  }

  private static func entries(_ books: Books) throws -> Int {
    var count = 0
    try books.journal.forEachRaw { _ in count += 1 }
    return count
  }

  private static func secondPolicy(_ books: Books) throws -> String {
    var json = try #require(try books.journal.policy().json.object)
    json["customers"] = ["c0": ["tax": ["name": "VAT", "ppm": 70_000]]]
    return JSON.object(json).text
  }

  @Test func `an edit of the policy does not bring back the one before`() throws {
    let books = try BillingTests.charged()
    defer { books.close() }
    try books.setPolicy(try Self.secondPolicy(books))
    try books.tamper("DELETE FROM policies WHERE number = 2")
    let journal = books.journal
    journal.knownPolicy = nil
    #expect(throws: Failure.self) { try journal.policy() }
  }

  @Test func `what an entry by hand gave to be paid out is paid once`() throws {
    let books = try BillingTests.charged()
    defer { books.close() }
    let journal = books.journal
    try journal.batch { () throws(Failure) in
      try journal.post(
        Transfer(
          debit: books.account("customer:c0:usage"), credit: books.account("partner:acme:payable"),
          amount: 1_000_000, key: "by hand"), atMS: Self.marchMS)
    }
    let invoice = try #require(
      try journal.batch { () throws(Failure) in
        _ = try journal.closeMonth("2026-03", nowMS: Self.aprilMS)
        return try journal.invoice("c0", "2026-03", nowMS: Self.aprilMS)
      }.first)
    #expect(invoice.net == 11_000_000)
    try books.receive(invoice.number, nil, "R", at: Self.aprilMS)
    let paid = try books.order(at: Self.mayMS).reduce(Micros(0)) { $0 + $1.gross }
    // 70 % of 10.005 and the entry by hand, in what can be paid.
    #expect(paid == 8_000_000)
    #expect(try books.balance("partner:acme:earned") == 0)
  }

  @Test func `a credit note counts once for an invoice, however often it is told`() throws {
    let (books, note, next) = try FaultTests.noted()
    defer { books.close() }
    let journal = books.journal
    for _ in 1...2 {
      try books.receive(next.number, 1_000_000, note.number, at: Self.mayMS)
      #expect(try journal.document(next.number).paid == 1_000_000)
    }
    let failure = #expect(throws: Failure.self) {
      try books.receive(next.number, 2_000_000, note.number, at: Self.mayMS)
    }
    #expect(failure?.code == "ledger.payment")
    #expect(try books.balance("customer:c0:credit") == 0)
  }

  @Test func `no more is given back of a month than it cost in the end`() throws {
    let books = try Books()
    defer { books.close() }
    let terms = try FaultTests.volume()
    for key in ["a", "b"] { try FaultTests.rate(books, terms, key, 1000, at: Self.marchMS) }
    // The first cost 10.00; with the second, both together cost 2.00.
    #expect(try books.balance("customer:c0:usage") == -2_000_000)
    let failure = #expect(throws: Failure.self) {
      try books.refund("a", 2_000_001, "k1", at: Self.marchMS)
    }
    #expect(failure?.mend.contains("2.000000") == true, "\(failure?.mend ?? "")")
    try books.refund("a", 500_000, "k2", at: Self.marchMS)
    try books.refund("a", nil, "k3", at: Self.marchMS)
    #expect(try books.balance("customer:c0:usage") == 0)
    #expect(throws: Failure.self) { try books.refund("a", 1, "k4", at: Self.marchMS) }
  }

  @Test func `a statement with other prices than its entries name does not hold`() throws {
    let (books, _) = try BillingTests.closed()
    defer { books.close() }
    let statement = try #require(try books.journal.statements(of: "acme", "2026-03").first)
    let json = try books.json(statement)
    let sound = try StatementCheck(json, root: nil)
    #expect(sound.problems == [])
    #expect(sound.unchecked.contains { $0.contains("who shares") })
    var object = try #require(json.object)
    let prices = try #require(json["prices"]?.object?.members.first)
    var price = try #require(prices.value.object)
    // Dearer above what was used: no line's sum is another by it.
    price["steps"] = [["micros": 1000, "up_to": 1_000_000], ["micros": 9_000_000]]
    price["kind"] = "graduated"
    object["prices"] = .object(JSONObject([.init(prices.name, .object(price))]))
    let problems = try StatementCheck(.object(object), root: nil).problems
    #expect(problems.contains { $0.contains("which the entry names") }, "\(problems)")
  }

  @Test func `nobody charges a use at a time that is not yet`() throws {
    let books = try Books()
    defer { books.close() }
    let terms = try Year.terms("EUR")
    let event = UsageEvent("late", terms, 5000, at: Self.mayMS)
    let journal = books.journal
    try journal.batch { () throws(Failure) in
      try journal.hold(event, terms, "its time cannot be", of: .standard)
    }
    for atMS in [nil, Self.mayMS, Int64.max] {
      let failure = #expect(throws: Failure.self) {
        try journal.batch { () throws(Failure) in
          _ = try journal.decide("late", charges: true, atMS: atMS, nowMS: Self.aprilMS)
        }
      }
      #expect(failure?.mend.contains("--at") == true)
    }
    try journal.batch { () throws(Failure) in
      _ = try journal.decide("late", charges: true, atMS: Self.aprilMS, nowMS: Self.aprilMS)
    }
  }

  @Test func `what was set aside for a use that does not come is free at once`() throws {
    let books = try Books()
    defer { books.close() }
    try books.setPolicy(
      #"{"billing":1,"budgets":[{"name":"all","match":{},"currency":"EUR","limit_micros":300000}]}"#
    )
    let (journal, terms) = (books.journal, try #require(Books.terms))
    func admit(_ key: String) throws {
      try journal.batch { () throws(Failure) in
        try journal.admit(
          UsageEvent(key, terms, 200, at: Self.marchMS), terms, nowMS: Self.marchMS)
      }
    }
    try admit("a")
    #expect(throws: Failure.self) { try admit("b") }
    try journal.batch { () throws(Failure) in try journal.release("a") }
    #expect(try journal.status(of: journal.policy().budgets[0], "2026-03").held == 0)
    try admit("b")
    // Charged in another month than the one for which it was set aside.
    try books.rate(UsageEvent("b", terms, 200, at: Self.aprilMS), terms)
    #expect(try journal.status(of: journal.policy().budgets[0], "2026-03").held == 0)
    #expect(try journal.verify().problem == nil)
  }
}
