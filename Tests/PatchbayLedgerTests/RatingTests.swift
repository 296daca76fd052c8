import PatchbayCore
import PatchbayJSON
import PatchbayLedger
import Seeded
import Testing

@Suite("What use costs") struct RatingTests {
  static let seeds = Scale.seeds(3, 11, 20_261_122)

  /// Two meters, steps, a free quota, and a price that changes within the month.
  static func terms() throws -> CommercialTerms {
    let json = try JSON(
      reading: """
        {"currency":"EUR","prices":[
          {"from":"2026-01-01","meter":"records_read","kind":"graduated","per":1000,"free":500,
           "steps":[{"up_to":2000,"micros":400000},{"micros":250000}]},
          {"from":"2026-03-10","meter":"records_read","kind":"volume","per":7,
           "steps":[{"up_to":1000,"micros":3000},{"micros":1000}]},
          {"from":"2026-01-01","meter":"requests","kind":"package","per":100,
           "steps":[{"micros":50000}]}],
         "shares":[{"party":"acme","ppm":900000},{"party":"charity","ppm":100000}]}
        """)
    return CommercialTerms(
      plugin: "acme/books", version: "1.0.0", kind: "connector",
      library: String(repeating: "a", count: 64), terms: try Terms(json, in: "the tests"),
      platformPPM: 300_000)
  }

  static func events(_ draw: inout Draw, _ terms: CommercialTerms) -> [UsageEvent] {
    let startMS = Time.parse("2026-03-01T00:00:00Z") ?? 0
    return (0..<400).map { index in
      UsageEvent(
        key: "run/\(index)", atMS: startMS + Int64(draw.below(20)) * 86_400_000,
        customer: "c\(draw.below(3))", plugin: terms.plugin, version: terms.version,
        library: terms.library, terms: terms.terms.sha256,
        meter: draw.pick([.recordsRead, .requests, .bytes]), quantity: Int64(1 + draw.below(300)))
    }
  }

  @Test(arguments: seeds)
  func `the order makes no difference, and what comes again changes nothing`(seed: UInt64) throws {
    var draw = Draw(seed)
    let terms = try Self.terms()
    let events = Self.events(&draw, terms)
    var first: [Account: Micros]?
    for _ in 0..<3 {
      let books = try Books()
      defer { books.close() }
      let order = (events + events.shuffled(using: &draw).prefix(100)).shuffled(using: &draw)
      var report = RatingReport()
      for event in order {
        try books.journal.batch { () throws(Failure) in
          try books.journal.rate(event, terms, into: &report)
        }
      }
      #expect(report.known == 100 && report.events == 500, "seed \(seed)")
      let balances = try books.balances()
      #expect(balances.values.reduce(0, +) == 0 && !balances.isEmpty, "seed \(seed)")
      #expect(first == nil || first == balances, "seed \(seed)")
      first = balances
      #expect(try books.journal.verify().problem == nil, "seed \(seed)")
    }
  }

  @Test(arguments: seeds)
  func `what is given back leaves nothing, in however many parts`(seed: UInt64) throws {
    var draw = Draw(seed)
    let terms = try Self.terms()
    let books = try Books()
    defer { books.close() }
    let journal = books.journal
    var report = RatingReport()
    let events = Self.events(&draw, terms).filter { $0.meter == .requests }
    for event in events {
      try journal.batch { () throws(Failure) in
        try journal.rate(event, terms, into: &report)
      }
    }
    #expect(report.charges > 50, "seed \(seed)")
    for event in events {
      for part in 0..<3 {
        do throws(Failure) {
          try journal.batch { () throws(Failure) in
            _ = try journal.refund(
              usage: event.key, part < 2 ? Micros(1 + draw.below(9000)) : nil, reason: "tests",
              key: "\(event.key)-\(part)", atMS: event.atMS)
          }
        } catch {
          // Some cost nothing.
          #expect(error.code == "ledger.unknown", "seed \(seed): \(error)")
        }
      }
    }
    let left = try books.balances()
    #expect(left.isEmpty, "seed \(seed): \(left)")
    #expect(try journal.verify().problem == nil)
  }

  @Test func `the same use cannot mean two things`() throws {
    var draw = Draw(1)
    let terms = try Self.terms()
    let books = try Books()
    defer { books.close() }
    var event = Self.events(&draw, terms)[0]
    var report = RatingReport()
    try books.journal.batch { () throws(Failure) in
      try books.journal.rate(event, terms, into: &report)
    }
    event.quantity += 1
    let other = event
    let failure = #expect(throws: Failure.self) {
      try books.journal.batch { () throws(Failure) in
        try books.journal.rate(other, terms, into: &report)
      }
    }
    #expect(failure?.code == "meter.conflict")
  }
}
