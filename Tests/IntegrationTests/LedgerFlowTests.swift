import Foundation
import Testing

/// Money from the customer to the partner, by the commands, as an admin goes about it.
@Suite("The ledger, by command") struct LedgerFlowTests {
  /// A hub with a policy that synced 20,000 records, of which 10,000 cost something.
  private static func hub(_ policy: String) throws -> Workplace {
    let work = try Workplace(records: 10_000)
    let installed = try work.run("market", "install", "hubspot", "--yes", "--quiet")
    try #require(installed.exitCode == 0, "\(installed.errors)")
    try work.connect()
    try Self.set(policy, work)
    return work
  }

  private static func set(_ policy: String, _ work: Workplace) throws {
    let file = work.scratch.path + "/policy.yaml"
    try policy.write(toFile: file, atomically: true, encoding: .utf8)
    let result = try work.run("ledger", "policy", file)
    try #require(result.exitCode == 0, "\(result.errors)")
  }

  private static let partners = """
    billing: 1
    seller: { name: Hub, address: [Street 1] }
    customers: { crm: { name: "<b>Crm</b> & Co", tax: { name: VAT 19 %, ppm: 190000 } } }
    partners: { patchbay: { account: DE1, hold_days: 7, minimum_payout_micros: 0 } }
    approvers: [anna, bert]
    """

  @Test func `invoice, payment, payout, refund, credit note`() throws {
    let work = try Self.hub(Self.partners)
    for stream in ["contacts", "deals"] { #expect(try work.sync(stream).exitCode == 0) }
    let month = String(ISO8601DateFormatter().string(from: Date()).prefix(7))
    @discardableResult
    func run(_ days: Int, _ arguments: String..., expect words: String...) throws -> String {
      let result = try Program(
        "patchbay", ["--data", work.data] + arguments, environment: Program.later(days: days)
      ).wait()
      #expect(result.exitCode == 0, "\(arguments): \(result)")
      for word in words { #expect(result.output.contains(word), "\(arguments): \(result)") }
      return result.output
    }
    let open = try work.run("ledger", "close", month)
    #expect(open.exitCode == 1 && open.errors.contains("is not over"), "\(open)")
    try run(40, "ledger", "close", month, expect: "Its root: ")
    // What lives of 20,000 records, less 10,000, at 0.04 EUR for 1,000; whole cents are asked for.
    let charged = (try work.living("contacts") + work.living("deals") - 10_000) * 40
    let net = charged / 10_000 * 10_000
    let tax = (net * 19 / 100 + 5000) / 10_000 * 10_000
    let total = (net + tax).micros
    try run(
      40, "ledger", "invoice", "--customer", "crm", "--period", month, expect: charged.micros,
      net.micros, tax.micros, total)
    let numbers = try work.run("ledger", "invoice", "--json")
    let list = try JSONSerialization.jsonObject(with: Data(numbers.output.utf8))
    let number = try #require((list as? [[String: Any]])?.first?["number"] as? String)
    let page = try work.run("ledger", "invoice", number, "--html")
    #expect(page.output.contains("&lt;b&gt;Crm&lt;/b&gt; &amp; Co"), "\(page)")
    try run(40, "ledger", "receive", number, "--reference", "B1", expect: "\(total) of \(total)")
    try run(41, "ledger", "payout", "--order", expect: "Nobody")
    let payable = charged * 7 / 10 / 10_000 * 10_000
    try run(48, "ledger", "payout", "--order", expect: payable.micros, "ordered")
    let payouts = try work.run("ledger", "payout", "--csv")
    let batch = try #require(payouts.output.split(separator: "\r\n").last?.prefix { $0 != "/" })
    try run(48, "ledger", "payout", "--batch", String(batch), "--paid", "all", expect: "paid")
    let statement = try work.run("ledger", "statement", "--partner", "patchbay", "--csv")
    let usages = statement.output.split(separator: "\r\n").dropFirst().map {
      String($0.split(separator: ",", omittingEmptySubsequences: false)[12])
    }
    // Less than a cent is not credited; when it is one, it is.
    // How much that takes depends on how many pages were stored together.
    var owed = 0.0
    for usage in usages where owed < 0.01 {
      let said = try run(
        49, "ledger", "refund", usage, "--key", usage, "--reason", "outage",
        expect: "EUR are given back")
      owed += try #require(said.split(separator: " ").first.flatMap { Double($0) })
      #expect(said.contains("CN-") == (owed > 0.00999), "\(said)")
    }
    #expect(owed > 0.00999)
    for format in ["hledger", "ledger", "beancount"] {
      try run(49, "ledger", "export", "--format", format)
    }
    #expect(try work.run("ledger", "verify").exitCode == 0)
    try run(80, "ledger", "statement", "--partner", "patchbay", "--html", expect: "<table>")
  }

  @Test func `a hard budget stops a sync at its limit, and the next goes on`() throws {
    func policy(_ limit: Int) -> String {
      """
      billing: 1
      budgets:
        - { name: all, match: { connection: crm }, currency: EUR, limit_micros: \(limit) }
      """
    }
    let work = try Self.hub(policy(100_000))
    #expect(try work.sync("contacts").exitCode == 0)
    let stopped = try work.run("sync", "run", "crm", "--stream", "deals")
    #expect(stopped.exitCode == 1 && stopped.errors.contains("limit_micros"), "\(stopped)")
    func spent() throws -> String? {
      let (_, json) = try work.document("ledger", "budget")
      return (json as? [[String: Any]])?.first?["spent"] as? String
    }
    // A page of 100 records at most is set aside before it is stored: the last that fits is.
    let stoppedAt = try #require(try spent().flatMap { Double($0) })
    #expect(stoppedAt <= 0.1 && stoppedAt > 0.096)
    try Self.set(policy(1_000_000), work)
    #expect(try work.sync("deals").exitCode == 0)
    let charged = (try work.living("contacts") + work.living("deals") - 10_000) * 40
    #expect(try spent() == charged.micros)
    let peek = try Peek(work.data + "/data.db")
    #expect(peek.number("SELECT sum(quantity) FROM usage WHERE meter = 'records_read'") == 20_000)
  }

  @Test func `a plan's requests are all that a sync makes`() throws {
    let work = try Self.hub(
      """
      billing: 1
      plans: [{ name: free, currency: EUR, month_micros: 0, requests: 30 }]
      customers: { crm: { plans: [{ plan: free, from: "2026-01-01" }] } }
      """)
    let before = try work.requests()
    let stopped = try work.run("sync", "run", "crm", "--stream", "contacts", "--stream", "deals")
    #expect(stopped.exitCode == 1 && stopped.errors.contains("30 requests a month"), "\(stopped)")
    #expect(try work.requests() - before == 30)
    let again = try work.run("sync", "run", "crm", "--stream", "contacts")
    #expect(again.exitCode == 1 && again.errors.contains("30 requests"), "\(again)")
    #expect(try work.requests() - before == 30)
  }

  static let wrong: [(arguments: [String], code: Int32, hint: String)] = [
    (["ledger", "policy", "/nowhere"], 1, "/nowhere"),
    (["ledger", "invoice", "INV-1"], 1, "no document"),
    (["ledger", "invoice", "--customer", "crm"], 2, "--period"),
    (["ledger", "invoice", "--customer", "crm", "--period", "May"], 2, "2026-01"),
    (["ledger", "receive", "INV-1", "--reference", "r", "--amount", "1,5"], 2, "12.50"),
    (["ledger", "receive", "INV-1"], 2, "--reference"),
    (["ledger", "refund", "x", "--key", "k"], 2, "--reason"),
    (["ledger", "payout", "--paid", "all"], 2, "--batch"),
    (["ledger", "payout", "--batch", "PO-1", "--paid", "all"], 1, "PO-1"),
    (["ledger", "post", "--debit", "a"], 2, "--currency"),
    (
      [
        "ledger", "post", "--debit", "a", "--credit", "b", "--currency", "EUR", "--amount", "1",
        "--reason", "r", "--by", "eve",
      ], 3, "approvers"
    ), (["ledger", "approve", "x", "--by", "anna"], 2, "ledger post"),
    (["ledger", "budget", "--period", "2026"], 2, "2026-01"),
    (
      ["ledger", "exchange", "p", "--from", "EUR", "--to", "USD", "--rate", "0", "--key", "k"], 2,
      "1.0834"
    ), (["ledger", "export", "--format", "excel"], 2, "hledger"),
  ]

  @Test func `mistakes are said, and how to mend them`() throws {
    let work = try Workplace(records: 300)
    for (arguments, code, hint) in Self.wrong {
      let result = try work.run(arguments)
      #expect(result.exitCode == code, "\(arguments): \(result)")
      #expect(result.errors.contains(hint), "\(arguments): \(result)")
    }
  }
}
