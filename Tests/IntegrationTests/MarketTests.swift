import Foundation
import Loopback
import Testing

/// The marketplace as its people use it: a partner, the registry, and an admin with a hub.
@Suite("A marketplace") struct MarketTests {
  @Test func `brings a partner's plugin from its first line to records in a hub`() throws {
    let market = try Marketplace()
    let plugin = try PluginFolder("acme-books", "--language", "c")
    let manifest = "\(plugin.path)/plugin.json"
    let text = try String(contentsOfFile: manifest, encoding: .utf8)
    let mine = text.replacingOccurrences(of: "your-name", with: "acme")
    try Data(mine.utf8).write(to: URL(fileURLWithPath: manifest))
    #expect(try plugin.make().exitCode == 0)
    #expect(try plugin.make("test").exitCode == 0)
    let version = Marketplace.Version(id: "acme-books", version: "0.1.0")
    for (name, text) in [("listing.json", version.listing), ("LICENSE", "Free.\n")] {
      try Data(text.utf8).write(to: URL(fileURLWithPath: "\(plugin.path)/\(name)"))
    }
    let pack = "\(market.scratch.path)/mine.patchbay"
    try market.run(["plugin", "pack", plugin.path, "--out", pack])
    let submission = "\(market.scratch.path)/submission"
    try market.run([
      "market", "publish", pack, "--repository", market.repository, "--keys", market.key("acme"),
      "--submission", submission,
    ])
    let hub = try MarketHub(market)
    let unsigned = try Program(
      "patchbay",
      ["market", "sign", market.repository, "--submission", submission, "--keys", market.keys]
    ).wait()
    // The registry sees what admins will see, and must say yes to it.
    #expect(unsigned.exitCode == 3 && unsigned.errors.contains("pass --yes"), "\(unsigned)")
    for words in ["acme/acme-books 0.1.0", "api.example.com", "costs", "signs in by", "sha256 "] {
      #expect(unsigned.output.contains(words), "\(unsigned)")
    }
    #expect(try hub.list("market", "search").isEmpty, "it was public before it was countersigned")
    try market.run([
      "market", "sign", market.repository, "--submission", submission, "--keys", market.keys,
      "--yes",
    ])
    let found = try hub.list("market", "search", "reads", "items", "--kind", "connector")
    #expect(found.map { $0["name"] as? String } == ["acme/acme-books"])
    let info = try hub.run("market", "info", "acme-books")
    for words in ["api.example.com", "token", "in a worker", "costs", "nothing", "sha256 "] {
      #expect(info.output.contains(words), "\(info)")
    }
    let unasked = try hub.run("market", "install", "acme-books")
    #expect(unasked.exitCode == 3 && unasked.errors.contains("pass --yes"), "\(unasked)")
    #expect(try hub.installed() == [])
    #expect(try hub.list("plugin", "list").isEmpty)
    try hub.install("acme-books")
    #expect(try hub.installed() == ["acme/acme-books 0.1.0"])
    let vendor = try Vendor()
    try hub.connect(vendor, to: "acme-books")
    let synced = try hub.run("sync", "run", "shop")
    #expect(synced.exitCode == 0 && synced.output.contains("full"), "\(synced)")
    let rows = try hub.run("query", "SELECT name FROM shop__items", "--json").output
    #expect(rows.contains("\"a\""), "\(rows)")
    let verified = try hub.run("market", "verify")
    #expect(verified.exitCode == 0 && verified.output.contains("as it was signed"))
  }

  @Test func `has its plugins run in the sandbox unless they are the registry's own`() throws {
    let market = try Marketplace()
    try market.publish(.init())
    let hub = try MarketHub(market)
    try hub.install("books")
    #expect(try hub.list("plugin", "list").map { $0["tier"] as? String } == ["community"])
    #expect(try hub.run("plugin", "info", "books").output.contains("community (runs in a worker)"))
    // While the vendor keeps it waiting, the plugin's process is there to be seen.
    let vendor = try Vendor(isHeld: true)
    try hub.connect(vendor, to: "books")
    let sync = try hub.start(["sync", "run", "shop"])
    vendor.server.arrived.block()
    let children = try FileManager.default.contentsOfDirectory(atPath: "/proc").compactMap { id in
      // NUMBER (NAME) STATE PARENT …
      (try? String(contentsOfFile: "/proc/\(id)/stat", encoding: .utf8))?.split(separator: " ")
    }.filter { $0.count > 3 && $0[3] == "\(sync.id)" }.map { $0[1] }
    #expect(children.contains("(patchbay-worker)"), "\(children)")
    vendor.gate.open()
    #expect(sync.wait().exitCode == 0)
  }

  @Test(
    "asks before it lets an upgrade reach further, or cost more",
    arguments: [
      (
        Marketplace.Version(version: "1.1.0", hosts: ["api.example.com", "other.example.net"]),
        "other.example.net"
      ),
      (Marketplace.Version(version: "1.1.0", micros: 40_000), "0.04 EUR per 1000 records_read"),
    ])
  func consent(next: Marketplace.Version, words: String) throws {
    let market = try Marketplace()
    try market.publish(.init())
    let hub = try MarketHub(market)
    try hub.install("books")
    try market.publish(next)
    let lock = try String(contentsOfFile: "\(hub.market)/lock.json", encoding: .utf8)
    let refused = try hub.run("market", "upgrade", "--yes")
    #expect(refused.exitCode == 3 && refused.errors.contains(words), "\(refused)")
    #expect(refused.errors.contains("--accept-changes"), "\(refused)")
    // `script` gives it a terminal, with somebody at it who types the answer.
    func answer(_ text: String) throws -> Program.Result {
      try hub.shell(
        "printf '\(text)\\n' | script -qec "
          + "'\(Program.folder)/patchbay --data \(hub.data) market upgrade' /dev/null")
    }
    let declined = try answer("n")
    #expect(declined.exitCode == 1 && declined.output.contains("[y/N]"), "\(declined)")
    #expect(declined.output.contains(words) && declined.output.contains("Nothing was changed"))
    #expect(try String(contentsOfFile: "\(hub.market)/lock.json", encoding: .utf8) == lock)
    let other = try MarketHub(market)
    try other.install("books@1.0.0")
    let accepted = try other.run("market", "upgrade", "books", "--yes", "--accept-changes")
    #expect(accepted.exitCode == 0, "\(accepted)")
    #expect(try other.installed() == ["acme/books 1.1.0"])
    let agreed = try answer("y")
    #expect(agreed.exitCode == 0, "\(agreed)")
    #expect(try hub.installed() == ["acme/books 1.1.0"])
  }
}

extension MarketTests {
  @Test func `is asked anew where a default leads secrets elsewhere, for each organisation`() throws
  {
    let market = try Marketplace()
    try market.publish(.init(tokenURL: "https://api.example.com/token"))
    let hub = try MarketHub(market)
    try hub.install("books")
    #expect(try hub.run("org", "add", "north").exitCode == 0)
    let vendor = try Vendor()
    try hub.connect(vendor, to: "books")
    try hub.connect(vendor, to: "books", in: ["--org", "north"])
    try market.publish(.init(version: "1.1.0", tokenURL: "https://api.example.com/elsewhere"))
    let words = "https://api.example.com/elsewhere"
    let refused = try hub.run("market", "upgrade", "--yes")
    #expect(refused.exitCode == 3 && refused.errors.contains(words), "\(refused)")
    #expect(try hub.run("market", "upgrade", "--yes", "--accept-changes").exitCode == 0)
    #expect(try hub.run("sync", "run", "shop").exitCode == 0)
    // What the hub's owner says yes to is not said for somebody else's secrets.
    let theirs = try hub.run("--org", "north", "sync", "run", "shop")
    #expect(theirs.exitCode == 3 && theirs.errors.contains(words), "\(theirs)")
    #expect(theirs.errors.contains("patchbay connection accept shop"), "\(theirs)")
    let unasked = try hub.run("--org", "north", "connection", "accept", "shop")
    #expect(unasked.exitCode == 3 && unasked.output.contains(words), "\(unasked)")
    #expect(try hub.run("--org", "north", "connection", "accept", "shop", "--yes").exitCode == 0)
    #expect(try hub.run("--org", "north", "sync", "run", "shop").exitCode == 0)
    // The way back was agreed to when it was installed.
    #expect(try hub.run("market", "rollback", "books").exitCode == 0)
    #expect(try hub.run("connection", "check", "shop").exitCode == 0)
    #expect(try hub.run("--org", "north", "connection", "check", "shop").exitCode == 3)
  }

  @Test func `shows all of what is agreed to, and the tier that will hold`() throws {
    let market = try Marketplace()
    let hosts = (0..<20).map { "host-number-\($0).example.com" }
    try market.publish(.init(hosts: hosts, micros: 40_000))
    let hub = try MarketHub(market)
    let json = Data(try hub.run("market", "info", "books", "--json").output.utf8)
    let facts = try #require(try JSONSerialization.jsonObject(with: json) as? [String: Any])
    let shown = try hub.shell(
      "COLUMNS=40 script -qec '\(Program.folder)/patchbay --data \(hub.data) market info books' "
        + "/dev/null < /dev/null"
    ).output.replacingOccurrences(of: "\r", with: "")
    let text = shown.filter { !$0.isWhitespace }
    #expect(!shown.contains("…"))
    for words in hosts + ["0.04 EUR per 1000 records_read", "30.0 % stay with the platform"] {
      #expect(text.contains(words.filter { !$0.isWhitespace }), "\(words) in \(shown)")
    }
    for name in ["pack", "terms_sha256"] {
      #expect(text.contains(try #require(facts[name] as? String)), "\(name) in \(shown)")
    }
    let lines = shown.split(separator: "\n").filter { !$0.contains("\u{1B}") }
    #expect(lines.allSatisfy { $0.count <= 40 }, "\(shown)")
    try hub.install("books")
    #expect(try hub.run("plugin", "trust", "books", "community").exitCode == 0)
    try market.write("acme.json", #"{"name": "Acme", "tier": "core"}"#)
    try market.run([
      "market", "admit", market.repository, "\(market.scratch.path)/acme.json", "--key",
      "\(market.scratch.path)/acme.pub", "--keys", market.keys,
    ])
    let info = try hub.run("market", "info", "books").output
    #expect(info.contains("community: runs in a worker"), "\(info)")
    #expect(info.contains("said by an admin (plugin trust); the marketplace says core"), "\(info)")
  }
}

/// A vendor with three items on two pages, which waits at its gate where it is told to.
final class Vendor {
  let server: LoopbackServer
  let gate = Latch()

  init(isHeld: Bool = false) throws {
    let gate = gate
    server = try LoopbackServer { request in
      func item(_ id: Int, _ name: String) -> String {
        #"{"id":"\#(id)","name":"\#(name)","updated_at":"2026-01-0\#(id)T00:00:00Z"}"#
      }
      let body =
        request.target.contains("after=")
        ? #"{"data":[\#(item(3, "c"))],"next":null}"#
        : #"{"data":[\#(item(1, "a")),\#(item(2, "b"))],"next":"b"}"#
      return (isHeld ? [.wait(gate)] : []) + .answer(200, body)
    }
  }

  deinit {
    gate.open()
    server.stop()
  }
}

extension MarketHub {
  /// Adds the connection `shop` that the tests use.
  func connect(_ vendor: Vendor, to plugin: String, in organisation: [String] = []) throws {
    let token = "\(scratch.path)/token"
    try Data("planted-secret-7d1f".utf8).write(to: URL(fileURLWithPath: token))
    let added = try start(
      organisation + [
        "connection", "add", "shop", "--plugin", plugin, "--secret", "token=file:\(token)",
        "--set", "base_url=\(vendor.server.url)", "--set", "rate_limit=off",
      ]
    ).wait()
    try #require(added.exitCode == 0, "\(added.errors)")
  }
}
