import Foundation
import Testing

/// What a sync costs, as an admin and a partner see it, and as accounting programs read it.
@Suite("The ledger") struct LedgerTests {
  /// A hub that synced 12,000 records with a plugin of the marketplace, 10,000 changes of them for
  /// free.
  private static func charged() throws -> Workplace {
    let work = try Workplace(records: 6000)
    let installed = try work.run("market", "install", "hubspot", "--yes", "--quiet")
    try #require(installed.exitCode == 0, "\(installed.errors)")
    try work.connect()
    for stream in ["contacts", "deals"] { #expect(try work.sync(stream).exitCode == 0) }
    return work
  }

  /// What the partner has of the records of some streams: new ones that live count, what the vendor
  /// tells of as deleted and never was here does not. 0.04 EUR for 1,000, of which 70 % are the
  /// partner's.
  private static func share(_ work: Workplace, _ streams: [String]) throws -> String {
    let living = try streams.reduce(0) { $0 + (try work.living($1)) }
    return ((living - 10_000) * 28).micros
  }

  private static func statement(_ work: Workplace) throws -> String {
    let result = try work.run("ledger", "statement", "--partner", "patchbay", "--json")
    try #require(result.exitCode == 0, "\(result.errors)")
    return result.output
  }

  @Test func `every record that is not free is charged, and shared`() throws {
    let work = try Self.charged()
    let json = try JSONSerialization.jsonObject(with: Data(Self.statement(work).utf8))
    let first = try #require((json as? [[String: Any]])?.first)
    let share = try Self.share(work, ["contacts", "deals"])
    #expect(first["closing"] as? String == share && first["currency"] as? String == "EUR")
    let lines = try #require(first["lines"] as? [[String: Any]])
    let details = lines.compactMap { $0["details"] as? [String: Any] }
    #expect(details.allSatisfy { ($0["library"] as? String)?.count == 64 })
    // Nothing is charged twice, however often the books are looked at.
    #expect(try Self.statement(work) == Self.statement(work))
    let text = try work.run("ledger", "statement", "--partner", "patchbay")
    #expect(text.output.contains("closing \(share) EUR"), "\(text)")
    let unknown = try work.run("ledger", "statement", "--partner", "nobody")
    #expect(unknown.exitCode == 1 && unknown.errors.contains("no partner “nobody”"))
  }

  @Test func `a partner checks a statement without the books`() throws {
    let work = try Self.charged()
    let statement = try Self.statement(work)
    let (good, forged) = ("\(work.scratch.path)/good.json", "\(work.scratch.path)/forged.json")
    try statement.write(toFile: good, atomically: true, encoding: .utf8)
    #expect(try work.run("ledger", "check", good).exitCode == 0)
    let share = try Self.share(work, ["contacts", "deals"])
    let changed = statement.replacing(
      "\"closing\":\"\(share)\"", with: "\"closing\":\"0.000001\"")
    try #require(changed != statement)
    try changed.write(toFile: forged, atomically: true, encoding: .utf8)
    let result = try work.run("ledger", "check", forged)
    #expect(result.exitCode == 1 && result.errors.contains("closing balance"), "\(result)")
    let root = String(repeating: "0", count: 64)
    #expect(try work.run("ledger", "check", good, "--root", root).exitCode == 1)
  }

  @Test func `a changed row is named`() throws {
    let work = try Self.charged()
    _ = try Self.statement(work)
    #expect(try work.run("ledger", "verify").exitCode == 0)
    try work.change(
      "ledger.db",
      "UPDATE transfers SET amount = x'000000000000000000000000000F4240' WHERE number = 3")
    let result = try work.run("ledger", "verify")
    #expect(result.exitCode == 1 && result.errors.contains("entry 3"), "\(result)")
  }

  /// What was charged by the store that is gone is known; what came since is not skipped.
  @Test func `a store from a backup is charged from where it was`() throws {
    let work = try Self.charged()
    let backup = work.scratch.path + "/backup.db"
    try work.change("data.db", "VACUUM INTO '\(backup)'")
    #expect(try work.sync("companies").exitCode == 0)
    let before = try Self.closing(work)
    #expect(try before == Self.share(work, ["contacts", "deals", "companies"]))
    for end in ["", "-wal", "-shm"] {
      try? FileManager.default.removeItem(atPath: work.data + "/data.db" + end)
    }
    try FileManager.default.copyItem(atPath: backup, toPath: work.data + "/data.db")
    try FileManager.default.setAttributes(
      [.posixPermissions: 0o600], ofItemAtPath: work.data + "/data.db")
    #expect(try work.sync("companies").exitCode == 0)
    // The companies once more: once by the store that is gone and once by this one.
    #expect(
      try Self.closing(work) == Self.share(work, ["contacts", "deals", "companies", "companies"]))
    #expect(try work.run("ledger", "verify").exitCode == 0)
  }

  private static func closing(_ work: Workplace) throws -> String? {
    let json = try JSONSerialization.jsonObject(with: Data(statement(work).utf8))
    return (json as? [[String: Any]])?.first?["closing"] as? String
  }

  /// The programs themselves: all take the books, and none takes them with a millionth more.
  @Test(arguments: [
    ("hledger", ["hledger", "-f", "FILE", "check", "-s"]),
    ("ledger", ["ledger", "-f", "FILE", "--pedantic", "--strict", "balance"]),
    ("beancount", ["bean-check", "FILE"]),
  ])
  func `accounting programs take the books as they are`(format: String, program: [String]) throws {
    let work = try Self.charged()
    let result = try work.run("ledger", "export", "--format", format)
    try #require(result.exitCode == 0, "\(result.errors)")
    func isTaken(_ text: String) throws -> Bool {
      let file = "\(work.scratch.path)/books.\(format)"
      try text.write(toFile: file, atomically: true, encoding: .utf8)
      let arguments = program.dropFirst().map { $0 == "FILE" ? file : $0 }
      let run = try Program("/usr/bin/\(program[0])", arguments, environment: ["LANG": "C.UTF-8"])
      return run.wait().exitCode == 0
    }
    #expect(try isTaken(result.output))
    let line = try #require(result.output.split(separator: "\n").first { $0.contains("  0.0") })
    let amount = try #require(line.split(separator: " ").first { $0.hasPrefix("0.0") })
    let digits = try #require(Int(amount.dropFirst(2)))
    let more = "0." + String(repeating: "0", count: 6 - String(digits + 1).count) + "\(digits + 1)"
    let changed = try #require(result.output.range(of: String(amount)))
    #expect(try !isTaken(result.output.replacingCharacters(in: changed, with: more)))
  }
}

extension Workplace {
  /// Records of a stream that live.
  func living(_ stream: String) throws -> Int {
    let peek = try Peek(data + "/data.db")
    let id = peek.number("SELECT id FROM streams WHERE stream = '\(stream)'")
    return peek.number("SELECT count(*) FROM stream_\(id) WHERE deleted_ms IS NULL")
  }
}

extension Int {
  /// Micro-units as an amount, below ten units.
  var micros: String {
    let digits = String(self % 1_000_000)
    return "\(self / 1_000_000)." + String(repeating: "0", count: 6 - digits.count) + digits
  }
}
