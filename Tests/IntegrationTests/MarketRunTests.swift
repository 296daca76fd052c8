import Foundation
import Loopback
import Testing

/// What installations, revocations and time do to what runs beside them.
@Suite("A marketplace beside work") struct MarketRunTests {
  private func results(_ programs: [Program]) -> [Program.Result] { programs.map { $0.wait() } }

  @Test func `Installations at once, and whoever looks meanwhile, all end well`() throws {
    let market = try Marketplace()
    let ids = ["books", "letters", "parcels"]
    try market.publish(.init(), .init(id: "letters"), .init(id: "parcels"))
    for _ in 1...3 {
      let hub = try MarketHub(market)
      let installations = try ids.map {
        try hub.start(["market", "install", $0, "--yes", "--quiet"])
      }
      let looks = try [["search"], ["refresh"], ["list"], ["search", "books"], ["verify"]].map {
        try hub.start(["market"] + $0)
      }
      for result in results(installations + looks) { #expect(result.exitCode == 0, "\(result)") }
      #expect(try hub.installed() == ids.map { "acme/\($0) 1.0.0" })
      #expect(try hub.run("market", "verify").exitCode == 0)
    }
    for _ in 1...3 {
      let hub = try MarketHub(market)
      let same = try (1...3).map { _ in
        try hub.start(["market", "install", "books", "--yes", "--quiet"])
      }
      for result in results(same) { #expect(result.exitCode == 0, "\(result)") }
      #expect(try hub.installed() == ["acme/books 1.0.0"])
      #expect(try hub.leftovers() == [])
    }
  }

  @Test func `A run ends on the version that it began with, the next one takes the new`() throws {
    let market = try Marketplace()
    try market.publish(.init())
    let hub = try MarketHub(market)
    try hub.install("books")
    let vendor = try Vendor(isHeld: true)
    try hub.connect(vendor, to: "books")
    let sync = try hub.start(["sync", "run", "shop"])
    vendor.server.arrived.block()
    try market.publish(.init(version: "1.1.0"))
    let upgraded = try hub.run("market", "upgrade", "--yes")
    #expect(upgraded.exitCode == 0 && upgraded.output.contains("1.1.0"), "\(upgraded)")
    vendor.gate.open()
    let result = sync.wait()
    #expect(result.exitCode == 0, "\(result)")
    let begun = vendor.server.requests
    #expect(begun.count == 2 && begun.allSatisfy { $0.agent.contains("books/1.0.0") })
    #expect(try hub.run("sync", "run", "shop", "--full").exitCode == 0)
    let next = vendor.server.requests.dropFirst(begun.count)
    #expect(!next.isEmpty && next.allSatisfy { $0.agent.contains("books/1.1.0") })
    #expect(try hub.run("market", "rollback", "books").exitCode == 0)
    #expect(try hub.run("connection", "check", "shop").exitCode == 0)
    #expect(vendor.server.requests.last?.agent.contains("books/1.0.0") == true)
  }

  @Test func `What is revoked stops in the midst of a run, and nothing is lost`() throws {
    let market = try Marketplace()
    try market.publish(.init())
    let hub = try MarketHub(market)
    try hub.install("books")
    let vendor = try Vendor(isHeld: true)
    try hub.connect(vendor, to: "books")
    let sync = try hub.start(["sync", "run", "shop", "--json"])
    vendor.server.arrived.block()
    try market.revoke("acme/books@1.0.0", "sends records elsewhere")
    #expect(try hub.run("market", "search").exitCode == 0)
    vendor.gate.open()
    let stopped = sync.wait()
    #expect(stopped.exitCode != 0 && stopped.output.contains("\"plugin.revoked\""), "\(stopped)")
    #expect(stopped.output.contains("sends records elsewhere"), "\(stopped)")
    #expect(vendor.server.requests.count == 1)
    let refused = try hub.run("connection", "check", "shop")
    #expect(refused.exitCode != 0 && refused.errors.contains("sends records elsewhere"))
    #expect(refused.errors.contains("market upgrade"), "\(refused)")
    let verified = try hub.run("market", "verify")
    #expect(verified.exitCode == 1 && verified.errors.contains("sends records elsewhere"))
    let again = try hub.run("market", "install", "books@1.0.0", "--yes")
    #expect(again.exitCode != 0 && again.errors.contains("sends records elsewhere"), "\(again)")
    try market.publish(.init(version: "1.0.1"))
    #expect(try hub.run("market", "upgrade", "--yes").exitCode == 0)
    #expect(try hub.run("sync", "run", "shop").exitCode == 0)
    let rows = try hub.run("query", "SELECT name FROM shop__items ORDER BY id", "--json").output
    let json = try JSONSerialization.jsonObject(with: Data(rows.utf8)) as? [String: Any]
    #expect(json?["rows"] as? [[String]] == [["a"], ["b"], ["c"]])
  }

  @Test func `A marketplace that stands still is not believed, and what is installed runs on`()
    throws
  {
    let market = try Marketplace(days: ["timestamp=1"])
    try market.publish(.init(), .init(id: "letters"))
    let hub = try MarketHub(market)
    try hub.install("books")
    let vendor = try Vendor()
    try hub.connect(vendor, to: "books")
    func later(_ arguments: String...) throws -> Program.Result {
      try Program(
        "patchbay", ["--data", hub.data] + arguments,
        environment: hub.environment.merging(Program.later(days: 3)) { $1 }
      ).wait()
    }
    let refused = try later("market", "install", "letters", "--yes", "--json")
    #expect(refused.exitCode != 0 && refused.output.contains("\"tuf.freeze\""), "\(refused)")
    #expect(refused.errors.contains("timestamp"), "\(refused)")
    #expect(try hub.installed() == ["acme/books 1.0.0"])
    #expect(try later("connection", "check", "shop").exitCode == 0)
    let synced = try later("sync", "run", "shop")
    #expect(synced.exitCode == 0, "\(synced)")
    #expect(try later("market", "verify").exitCode == 0)
    // The marketplace goes on, and so does the hub.
    let renewed = try Program(
      "patchbay", ["market", "sign", market.repository, "--keys", market.keys],
      environment: Program.later(days: 3)
    ).wait()
    #expect(renewed.exitCode == 0, "\(renewed)")
    #expect(try later("market", "install", "letters", "--yes").exitCode == 0)
  }
}

extension LoopbackServer.Request {
  fileprivate var agent: String { headers["user-agent"] ?? "" }
}
