import PatchbayCore
import PatchbayJSON
import PatchbayLedger
import Seeded
import Testing

/// A year of business in four currencies: use, refunds, invoices, payments and their way back,
/// payouts, exchange, entries by hand.
struct Year {
  let books: Books
  var draw: Draw
  /// What was charged: usage and month.
  var charged: [String] = []
  /// Units that were used, by currency.
  var used: [String: Int64] = [:]

  static let currencies = ["EUR", "JPY", "KWD", "CLF"]

  /// Units of each month that cost nothing.
  let free: Int

  init(_ books: Books, seed: UInt64, free: Int = 0) throws {
    (self.books, self.free) = (books, free)
    draw = Draw(seed)
    try books.setPolicy(Self.policy())
  }

  static func policy(budgets: String = "[]") -> String {
    """
    {"billing":1,"seller":{"name":"Hub"},"approvers":["anna","bert"],"budgets":\(budgets),
     "plans":[{"name":"starter","currency":"EUR","month_micros":29000000}],
     "customers":{"c0":{"tax":{"name":"VAT 19 %","ppm":190000},
       "plans":[{"plan":"starter","from":"2026-02-10"}]},
       "c1":{"tax":{"name":"GST 7.7 %","ppm":77000}}},
     "partners":{"acme":{"account":"DE1","hold_days":10,"withholding_ppm":150000},
       "char:ity":{"account":"DE2","hold_days":0}}}
    """
  }

  /// `release` and the price of its first step say which of a plugin's versions it is.
  static func terms(
    _ currency: String, free: Int = 0, release: Int = 1, micros: Int = 40_333_333
  ) throws -> CommercialTerms {
    let json = try JSON(
      reading: """
        {"currency":"\(currency)","minimum_payout_micros":5000000,"refund_days":200,"prices":[
          {"from":"2026-01-01","meter":"records_read","kind":"graduated","per":1000,
           "minimum_micros":700000,"free":\(free),
           "steps":[{"up_to":20000,"micros":\(micros)},{"micros":25111111}]}],
         "shares":[{"party":"acme","ppm":900000},{"party":"char:ity","ppm":100000}]}
        """)
    return CommercialTerms(
      plugin: "acme/\(currency.lowercased())", version: "\(release).0.0", kind: "connector",
      library: String(repeating: release == 1 ? "a" : "b", count: 64),
      terms: try Terms(json, in: "the tests"),
      platformPPM: 300_000)
  }

  /// The whole year; each step in a transaction of its own.
  mutating func run(_ uses: Int) throws {
    for number in 1...12 {
      let month = "2026-\(number < 10 ? "0" : "")\(number)"
      let startMS = try #require(Time.parse("\(month)-01T00:00:00Z"))
      try use(uses, startMS)
      try end(month, startMS)
    }
  }

  /// Closes a month, and all that follows from that.
  mutating func end(_ month: String, _ startMS: Int64) throws {
    let endMS = startMS + 32 * 86_400_000
    try books.journal.batch { () throws(Failure) in
      _ = try books.journal.closeMonth(month, nowMS: endMS)
    }
    try bill(month, endMS)
    try refund(endMS + 1)
    try payOut(month, endMS + 11 * 86_400_000)
  }

  private mutating func use(_ count: Int, _ startMS: Int64) throws {
    for currency in Self.currencies {
      let terms = try Self.terms(currency, free: free)
      for index in 0..<count {
        let event = UsageEvent(
          "\(currency)/\(startMS)/\(index)", terms, Int64(1 + draw.below(3000)),
          at: startMS + Int64(draw.below(27)) * 86_400_000, customer: "c\(draw.below(3))")
        charged.append(event.key)
        used[currency, default: 0] += event.quantity
        try books.rate(event, terms)
      }
    }
  }

  private mutating func bill(_ month: String, _ nowMS: Int64) throws {
    let journal = books.journal
    for customer in 0..<3 {
      let invoices = try journal.batch { () throws(Failure) in
        try journal.invoice("c\(customer)", month, nowMS: nowMS)
      }
      for invoice in invoices {
        let fate = draw.below(4)
        if fate == 0 { continue }
        try journal.batch { () throws(Failure) in
          _ = try journal.receive(invoice.number, nil, reference: "B", nowMS: nowMS)
          guard fate == 1 else { return }
          _ = try journal.chargeback(
            invoice.number, nil, payment: "B", reference: "CB", reason: "disputed", nowMS: nowMS)
          _ = try journal.receive(invoice.number, nil, reference: "B2", nowMS: nowMS)
        }
      }
    }
  }

  /// Gives back some of what was charged, of any month.
  private mutating func refund(_ nowMS: Int64) throws {
    for _ in 0..<6 {
      let usage = draw.pick(charged)
      let amount = draw.below(2) == 0 ? nil : Micros(1 + draw.below(2_000_000))
      do throws(Failure) {
        try books.journal.batch { () throws(Failure) in
          _ = try books.journal.refund(
            usage: usage, amount, reason: "outage", key: "\(nowMS)/\(usage)", atMS: nowMS)
        }
      } catch {
        #expect(
          ["ledger.refund", "ledger.unknown", "ledger.refund_days"].contains(error.code), "\(error)"
        )
      }
    }
  }

  private mutating func payOut(_ month: String, _ nowMS: Int64) throws {
    let journal = books.journal
    guard let yen = Currency("JPY"), let euro = Currency("EUR"),
      let rate = ExchangeRate("0.006137")
    else { return }
    do throws(Failure) {
      try journal.batch { () throws(Failure) in
        try journal.mature(nowMS: nowMS)
        _ = try journal.exchange(
          partner: "acme", from: yen, to: euro, nil, rate: rate, key: month, nowMS: nowMS)
      }
    } catch {
      #expect(error.code == "ledger.exchange", "\(error)")
    }
    let made = try journal.batch { () throws(Failure) in
      try journal.orderPayouts(nowMS: nowMS).payouts
    }
    for payout in made {
      let isPaid = draw.below(4) != 0
      try journal.batch { () throws(Failure) in
        _ = try journal.mark(payout, paid: isPaid, nowMS: nowMS)
      }
    }
  }
}
