import Foundation
import Glibc
import Loopback
import Testing

/// Where a marketplace is fetched from: web servers that fail or lie, files on a stick.
@Suite("A marketplace's mirrors") struct MarketMirrorTests {
  /// A web server with a repository's folder; `lie` may change what it sends.
  private final class Mirror {
    let server: LoopbackServer

    init(
      _ folder: String,
      _ lie: @escaping @Sendable (_ path: String, _ bytes: inout [UInt8]) -> Void = { _, _ in }
    ) throws {
      server = try LoopbackServer { request in
        let path = request.target.removingPercentEncoding ?? ""
        guard let data = FileManager.default.contents(atPath: folder + path) else {
          return .answer(404, "there is none")
        }
        var bytes = Array(data)
        lie(path, &bytes)
        return .answer(200, bytes)
      }
    }

    deinit { server.stop() }
  }

  private func hub(_ market: Marketplace, _ places: String...) throws -> MarketHub {
    let hub = try MarketHub()
    let mirrors = places.dropFirst().flatMap { ["--mirror", $0] }
    let used = try hub.start(["market", "use", places[0], "--root", market.root] + mirrors).wait()
    try #require(used.exitCode == 0, "\(used.errors)")
    return hub
  }

  @Test func `A plugin is installed from a web server`() throws {
    let market = try Marketplace()
    try market.publish(.init())
    let mirror = try Mirror(market.repository)
    let hub = try hub(market, mirror.server.url + "/")
    try hub.install("books")
    #expect(try hub.installed() == ["acme/books 1.0.0"])
    #expect(try hub.run("market", "verify").exitCode == 0)
    #expect(mirror.server.requests.contains { $0.target.hasSuffix(".patchbay") })
  }

  @Test func `Where one mirror is dead, or lies, the next one is asked`() throws {
    let market = try Marketplace()
    try market.publish(.init())
    let good = try Mirror(market.repository)
    let dead = try LoopbackServer.bound()
    defer { close(dead.descriptor) }
    let liars = [
      try Mirror(market.repository) { path, bytes in
        if path.hasSuffix(".patchbay") { bytes[bytes.count / 2] ^= 1 }
      },
      try Mirror(market.repository) { path, bytes in
        if path.contains(".snapshot.") { bytes.append(0x20) }
      },
      try Mirror(market.repository) { _, bytes in bytes = Array("<html>".utf8) },
    ]
    for url in ["http://127.0.0.1:\(dead.port)"] + liars.map(\.server.url) {
      let hub = try hub(market, url, good.server.url)
      try hub.install("books")
      #expect(try hub.installed() == ["acme/books 1.0.0"])
      #expect(try hub.run("market", "verify").exitCode == 0)
    }
    // What lies about the pack alone is found out when nobody else is there to be asked.
    let alone = try hub(market, liars[0].server.url)
    let refused = try alone.run("market", "install", "books", "--yes", "--json")
    #expect(refused.exitCode != 0 && refused.output.contains("\"tuf.hash\""), "\(refused)")
    #expect(refused.errors.contains("linux-") && refused.errors.contains("→"), "\(refused)")
    #expect(try alone.installed() == [] && alone.leftovers() == [])
  }

  @Test func `A bundle brings a plugin to where no marketplace is reached`() throws {
    let market = try Marketplace()
    try market.publish(.init())
    let bundle = "\(market.scratch.path)/books.bundle"
    let made = try MarketHub(market).run("market", "bundle", "books@1.0.0", bundle)
    #expect(made.exitCode == 0 && made.output.contains("books.bundle"), "\(made)")
    // It can be reached no more, and the folder that is far away never could.
    let away = try MarketHub(market)
    let far = try MarketHub()
    let dead = try LoopbackServer.bound()
    defer { close(dead.descriptor) }
    let used = try far.run(
      "market", "use", "http://127.0.0.1:\(dead.port)", "--root", market.root)
    #expect(used.exitCode == 1 && used.errors.contains("127.0.0.1:\(dead.port)"), "\(used)")
    try FileManager.default.moveItem(
      atPath: market.repository, toPath: market.repository + ".away")
    for hub in [away, far] {
      let refused = try hub.run("market", "install", "books", "--yes")
      #expect(refused.exitCode == 1, "\(refused)")
      try hub.install("books", "--from", bundle)
      #expect(try hub.installed() == ["acme/books 1.0.0"])
      #expect(try hub.run("market", "verify").exitCode == 0)
    }
    // A stick with the whole marketplace does as well.
    let stick = try MarketHub()
    let root = "\(market.repository).away/root.json"
    #expect(
      try stick.run("market", "use", market.repository + ".away", "--root", root).exitCode == 0)
    try stick.install("books", "--from", "file://\(market.repository).away/")
    // A bundle is believed no more than anybody else.
    var bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: bundle)))
    bytes[bytes.count / 2] ^= 0x40
    try Data(bytes).write(to: URL(fileURLWithPath: bundle))
    let damaged = try far.run("market", "install", "books", "--from", bundle, "--yes")
    #expect(damaged.exitCode != 0 && damaged.errors.contains("patchbay: "), "\(damaged)")
  }

  @Test func `A lock file brings the very same to another hub, and nothing else`() throws {
    let market = try Marketplace()
    try market.publish(.init(), .init(id: "letters", version: "2.0.0"))
    let first = try MarketHub(market)
    for id in ["books", "letters"] { try first.install(id) }
    try market.publish(.init(version: "1.1.0"))
    let lock = "\(first.market)/lock.json"
    let second = try MarketHub(market)
    let result = try second.run("market", "install", "--lock", lock, "--yes")
    #expect(result.exitCode == 0, "\(result)")
    #expect(try second.installed() == ["acme/books 1.0.0", "acme/letters 2.0.0"])
    let packs = try [first, second].map { hub in
      try hub.list("market", "list").map { $0["pack"] as? String }
    }
    #expect(packs[0] == packs[1])
    let pack = try #require(packs[0][0])
    let text = try String(contentsOfFile: lock, encoding: .utf8)
    let other = "\(second.scratch.path)/other.json"
    let changed = text.replacingOccurrences(of: pack, with: String(pack.reversed()))
    try Data(changed.utf8).write(to: URL(fileURLWithPath: other))
    let third = try MarketHub(market)
    let refused = try third.run("market", "install", "--lock", other, "--yes", "--json")
    #expect(refused.exitCode == 3 && refused.output.contains("\"market.locked\""), "\(refused)")
    #expect(try third.installed() == [])
    let missing = try third.run("market", "install", "--lock", "\(other).none", "--yes")
    #expect(missing.exitCode == 1 && missing.errors.contains("other.json.none"), "\(missing)")
  }
}
