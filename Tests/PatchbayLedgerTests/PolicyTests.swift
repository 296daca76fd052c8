import PatchbayCore
import PatchbayJSON
import PatchbayLedger
import Seeded
import Testing

@Suite("What the billing policy decides") struct PolicyTests {
  private static let marchMS = BillingTests.marchMS
  private static let aprilMS = BillingTests.aprilMS

  @Test func `the platform's part follows the day, and is never more than was signed`() throws {
    let books = try Books()
    defer { books.close() }
    try books.setPolicy(
      """
      {"billing":1,"platform_ppm":[
        {"publisher":"acme","from":"2026-03-10","ppm":100000},
        {"plugin":"acme/books","from":"2026-03-20","ppm":900000}]}
      """)
    let day = BillingTests.dayMS
    try books.use("before", 1000, at: Self.marchMS - 10 * day)
    #expect(try books.balance("platform:revenue") == 300_000)
    try books.use("between", 1000, at: Self.marchMS)
    #expect(try books.balance("platform:revenue") == 400_000)
    try books.use("after", 1000, at: Self.marchMS + 10 * day)
    #expect(try books.balance("platform:revenue") == 700_000)
  }

  @Test func `what was charged stays as it was charged`() throws {
    let books = try Books()
    defer { books.close() }
    try books.journal.batch { () throws(Failure) in
      try books.journal.setRatedUpTo(1, lastMS: Books.monthMS)
    }
    let failure = #expect(throws: Failure.self) {
      try books.setPolicy(
        """
        {"billing":1,"platform_ppm":[{"publisher":"acme","from":"2026-03-15","ppm":0}]}
        """)
    }
    #expect(failure?.code == "billing.past" && failure?.mend.contains("2026-03-15") == true)
    try books.setPolicy(
      """
      {"billing":1,"platform_ppm":[{"publisher":"acme","from":"2026-03-16","ppm":0}]}
      """)
  }

  @Test func `a group's first charges are shared without the platform`() throws {
    let books = try Books()
    defer { books.close() }
    try books.setPolicy(
      """
      {"billing":1,"groups":[{"name":"new","publishers":["acme","other"],"currency":"EUR",
        "free_micros":5000000}]}
      """)
    try books.use("a", 3000, at: Self.marchMS)
    #expect(try books.balance("platform:revenue") == 0)
    try books.use("b", 3000, at: Self.marchMS)
    // One of six euros is above the five.
    #expect(try books.balance("platform:revenue") == 300_000)
    #expect(try books.balance("partner:acme:earned") == 5_700_000)
  }

  @Test func `plans are paid by days, and a trial costs nothing`() throws {
    let books = try Books()
    defer { books.close() }
    try books.setPolicy(
      """
      {"billing":1,"plans":[{"name":"starter","currency":"EUR","month_micros":29000000},
        {"name":"team","currency":"EUR","month_micros":299000000}],
       "customers":{"c0":{"plans":[
         {"plan":"starter","from":"2026-02-20","trial_days":14},
         {"plan":"team","from":"2026-03-21"}]}}}
      """)
    for _ in 0..<2 {
      try books.journal.batch { () throws(Failure) in
        _ = try books.journal.closeMonth("2026-03", nowMS: Self.aprilMS)
      }
    }
    // The trial ends with 5 March: 15 days of one plan, and 11 of the other.
    let wanted = (29_000_000 * 15 + 299_000_000 * 11) / 31
    #expect(try books.balance("platform:plans") == Micros(wanted))
  }

  @Test(arguments: [
    (#"{"billing":2}"#, "/billing"),
    (#"{"billing":1,"customers":{"a":{"plans":[{"plan":"x","from":"2026-01-01"}]}}}"#, "“x”"),
    (
      #"{"billing":1,"budgets":[{"name":"a","match":{},"currency":"eur","limit_micros":1}]}"#, "EUR"
    ),
    (#"{"billing":1,"budgets":[{"name":"a","match":{"who":"x"},"currency":"EUR"}]}"#, "who"),
    (#"{"billing":1,"platform_ppm":[{"from":"2026-01-01","ppm":1}]}"#, "plugin or a publisher"),
  ])
  func `a policy that does not fit is refused, and changes nothing`(text: String, word: String)
    throws
  {
    let books = try Books()
    defer { books.close() }
    let failure = #expect(throws: Failure.self) { try books.setPolicy(text) }
    #expect(failure?.message.contains(word) == true, "\(failure?.message ?? "")")
    #expect(try books.journal.policy().json == BillingPolicy.none)
  }

  @Test func `the least of a month is charged when it is over, and late use counts to it`() throws {
    let books = try Books()
    defer { books.close() }
    let terms = try Year.terms("EUR")
    func use(_ key: String, _ quantity: Int64, at atMS: Int64) throws {
      try books.rate(UsageEvent(key, terms, quantity, at: atMS), terms)
    }
    try use("a", 10, at: Self.marchMS)
    #expect(try books.balance("customer:c0:usage") == -403_333)
    let closed = try books.journal.batch { () throws(Failure) in
      try books.journal.closeMonth("2026-03", nowMS: Self.aprilMS)
    }
    #expect(try books.balance("customer:c0:usage") == -700_000)
    // Within the least, nothing more; beyond it, what is beyond. It goes to the open month.
    try use("late", 5, at: Self.marchMS)
    #expect(try books.balance("customer:c0:usage") == -700_000)
    try use("later", 5, at: Self.marchMS)
    #expect(try books.balance("customer:c0:usage") == -806_666)
    let journal = books.journal
    #expect(try journal.closedPeriods().first?.root == closed.root)
    let april = try #require(try journal.statements(of: "acme", "2026-04").first)
    let lines = try #require(try books.json(april)["lines"]?.array)
    #expect(lines.map { $0["details"]?["usage"]?.string } == ["later"])
    #expect(april.opening > 0 && april.closing > april.opening)
    #expect(try journal.verify().problem == nil)
  }

  @Test func `tokens are priced by the million, in micro-units`() throws {
    let books = try Books()
    defer { books.close() }
    let json = try JSON(
      reading: """
        {"currency":"USD","prices":[
          {"from":"2026-01-01","meter":"tokens_in","kind":"flat","per":1000000,
           "steps":[{"micros":3000000}]},
          {"from":"2026-01-01","meter":"tokens_cached","kind":"flat","per":1000000,
           "steps":[{"micros":300000}]}],
         "shares":[{"party":"acme","ppm":1000000}]}
        """)
    let terms = CommercialTerms(
      plugin: "acme/words", version: "1.0.0", kind: "model",
      library: String(repeating: "b", count: 64), terms: try Terms(json, in: "the tests"),
      platformPPM: 200_000)
    let meters: [(Terms.Meter, Int64)] = [(.tokensIn, 1234), (.tokensCached, 7), (.tokensOut, 99)]
    for (meter, quantity) in meters {
      let key = "chat/\(meter.rawValue)"
      try books.rate(UsageEvent(key, terms, quantity, at: Self.marchMS, meter: meter), terms)
    }
    let dollar = try #require(Currency("USD"))
    // 1,234 at 3 millionths each, and 7 at 0.3, of which the part below a millionth waits.
    #expect(try books.journal.balance(Account("customer:c0:usage", dollar)) == -3704)
    #expect(try books.journal.balance(Account("partner:acme:earned", dollar)) == 2964)
  }

  @Test func `a name with colons is one name`() throws {
    let books = try Books()
    defer { books.close() }
    for party in ["a", "a:b", "a%3Ab"] {
      let account = Account(Contract.earned(party), books.account("x").currency)
      try books.journal.batch { () throws(Failure) in
        try books.journal.post(
          Transfer(debit: books.account("bank"), credit: account, amount: 1, key: "k\(party)"),
          atMS: Self.marchMS)
      }
    }
    for party in ["a", "a:b", "a%3Ab"] {
      let statement = try #require(try books.journal.statements(of: party, "2026-03").first)
      #expect(statement.closing == 1, "\(party)")
    }
  }

  @Test func `two persons post an entry by hand`() throws {
    let books = try Books()
    defer { books.close() }
    try books.setPolicy(#"{"billing":1,"approvers":["anna","bert"]}"#)
    let journal = books.journal
    let transfer = Transfer(
      debit: books.account("expense:goodwill"), credit: books.account("customer:c0:usage"),
      amount: 500, key: "")
    let proposal = try journal.batch { () throws(Failure) in
      try journal.propose(transfer, by: "anna", reason: "outage", nowMS: Self.marchMS)
    }
    for (name, code) in [("anna", "ledger.post"), ("eve", "ledger.approver")] {
      let failure = #expect(throws: Failure.self) {
        try journal.batch { () throws(Failure) in
          try journal.decide(proposal.number, agrees: true, by: name, nowMS: Self.marchMS)
        }
      }
      #expect(failure?.code == code)
    }
    #expect(try books.balances().isEmpty)
    try journal.batch { () throws(Failure) in
      _ = try journal.decide(proposal.number, agrees: true, by: "bert", nowMS: Self.marchMS)
    }
    #expect(try books.balance("customer:c0:usage") == 500)
    let again = #expect(throws: Failure.self) {
      try journal.batch { () throws(Failure) in
        try journal.decide(proposal.number, agrees: true, by: "bert", nowMS: Self.marchMS)
      }
    }
    #expect(again?.code == "ledger.post")
  }
}
