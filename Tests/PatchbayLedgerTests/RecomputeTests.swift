import PatchbayCore
import PatchbayJSON
import Seeded
import Testing

@testable import PatchbayLedger

/// Works documents out again, from nothing but what they say.
@Suite("Documents that anybody can work out again") struct RecomputeTests {
  /// What units cost by a price as a document says it: a plain way, unlike the hub's own.
  private static func cost(_ units: Int64, _ price: JSON) throws -> Micros {
    let kind = try #require(price["kind"]?.string)
    let per = Micros(try #require(price["per"]?.integer))
    var steps: [(Micros, Micros)] = []
    for step in try #require(price["steps"]?.array) {
      steps.append(
        (
          step["up_to"]?.integer.map { Micros($0) } ?? 1 << 80,
          Micros(try #require(step["micros"]?.integer))
        ))
    }
    let units = Micros(units)
    switch kind {
    case "flat": return units * steps[0].1 / per
    case "package": return (units + per - 1) / per * steps[0].1
    case "volume":
      let step = try #require(steps.first { units <= $0.0 })
      return units * step.1 / per
    default:
      var (sum, start): (Micros, Micros) = (0, 0)
      for (end, micros) in steps where units > start {
        sum += (min(units, end) - start) * micros
        start = end
      }
      return sum / per
    }
  }

  private static func micros(_ json: JSON, _ name: String) throws -> Micros {
    try #require(json[name]?.string.flatMap { Micros(decimal: $0) }, "\(name) of \(json.text)")
  }

  /// The amount of each line, and the sums below them.
  static func check(_ document: JSON) throws {
    var sum = try micros(document, "carried_over")
    for line in try #require(document["lines"]?.array) {
      let amount = try micros(line, "amount")
      sum += amount
      guard line["kind"]?.string == "use" else { continue }
      let (used, free) = (line["used"]?.integer ?? -1, line["free"]?.integer ?? -1)
      #expect(line["charged"]?.integer == used - free, "\(line.text)")
      let price = try #require(line["price"])
      let cost = max(try cost(used - free, price), try micros(line, "least"))
      #expect(try micros(line, "cost") == cost, "\(line.text)")
      #expect(amount == cost - (try micros(line, "cost_before")), "\(line.text)")
    }
    let net = sum - (try micros(document, "carried"))
    #expect(try micros(document, "net") == net)
    let ppm = Micros(document["tax_ppm"]?.integer ?? 0)
    let unit = try #require(Currency(document["currency"]?.string ?? "")).minorMicros
    let tax = (net * ppm * 2 + unit * 1_000_000) / (unit * 2_000_000) * unit
    #expect(try micros(document, "tax") == tax)
    #expect(try micros(document, "total") == net + tax)
    #expect(document["due"]?.string ?? "" > document["day"]?.string ?? "")
  }

  @Test(arguments: [1789, Scale.fresh] as [UInt64])
  func `a random year`(seed: UInt64) throws {
    let books = try Books()
    defer { books.close() }
    var year = try Year(books, seed: seed, free: 2000)
    try year.run(15)
    let documents = try books.journal.documents().filter { !$0.isCreditNote }
    #expect(documents.count > 20)
    for document in documents { try Self.check(document.json) }
    // What was used is all on the lines, and once.
    for currency in Year.currencies {
      let lines = documents.filter { $0.currency?.code == currency }.flatMap(\.lines)
        .filter { $0.json["kind"]?.string == "use" }
      let charged = lines.reduce(Int64(0)) {
        $0 + ($1.used ?? 0) - ($1.json["used_before"]?.integer ?? 0)
      }
      #expect(charged <= year.used[currency, default: 0])
      #expect(charged > 0)
    }
    for number in 1...12 {
      let month = "2026-\(number < 10 ? "0" : "")\(number)"
      for statement in try books.journal.statements(of: "acme", month) {
        let check = try StatementCheck(try books.json(statement), root: nil)
        #expect(check.problems == [], "\(month)")
        #expect(!check.unchecked.contains { $0.contains("arithmetic") })
      }
    }
  }

  @Test func `a statement whose figures were changed is refused`() throws {
    let books = try Books()
    defer { books.close() }
    var year = try Year(books, seed: 3)
    try year.run(2)
    let statement = try #require(try books.journal.statements(of: "acme", "2026-03").first)
    let json = try books.json(statement)
    for (name, value) in [
      ("stages", ["earned": "1.000000"] as JSON), ("extra", 1), ("prices", [:]),
    ] {
      var other = try #require(json.object)
      other[name] = value
      let check = try StatementCheck(.object(other), root: nil)
      let isTold = !check.problems.isEmpty || check.unchecked.contains { $0.contains("arithmetic") }
      #expect(isTold, "\(name)")
    }
    // Another price in the statement fits no line.
    let text = json.text.replacing("40333333", with: "40333334")
    #expect(try !StatementCheck(JSON(reading: text), root: nil).problems.isEmpty)
  }

  @Test func `a preview is what will be issued, and leaves nothing`() throws {
    let books = try Books()
    defer { books.close() }
    try books.use("a", 20_000, at: BillingTests.marchMS)
    let journal = books.journal
    let before = try journal.snapshot { () throws(Failure) in try journal.anchor(nowMS: 1) }
    let preview = try #require(
      try journal.preview("c0", "2026-03", nowMS: BillingTests.marchMS).first)
    #expect(preview.isPreview)
    try Self.check(preview.json)
    let after = try journal.snapshot { () throws(Failure) in try journal.anchor(nowMS: 1) }
    #expect(before == after)
    let issued = try journal.batch { () throws(Failure) in
      _ = try journal.closeMonth("2026-03", nowMS: BillingTests.aprilMS)
      return try journal.invoice("c0", "2026-03", nowMS: BillingTests.aprilMS)
    }
    #expect(issued.map(\.total) == [preview.total])
    #expect(issued.first?.lines == preview.lines)
  }
}
