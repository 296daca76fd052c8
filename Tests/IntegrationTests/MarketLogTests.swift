import Foundation
import Testing

@Suite("The log of releases, by its commands") struct MarketLogTests {
  private func object(_ result: Program.Result) throws -> [String: Any] {
    try #require(
      JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any],
      "\(result.output) \(result.errors)")
  }

  @Test func `two hubs compare what they see, and a fork is refused, told and forgotten`() throws {
    let market = try Marketplace()
    try market.publish(.init())
    let (one, two) = (try MarketHub(market), try MarketHub(market))
    try one.install("books")
    let first = try one.run("market", "log", "--quiet")
    let lines = first.output.split(separator: "\n").map(String.init)
    #expect(first.exitCode == 0 && lines.count == 3 && lines.dropFirst().first == "1")
    try market.write("head", first.output)
    let (files, base) = (FileManager.default, "\(market.scratch.path)/base")
    try files.copyItem(atPath: market.repository, toPath: base)
    try market.publish(.init(version: "1.1.0"))
    let later = try two.run("market", "log", "--json", "--compare", "\(market.scratch.path)/head")
    let report = try object(later)
    let head = try #require(report["head"] as? [String: Any])
    #expect(later.exitCode == 0 && head["size"] as? Int == 2)
    #expect((report["compared"] as? [String: Any])?["result"] as? String == "consistent")
    // From where there was one release, it goes another way.
    try files.removeItem(atPath: market.repository)
    try files.moveItem(atPath: base, toPath: market.repository)
    try market.publish(.init(version: "1.2.0"))
    for _ in 0..<2 { try market.run(["market", "sign", market.repository, "--keys", market.keys]) }
    try market.write("other", later.output)
    let forked = try one.run("market", "log", "--json", "--compare", "\(market.scratch.path)/other")
    let compared = try object(forked)["compared"] as? [String: Any]
    #expect(forked.exitCode == 3 && compared?["result"] as? String == "forked", "\(forked)")
    for command in [["refresh"], ["install", "books", "--yes"], ["log"]] {
      let refused = try two.start(["market"] + command).wait()
      #expect(refused.exitCode == 3, "\(command): \(refused.output)")
      #expect(refused.errors.contains("releases that were in it are not, or are others"))
      #expect(refused.errors.contains("market log --forget"))
    }
    let unasked = try two.run("market", "log", "--forget")
    #expect(unasked.exitCode == 3 && unasked.errors.contains("Forget what this hub has seen"))
    let forgotten = try two.run("market", "log", "--forget", "--yes", "--json")
    #expect(try object(forgotten)["head"] != nil && forgotten.exitCode == 0)
    try two.install("books@1.2.0")
    let proven = try object(two.run("market", "log", "--json"))["proven"] as? [String]
    #expect(proven == ["acme/books 1.2.0"])
  }
}
