import Foundation
import Testing

/// What the commands of the marketplace say to people who made a mistake.
@Suite("The commands of a marketplace") struct MarketUsageTests {
  static let wrong: [(arguments: [String], code: Int32, hint: String)] = [
    (["market", "instal"], 2, "install"),
    (["market", "install"], 2, "market install ID"),
    (["market", "install", "books", "letters"], 2, "letters"),
    (["market", "install", "books@newest"], 2, "ID@VERSION"),
    (["market", "install", "@1.0.0"], 2, "NAMESPACE/ID"),
    (["market", "install", "book", "--yes"], 2, "there are: acme/books"),
    (["market", "install", "nothing", "--yes"], 2, "market search"),
    (["market", "install", "books@9.9.9", "--yes"], 2, "known versions: 1.0.0"),
    (["market", "install", "books", "--yess"], 2, "--yes"),
    (["market", "install", "books", "--from", "/nowhere", "--yes"], 2, "/nowhere"),
    (["market", "install", "books", "--from", "ftp://x", "--yes"], 2, "https://"),
    (["market", "info"], 2, "ID"), (["market", "info", "zzz"], 2, "market search"),
    (["market", "search", "--kind", "crm"], 2, "connector"),
    (["market", "list", "books"], 2, "books"),
    (["market", "upgrade", "letters"], 2, "installed: acme/books"),
    (["market", "rollback"], 2, "ID"), (["market", "rollback", "books"], 2, "@VERSION"),
    (["market", "pin"], 2, "ID"), (["market", "unpin", "letters"], 2, "installed: acme/books"),
    (["market", "remove"], 2, "ID"), (["market", "remove", "letters"], 2, "acme/books"),
    (["market", "verify", "letters"], 2, "installed: acme/books"),
    (["market", "use"], 2, "PLACE"), (["market", "use", "/nowhere", "--root", "x"], 2, "https://"),
    (["market", "use", "."], 2, "--root"),
    (["market", "use", ".", "--root", "/nowhere/root.json"], 1, "/nowhere/root.json"),
    (["market", "bundle", "books"], 2, "FILE"), (["market", "bundle"], 2, "ID"),
    (["market", "key"], 2, "FILE"), (["market", "init"], 2, "REPOSITORY"),
    (["market", "init", "/nowhere/x"], 2, "--keys DIR"),
    (["market", "init", "/nowhere/x", "--keys", "/nowhere/k", "--threshold", "0"], 2, "threshold"),
    (["market", "init", "/nowhere/x", "--keys", "/nowhere/k", "--days", "x=1"], 2, "ROLE=N"),
    (["market", "admit", "/nowhere"], 2, "FILE.json"),
    (["market", "admit", "/nowhere", "a.json"], 2, "--key"),
    (["market", "publish", "--repository", "/nowhere"], 2, "PACK"),
    (["market", "publish", "a.patchbay"], 2, "--repository"),
    (["market", "publish", "/nowhere/a", "--repository", "/nowhere"], 1, "/nowhere/a"),
    (["market", "sign"], 2, "REPOSITORY"), (["market", "sign", "/nowhere"], 1, "market init"),
    (["market", "rotate"], 2, "REPOSITORY"), (["market", "rotate", "/nowhere"], 1, "market init"),
    (["market", "revoke", "/nowhere"], 2, "NAME"),
    (["market", "revoke", "/nowhere", "a/b"], 2, "--reason"),
    (["market", "revoke", "/nowhere", "a/b", "--reason", "r"], 1, "market init"),
  ]

  @Test func `say what is wrong, where, and what would be right`() throws {
    let market = try Marketplace()
    try market.publish(.init())
    let hub = try MarketHub(market)
    try hub.install("books")
    for (arguments, code, hint) in Self.wrong {
      let result = try hub.start(arguments).wait()
      #expect(result.exitCode == code, "\(arguments): \(result)")
      #expect(result.errors.contains(hint), "\(arguments): \(result)")
      let machine = try hub.start(arguments + ["--json"]).wait()
      let json = try? JSONSerialization.jsonObject(with: Data(machine.output.utf8))
      let error = (json as? [String: Any])?["error"] as? [String: Any]
      #expect(machine.exitCode == code, "\(arguments): \(machine)")
      #expect(error?["code"] is String && error?["message"] is String, "\(arguments): \(machine)")
    }
    #expect(try hub.installed() == ["acme/books 1.0.0"])
    #expect(try hub.leftovers() == [])
  }

  @Test func `explain themselves, and complete`() throws {
    let hub = try MarketHub()
    let verbs = Set(Self.wrong.compactMap { $0.arguments.dropFirst().first }).subtracting(["instal"]
    )
    #expect(verbs.count > 15)
    let all = try hub.run("market", "--help").output
    let completed = try ["bash", "zsh", "fish"].map { try hub.run("completion", $0).output }
    for verb in verbs {
      #expect(all.contains("market \(verb)") || all.contains("\n  \(verb) "), "\(verb)")
      let help = try hub.run("market", verb, "--help")
      #expect(help.exitCode == 0 && help.output.contains("patchbay market \(verb)"), "\(help)")
      #expect(completed.allSatisfy { $0.contains(verb) }, "\(verb)")
    }
  }
}
