import PatchbayCore
import PatchbayJSON
import PatchbayLedger
import Seeded
import Testing

@Suite("Budgets") struct BudgetTests {
  private static let nowMS = BillingTests.marchMS

  private static func event(
    _ key: String, _ quantity: Int64, _ terms: CommercialTerms, customer: String = "c0"
  ) -> UsageEvent {
    UsageEvent(key, terms, quantity, at: nowMS, customer: customer)
  }

  /// However steps rise and fall, and whoever is first: what was set aside is enough, and so no cap
  /// is passed.
  @Test(arguments: Scale.seeds(8, 21, 20_261_122))
  func `what is set aside covers what it costs, in any order`(seed: UInt64) throws {
    var draw = Draw(seed)
    for round in 0..<Scale.count(quick: 5, nightly: 20) {
      let terms = try Self.terms(&draw)
      let books = try Books()
      defer { books.close() }
      let journal = books.journal
      let limit = 20_000_000
      try books.setPolicy(
        """
        {"billing":1,"budgets":[{"name":"b","match":{"connection":"c0"},"currency":"EUR",
          "limit_micros":\(limit)}]}
        """)
      var waiting: [UsageEvent] = []
      var refused = 0
      for index in 0..<60 {
        let event = Self.event("e\(index)", Int64(1 + draw.below(900)), terms)
        do throws(Failure) {
          try journal.batch { () throws(Failure) in
            try journal.admit(event, terms, nowMS: Self.nowMS)
          }
          waiting.append(event)
        } catch {
          #expect(error.code == "budget.spent", "seed \(seed): \(error)")
          refused += 1
        }
        if draw.below(3) == 0, !waiting.isEmpty {
          // Less may be used than was thought.
          var used = waiting.remove(at: draw.below(waiting.count))
          if draw.below(4) == 0 { used.quantity = Int64(1 + draw.below(Int(used.quantity))) }
          try books.rate(used, terms)
        }
        let status = try journal.status(of: journal.policy().budgets[0], "2026-03")
        #expect(status.left >= 0, "seed \(seed), round \(round), event \(index): \(status)")
      }
      for event in waiting { try books.rate(event, terms) }
      let status = try journal.status(of: journal.policy().budgets[0], "2026-03")
      #expect(status.held == 0 && status.left >= 0, "seed \(seed), round \(round): \(status)")
      #expect(status.spent == -(try books.balance("customer:c0:usage")))
      #expect(try journal.verify().problem == nil)
    }
  }

  /// Prices of every kind, with what is free and steps that rise or fall.
  private static func terms(_ draw: inout Draw) throws -> CommercialTerms {
    let kind = draw.pick(["flat", "graduated", "volume", "package"])
    let steps =
      kind == "graduated" || kind == "volume"
      ? """
      {"up_to":\(500 + draw.below(2000)),"micros":\(draw.below(90_000))},
      {"up_to":\(5000 + draw.below(2000)),"micros":\(draw.below(90_000))},
      {"micros":\(draw.below(90_000))}
      """ : #"{"micros":\#(1 + draw.below(90_000))}"#
    let json = try JSON(
      reading: """
        {"currency":"EUR","prices":[{"from":"2026-01-01","meter":"records_read","kind":"\(kind)",
          "per":\(1 + draw.below(40)),"free":\(draw.below(2) * draw.below(3000)),
          "steps":[\(steps)]}],"shares":[{"party":"acme","ppm":1000000}]}
        """)
    return CommercialTerms(
      plugin: "acme/books", version: "1.0.0", kind: "connector",
      library: String(repeating: "a", count: 64), terms: try Terms(json, in: "the tests"),
      platformPPM: 300_000)
  }

  @Test func `only what a budget is about counts, and all that are about it do`() throws {
    let books = try Books()
    defer { books.close() }
    try books.setPolicy(
      """
      {"billing":1,"budgets":[
        {"name":"mine","match":{"connection":"c0"},"currency":"EUR","limit_micros":1000000},
        {"name":"plugin","match":{"plugin":"acme/books"},"currency":"EUR","limit_micros":300000},
        {"name":"soft","match":{},"currency":"EUR","limit_micros":100000,"hard":false,
         "alerts_percent":[50,100]},
        {"name":"other","match":{"connection":"c1"},"currency":"EUR","limit_micros":1}]}
      """)
    let (journal, terms) = (books.journal, try #require(Books.terms))
    func admit(_ event: UsageEvent) throws {
      try journal.batch { () throws(Failure) in try journal.admit(event, terms, nowMS: Self.nowMS) }
    }
    try admit(Self.event("a", 200, terms))
    let failure = #expect(throws: Failure.self) { try admit(Self.event("b", 200, terms)) }
    #expect(failure?.code == "budget.spent" && failure?.message.contains("“plugin”") == true)
    func status(_ index: Int) throws -> BudgetStatus {
      try journal.status(of: journal.policy().budgets[index], "2026-03")
    }
    // Refused by one, nothing is set aside of any.
    #expect(try (0..<4).map { try status($0).held } == [200_000, 200_000, 200_000, 0])
    try books.use("a", 200, at: Self.nowMS)
    #expect(try (0..<4).map { try status($0).spent } == [200_000, 200_000, 200_000, 0])
    #expect(try status(2).alerts.map(\.percent) == [50, 100])
    #expect(try (0..<4).allSatisfy { try status($0).held == 0 })
  }

  @Test func `what is never used is free again after a day, and a raised limit is there`() throws {
    let books = try Books()
    defer { books.close() }
    func policy(_ limit: Int) throws {
      try books.setPolicy(
        """
        {"billing":1,"budgets":[{"name":"b","match":{},"currency":"EUR","limit_micros":\(limit)}]}
        """)
    }
    try policy(100_000)
    let (journal, terms) = (books.journal, try #require(Books.terms))
    func admit(_ key: String, _ count: Int64, at nowMS: Int64) throws {
      try journal.batch { () throws(Failure) in
        try journal.admit(Self.event(key, count, terms), terms, nowMS: nowMS)
      }
    }
    try admit("a", 100, at: Self.nowMS)
    #expect(throws: Failure.self) { try admit("b", 1, at: Self.nowMS) }
    try policy(150_000)
    try admit("c", 50, at: Self.nowMS)
    #expect(throws: Failure.self) { try admit("d", 1, at: Self.nowMS) }
    try admit("e", 150, at: Self.nowMS + 25 * 3_600_000)
    #expect(try journal.verify().problem == nil)
  }

  @Test func `a plan allows its requests, and no more to runs side by side`() throws {
    let books = try Books()
    defer { books.close() }
    try books.setPolicy(
      """
      {"billing":1,"plans":[{"name":"free","currency":"EUR","month_micros":0,"requests":100}],
       "customers":{"c0":{"plans":[{"plan":"free","from":"2026-01-01"}]}}}
      """)
    let journal = books.journal
    func allow(_ run: String, _ part: Int64, _ wanted: Int64) throws -> Int64? {
      try journal.batch { () throws(Failure) in
        try journal.allow("c0", "\(run)/requests", part: part, wanted, nowMS: Self.nowMS)
      }
    }
    #expect(try allow("r1", 1, 60) == 60)
    #expect(try allow("r2", 1, 60) == 40)
    let failure = #expect(throws: Failure.self) { try allow("r1", 2, 1) }
    #expect(failure?.code == "plan.requests" && failure?.message.contains("100 requests") == true)
    // The first run made ten: the rest is free again.
    let terms = try #require(Books.terms)
    var event = Self.event("r1/requests", 10, terms)
    event.meter = .requests
    try books.rate(event, terms)
    #expect(try allow("r3", 1, 60) == 50)
    #expect(try journal.verify().problem == nil)
  }

  @Test func `a forecast says how sure it is`() {
    let even = Forecast(spent: [10, 10, 10, 10], today: 0, left: 26)
    #expect(even.total == 300 && even.error == 0)
    let uneven = Forecast(spent: [0, 20, 0, 20], today: 0, left: 26)
    // s² = 400/3; s·√(26 + 26²/4)
    #expect(uneven.total == 300 && uneven.error == 161)
    #expect(Forecast(spent: [], today: 5, left: 31).error == nil)
    #expect(Forecast(spent: [10], today: 400, left: 30).total == 410)
  }
}
