import PatchbayCore
import PatchbayCrypto
import PatchbayJSON
import PatchbayLedger
import Testing

/// Statements that somebody made up from true entries.
@Suite("Forged statements") struct ForgeryTests {
  /// A closed month in which acme earned, collected and was paid; its statement and root.
  static func month() throws -> (Books, JSON, String) {
    let (books, invoice) = try BillingTests.closed()
    try books.receive(invoice.number, nil, "R", at: BillingTests.aprilMS)
    for payout in try books.order(at: BillingTests.aprilMS + 20 * BillingTests.dayMS) {
      try books.mark(payout, paid: true)
    }
    try books.use("b", 100, at: BillingTests.aprilMS)
    let journal = books.journal
    let closed = try journal.batch { () throws(Failure) in
      try journal.closeMonth("2026-04", nowMS: BillingTests.aprilMS + 31 * BillingTests.dayMS)
    }
    let statement = try #require(try journal.statements(of: "acme", "2026-04").first)
    return (books, try books.json(statement), Hex.encode(closed.root))
  }

  /// The statement with one line changed, and sums that fit.
  private func problems(
    _ statement: JSON, _ root: String, _ change: (inout [JSON]) throws -> Void
  ) throws -> [String] {
    var lines = try #require(statement["lines"]?.array)
    try change(&lines)
    var sum = Micros(decimal: statement["opening"]?.string ?? "") ?? 0
    for line in lines { sum += Micros(decimal: line["amount"]?.string ?? "") ?? 0 }
    var object = try #require(statement.object)
    object["lines"] = .array(lines)
    object["closing"] = .string(sum.decimalText)
    return try StatementCheck(.object(object), root: root).problems
  }

  @Test func `only what happened holds, and only as it happened`() throws {
    let (books, statement, root) = try Self.month()
    defer { books.close() }
    #expect(try problems(statement, root) { _ in } == [])
    let kinds = (statement["lines"]?.array ?? []).compactMap { $0["kind"]?.string }
    #expect(kinds == ["payout", "charge"])
    for (name, value) in [
      ("kind", "refund"), ("at", "2026-04-09T00:00:00.000Z"), ("account", "partner:acme:payable"),
      ("amount", "9.000000"),
    ] {
      let found = try problems(statement, root) { lines in
        var line = try #require(lines[1].object)
        line[name] = .string(value)
        lines[1] = .object(line)
      }
      #expect(!found.isEmpty, "\(name)")
    }
    #expect(try !problems(statement, root) { $0.append($0[0]) }.isEmpty, "a line twice")
  }

  /// Each entry of the month as if it were a line: only the true ones are.
  @Test func `what was set aside, or only moved, is no line`() throws {
    let (books, statement, root) = try Self.month()
    defer { books.close() }
    let lines = statement["lines"]?.array ?? []
    let known = Set(lines.compactMap { $0["entry"]?.integer })
    let made = try books.lines(of: "acme", "2026-04")
    #expect(made.count > lines.count * 2)
    for line in made where !known.contains(line["entry"]?.integer ?? 0) {
      #expect(try !problems(statement, root) { $0.append(line) }.isEmpty, "\(line.text)")
    }
  }
}
