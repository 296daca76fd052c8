import Foundation
import Loopback
import Testing

/// A hub with many plugins.
@Suite("A marketplace of many plugins") struct MarketSizeTests {
  @Test func `is installed at once, verified as a whole, and listed without a look at the plugins`()
    throws
  {
    let market = try Marketplace()
    // Names that are alike are asked about, so each has a word of its own.
    let versions = (100..<200).map { number in
      Marketplace.Version(id: "p\(number)", about: "number \(number)")
    }
    let clock = ContinuousClock()
    func timed<R>(_ what: String, _ body: () throws -> R) rethrows -> R {
      let start = clock.now
      defer { print("\(what): \(clock.now - start) with \(versions.count) plugins") }
      return try body()
    }
    let packs = try timed("plugin pack") { try versions.map { try market.pack($0) } }
    _ = try timed("market publish") {
      try market.run(
        ["market", "publish"] + packs + [
          "--repository", market.repository, "--keys", market.keys, "--keys", market.key("acme"),
          "--allow-look-alike",
        ])
    }
    let hub = try MarketHub(market)
    #expect(try hub.list("market", "search").count == versions.count)
    let lock = "\(market.scratch.path)/lock.json"
    try Data(self.lock(market, versions, packs).utf8).write(to: URL(fileURLWithPath: lock))
    let result = try timed("market install --lock") {
      try hub.run("market", "install", "--lock", lock, "--yes", "--quiet", "--allow-look-alike")
    }
    try #require(result.exitCode == 0, "\(result.errors)")
    let names = versions.map { "acme/\($0.id) 1.0.0" }
    #expect(try timed("market list") { try hub.installed() } == names)
    let verified = try timed("market verify") { try hub.run("market", "verify") }
    #expect(
      verified.exitCode == 0 && verified.output.contains("\(versions.count) versions"),
      "\(verified.errors)")
    // Whoever lists does not look at the plugins' files: they could be anything.
    let store = "\(hub.market)/store"
    for pack in try FileManager.default.contentsOfDirectory(atPath: store) {
      let path = "\(store)/\(pack)/plugin.so"
      let count = try Data(contentsOf: URL(fileURLWithPath: path)).count
      try Data(repeating: 0x2A, count: count).write(to: URL(fileURLWithPath: path))
    }
    #expect(try hub.installed() == names)
    let listed = try timed("plugin list") { try hub.list("plugin", "list") }
    #expect(listed.count == versions.count)
    let damaged = try hub.run("market", "verify", "p150")
    #expect(damaged.exitCode == 1 && damaged.errors.contains("plugin.so was changed"))
    let vendor = try Vendor()
    try? hub.connect(vendor, to: "p150")
    let refused = try hub.run("connection", "check", "shop")
    #expect(refused.exitCode != 0 && vendor.server.requests.isEmpty, "\(refused)")
  }

  /// A lock file as another hub would have it: its form is that of one plugin which is installed.
  private func lock(_ market: Marketplace, _ versions: [Marketplace.Version], _ packs: [String])
    throws -> String
  {
    let hub = try MarketHub(market)
    try hub.install(versions[0].id, "--allow-look-alike")
    let text = try Data(contentsOf: URL(fileURLWithPath: "\(hub.market)/lock.json"))
    var lock = try #require(JSONSerialization.jsonObject(with: text) as? [String: Any])
    let first = try #require((lock["plugins"] as? [[String: Any]])?.first)
    let sums = try Program("/usr/bin/sha256sum", packs).wait().output.split(separator: "\n")
    lock["plugins"] = try zip(versions, sums).map { version, line in
      var plugin = first
      plugin["name"] = "acme/\(version.id)"
      var active = try #require(plugin["active"] as? [String: Any])
      active["pack"] = String(line.prefix(64))
      active["manifest"] = try JSONSerialization.jsonObject(with: Data(version.manifest.utf8))
      plugin["active"] = active
      return plugin
    }
    return String(decoding: try JSONSerialization.data(withJSONObject: lock), as: UTF8.self)
  }
}
