internal import PatchbayCore
internal import PatchbayJSON
internal import PatchbayLedger

/// Durable transfers with their chain, beside a raw program that writes the same rows.
enum LedgerBench {
  static func run(_ setup: Setup) throws -> [Finding] {
    let folder = try setup.makeFolder("ledger")
    return [
      try beside(folder, count: 100_000, batch: 1000, "1,000 a commit"),
      try beside(folder, count: 3000, batch: 1, "one a commit"),
    ] + (try aged(folder))
  }

  /// A million charges of one partner: what the last ones cost beside the first, and a statement of
  /// all of them beside only reading their rows.
  private static func aged(_ folder: String) throws -> [Finding] {
    let (path, step) = ("\(folder)/aged.db", 50_000)
    let books = try journal(path)
    var seconds: [Double] = []
    for first in stride(from: 0, to: 1_000_000, by: step) {
      seconds.append(try post(step, batch: 1000, from: first, partners: 1, books))
    }
    // Of each end the best of four: what disturbs a round only ever makes it longer.
    let (young, old) = (seconds.prefix(4).min() ?? 0, seconds.suffix(4).min() ?? 0)
    var (lines, size) = (0, 0)
    let statement = try Measure.once {
      for statement in try books.statements(of: "p0", "2026-01") {
        try books.forEachLine(of: statement) { line in
          lines += 1
          size += statement.csv(line).utf8.count
        }
      }
    }
    let read = try Measure.once { _ = try RawRows(of: path, limit: 1_000_000) }
    func perSecond(_ seconds: Double) -> String { "\(Int(Double(step) / seconds))/s" }
    return [
      Finding(
        name: "ledger: the last 50,000 of a million", ours: perSecond(old),
        limit: perSecond(young), ratio: young / old, wanted: .atLeast(0.9)),
      Finding(
        name: "ledger: a statement of a million lines", ours: "\(decimal(statement)) s",
        limit: "\(decimal(read)) s", ratio: read / statement, wanted: .atLeast(0.33),
        note: "\(lines) lines, \(size / 1_000_000) MB as text"),
    ]
  }

  private static func beside(_ folder: String, count: Int, batch: Int, _ name: String) throws
    -> Finding
  {
    var (round, rows): (Int, RawRows?) = (0, nil)
    let (ours, raw) = try Measure.inTurn(rounds: 3) {
      round += 1
      let path = "\(folder)/ours-\(batch)-\(round).db"
      let seconds = try post(count, batch: batch, try journal(path))
      rows = try rows ?? RawRows(of: path, limit: count)
      return seconds
    } _: {
      try rows?.write(to: "\(folder)/raw-\(batch)-\(round).db", batch: batch) ?? .infinity
    }
    func perSecond(_ seconds: Double) -> String { "\(Int(Double(count) / seconds))/s" }
    return Finding(
      name: "ledger: transfers, \(name)", ours: perSecond(ours), limit: perSecond(raw),
      ratio: raw / ours, wanted: .atLeast(0.6))
  }

  static func journal(_ path: String) throws -> Journal {
    try Journal(path: path, key: Array("a key of the bench".utf8))
  }

  /// Posts charges; seconds without what it takes to make them up.
  static func post(
    _ count: Int, batch: Int, from first: Int = 0, partners: Int = 10, _ journal: Journal
  )
    throws
    -> Double
  {
    let transfers = try charges(first..<first + count, partners)
    let start = ContinuousClock.now
    for number in stride(from: 0, to: count, by: batch) {
      try journal.batch { () throws(Failure) in
        for index in number..<min(number + batch, count) {
          try journal.post(transfers[index], atMS: 1_767_225_600_000 + Int64(first + index))
        }
      }
    }
    return (ContinuousClock.now - start) / .seconds(1)
  }

  /// Charges, as rating posts them, of 100 customers and 10 partners.
  private static func charges(_ numbers: Range<Int>, _ partners: Int) throws(Failure)
    -> [Transfer]
  {
    guard let euro = Currency("EUR") else { throw Failure(.bug, "bench.currency", "no EUR") }
    let customers = (0..<100).map { Account("customer:c\($0):usage", euro) }
    let earned = (0..<partners).map { Account("partner:p\($0):earned", euro) }
    return numbers.map { index in
      Transfer(
        debit: customers[index % 100], credit: earned[index % partners],
        amount: Micros(1 + index % 99), key: "usage:run/\(index)/records_read:partner",
        details: JSONObject([
          .init("usage", .string("run/\(index)/records_read")),
          .init("plugin", "acme/books"), .init("meter", "records_read"),
          .init("quantity", .integer(Int64(index % 1000))),
        ]))
    }
  }
}
