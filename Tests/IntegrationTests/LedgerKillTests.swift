import CSQLite
import Foundation
import Seeded
import Testing

@Suite("Ending the ledger without warning") struct LedgerKillTests {
  private static let kills = Scale.count(quick: 8, nightly: 25)
  private static let uses = 60_000

  /// A hub whose usage was counted, and not charged yet.
  private static func used() throws -> Workplace {
    let work = try Workplace(records: 300)
    let installed = try work.run("market", "install", "hubspot", "--yes", "--quiet")
    try #require(installed.exitCode == 0, "\(installed.errors)")
    try work.connect()
    #expect(try work.sync("contacts").exitCode == 0)
    try work.change(
      "data.db",
      """
      WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < \(uses))
      INSERT INTO usage (key, at_ms, customer, plugin, version, library, terms, meter, quantity)
      SELECT 'made/' || i, at_ms - \(uses) + i, 'c' || (i % 7), plugin, version, library, terms,
        meter, 1 + (i * 7919) % 997
      FROM n, (SELECT * FROM usage WHERE meter = 'records_changed' LIMIT 1)
      """)
    return work
  }

  /// What stands in the books, whole: the last hash is over all of it.
  private static func books(_ work: Workplace) throws -> String {
    let peek = try Peek(work.data + "/ledger.db")
    return peek.text("SELECT number || ' ' || hex(hash) FROM head")
  }

  @Test func `kills at random moments lose nothing, and double nothing`() throws {
    let (work, calm) = (try Self.used(), try Self.used())
    // Both hubs count the same uses, in the same order.
    try FileManager.default.removeItem(atPath: calm.data)
    try FileManager.default.copyItem(atPath: work.data, toPath: calm.data)
    let statement = ["ledger", "statement", "--partner", "patchbay"]
    let whole = try calm.run(statement)
    #expect(whole.exitCode == 0, "\(whole.errors)")
    let seed = Scale.fresh
    var (draw, struck, target) = (Draw(seed), 0, 0)
    for _ in 0..<Self.kills {
      let run = try Program("patchbay", ["--data", work.data] + statement)
      target += 1 + draw.below(4000)
      // How far it is decides where it strikes, not a clock.
      if FileManager.default.fileExists(atPath: work.data + "/ledger.db") {
        let peek = try Peek(work.data + "/ledger.db")
        while run.isRunning, peek.number("SELECT count(*) FROM rated") < target {}
      }
      run.kill()
      if run.wait().exitCode == -1 { struck += 1 }
    }
    let rest = try work.run(statement)
    #expect(rest.exitCode == 0 && rest.output == whole.output, "seed \(seed): \(rest)")
    #expect(try Self.books(work) == Self.books(calm), "seed \(seed)")
    #expect(try work.run("ledger", "verify").exitCode == 0, "seed \(seed)")
    print("seed \(seed): \(struck) of \(Self.kills) kills struck")
    #expect(struck >= Self.kills * 3 / 5, "seed \(seed): the kills came too late")
  }
}

extension Workplace {
  /// What somebody does who has the file.
  func change(_ file: String, _ sql: String) throws {
    var handle: OpaquePointer?
    // Unsafe: opened, used and closed here.
    #expect(unsafe sqlite3_open(data + "/" + file, &handle) == SQLITE_OK)
    #expect(unsafe sqlite3_exec(handle, sql, nil, nil, nil) == SQLITE_OK, "\(sql)")
    unsafe sqlite3_close(handle)
  }
}
