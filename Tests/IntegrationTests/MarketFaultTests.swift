import Foundation
import Seeded
import Testing

/// What is left when the program ends in the midst of a change, or the disk is full.
@Suite("A marketplace under faults") struct MarketFaultTests {
  /// A marketplace with two versions, and a data folder that has the first one, or none.
  private struct Place {
    let market: Marketplace
    let before: MarketHub
    let library: String

    init(isInstalled: Bool) throws {
      market = try Marketplace()
      before = try MarketHub(market)
      library = "\(market.scratch.path)/faults.so"
      try Faults.library.get().write(to: URL(fileURLWithPath: library))
      try market.publish(.init())
      if isInstalled { try before.install("books") }
      try market.publish(.init(version: "1.1.0"))
    }

    /// A data folder as it was before.
    func hub() throws -> MarketHub {
      let hub = try MarketHub()
      try FileManager.default.copyItem(atPath: before.data, toPath: hub.data)
      return hub
    }

    func change(_ hub: MarketHub, _ fault: String, _ value: String) throws -> Program.Result {
      try hub.start(
        ["market", "install", "books", "--yes", "-q"], ["LD_PRELOAD": library, fault: value]
      ).wait()
    }

    /// Moments of a whole run, from its first call that changes a file to its last.
    func moments(_ count: Int, _ seed: UInt64, _ run: (String, String) throws -> Program.Result)
      throws -> [Int]
    {
      let path = "\(market.scratch.path)/count"
      try #require(try run("FAULT_COUNT", path).exitCode == 0)
      let text = try String(contentsOfFile: path, encoding: .utf8)
      let calls = try #require(Int(text.dropLast()))
      var random = Draw(seed)
      return (0..<count - 1).map { 1 + ($0 * calls + random.below(calls)) / count } + [calls]
    }
  }

  /// The state of before or after, and all that looks at it works.
  private func expectWhole(_ hub: MarketHub, _ states: [[String]], _ comment: Comment) throws
    -> [String]
  {
    let found = try hub.installed()
    #expect(states.contains(found), comment)
    let verified = try hub.run("market", "verify")
    #expect(verified.exitCode == 0, "\(comment) \(verified.errors)")
    let listed = try hub.list("plugin", "list").map {
      "acme/\($0["id"] ?? "") \($0["version"] ?? "")"
    }
    #expect(listed == found, comment)
    return found
  }

  @Test(arguments: [false, true])
  func `A kill leaves the old state or the new, and the next run tidies up`(isInstalled: Bool)
    throws
  {
    let place = try Place(isInstalled: isInstalled)
    let old = isInstalled ? ["acme/books 1.0.0"] : []
    let seed = Scale.fresh
    let counted = try place.hub()
    let moments = try place.moments(Scale.count(quick: 10, nightly: 40), seed) {
      try place.change(counted, $0, $1)
    }
    var seen: Set<[String]> = []
    for moment in moments {
      let comment: Comment = "killed at call \(moment) of \(moments.last ?? 0), seed \(seed)"
      let hub = try place.hub()
      let killed = try place.change(hub, "FAULT_KILL_AT", "\(moment)")
      #expect(killed.exitCode == -1, comment)
      seen.insert(try expectWhole(hub, [old, ["acme/books 1.1.0"]], comment))
      try hub.install("books")
      #expect(try expectWhole(hub, [["acme/books 1.1.0"]], comment) != old)
      // Where it was new already, an installation of anything tidies up.
      if try hub.leftovers() != [] { try hub.install("books@1.0.0") }
      let left = try hub.leftovers()
      #expect(left == [], comment)
    }
    #expect(seen.count == 2, "all kills were on one side (seed \(seed))")
  }

  @Test func `A kill of what publishes leaves hubs the old state or the new`() throws {
    let place = try Place(isInstalled: false)
    let market = place.market
    let pack = try market.pack(.init(version: "1.2.0"))
    let whole = "\(market.scratch.path)/whole"
    try FileManager.default.copyItem(atPath: market.repository, toPath: whole)
    func publish(_ fault: String, _ value: String) throws -> Program.Result {
      try FileManager.default.removeItem(atPath: market.repository)
      try FileManager.default.copyItem(atPath: whole, toPath: market.repository)
      return try Program(
        "patchbay",
        [
          "market", "publish", pack, "--repository", market.repository, "--keys", market.keys,
          "--keys", market.key("acme"),
        ], environment: ["LD_PRELOAD": place.library, fault: value]
      ).wait()
    }
    let seed = Scale.fresh
    let moments = try place.moments(Scale.count(quick: 6, nightly: 20), seed, publish)
    var seen: Set<[String]> = []
    for moment in moments {
      let comment: Comment = "killed at call \(moment), seed \(seed)"
      let killed = try publish("FAULT_KILL_AT", "\(moment)")
      try #require(killed.exitCode == -1, comment)
      let hub = try MarketHub(market)
      try hub.install("books")
      let found = try hub.installed()
      #expect([["acme/books 1.1.0"], ["acme/books 1.2.0"]].contains(found), comment)
      seen.insert(found)
      // What was left is in nobody's way, and gone after the next change.
      try market.run([
        "market", "publish", pack, "--repository", market.repository, "--keys", market.keys,
        "--keys", market.key("acme"), "--replace",
      ])
      try hub.install("books")
      #expect(try hub.installed() == ["acme/books 1.2.0"], comment)
      let files = FileManager.default.enumerator(atPath: market.repository)
      let left = (files?.allObjects as? [String] ?? []).filter { $0.hasSuffix(".next") }
      #expect(left == [], comment)
    }
    #expect(seen.count == 2, "all kills were on one side (seed \(seed))")
  }

  @Test(arguments: [false, true])
  func `A full disk is said, and the old state stays`(isInstalled: Bool) throws {
    let place = try Place(isInstalled: isInstalled)
    let old = isInstalled ? ["acme/books 1.0.0"] : []
    let seed = Scale.fresh
    let counted = try place.hub()
    let count = Scale.count(quick: 5, nightly: 15)
    for moment in try place.moments(count, seed, { try place.change(counted, $0, $1) }) {
      let comment: Comment = "full from call \(moment) on, seed \(seed)"
      let hub = try place.hub()
      let result = try place.change(hub, "FAULT_FULL_AT", "\(moment)")
      let found = try expectWhole(hub, [old, ["acme/books 1.1.0"]], comment)
      // What was done when the disk was full is done; nothing else says that it is.
      #expect(result.exitCode == (found == old ? 1 : 0), "\(comment) \(result)")
      if result.exitCode != 0 {
        #expect(result.errors.contains("cannot") && result.errors.contains("→"), "\(result)")
        let left = try hub.leftovers()
        #expect(left == [], comment)
      }
    }
  }

  @Test func `A limit on the size of files is said like a full disk`() throws {
    let market = try Marketplace()
    try market.publish(.init())
    let hub = try MarketHub(market)
    let refused = try hub.shell("ulimit -f 8; hub market install books --yes --quiet")
    #expect(refused.exitCode == 1, "\(refused)")
    #expect(refused.errors.contains("cannot write"), "\(refused)")
    #expect(refused.errors.contains("check the free space"), "\(refused)")
    #expect(try hub.installed() == [])
    try hub.install("books")
    #expect(try hub.leftovers() == [])
  }
}
