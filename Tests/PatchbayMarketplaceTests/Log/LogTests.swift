import Built
import Loopback
import PatchbayCore
import PatchbayCrypto
import PatchbayHost
import PatchbayJSON
import PatchbayTUF
import Testing

@testable import PatchbayMarketplace

@Suite("The log of releases") struct LogTests {
  /// A hub that has books 1.0.0, and has seen two releases; `base` is the repository with one.
  static func begin() async throws -> Bazaar {
    let bazaar = try await Bazaar()
    try await bazaar.publish(PluginDraft())
    try bazaar.copy(to: "base")
    try await bazaar.install("books")
    try await bazaar.publish(PluginDraft("1.1.0"))
    _ = try await bazaar.market().refresh()
    return bazaar
  }

  /// The repository goes another way from where it had one release.
  static func fork(_ bazaar: Bazaar, _ versions: String...) async throws {
    try bazaar.restore("base")
    for version in versions { try await bazaar.publish(PluginDraft(version)) }
    for _ in 0..<3 { try await bazaar.renew() }
  }

  static func head(_ bazaar: Bazaar, in data: String = "data") async throws -> LogHead {
    try await bazaar.market(data).log().head
  }

  @Test func `each release is an entry, and hubs of any age agree on the head`() async throws {
    let bazaar = try await Bazaar()
    #expect(try bazaar.repository.log()?.size == 0)
    let new = try await Self.head(bazaar, in: "first")
    #expect(new.size == 0 && new.root == Merkle.empty)
    try await bazaar.publish(PluginDraft())
    #expect(try await Self.head(bazaar, in: "first").size == 1)
    try await bazaar.publish(
      PluginDraft("1.1.0"), PluginDraft("1.2.0"))
    try await bazaar.renew()
    try await bazaar.revoke("acme/books", "1.1.0")
    let (first, late) = (
      try await Self.head(bazaar, in: "first"), try await Self.head(bazaar, in: "late")
    )
    #expect(first == late && first.size == 3 && first.origin == new.origin)
    #expect(try bazaar.repository.log() == first)
    try await bazaar.install("books@1.0.0")
    try await bazaar.install("books@1.2.0")
    let report = try await bazaar.market().log()
    #expect(report.proven == ["acme/books 1.2.0", "acme/books 1.0.0"] && report.unproven.isEmpty)
    #expect(try await bazaar.market("late").log(comparing: new).comparison == .consistent)
  }

  @Test func `more releases than a tile has`() async throws {
    let bazaar = try await Bazaar()
    try await bazaar.publish(PluginDraft())
    try await bazaar.install("books")
    try await bazaar.fill(254)
    _ = try await bazaar.market().refresh()
    try await bazaar.publish(PluginDraft("1.1.0"))
    #expect(try await Self.head(bazaar).size == 256)
    // The full tile has what its parts had: they are gone, and who knew of 255 goes on.
    let log = "\(bazaar.path)/targets/log/tile"
    #expect(FileBytes.exists("\(log)/0/000") && !FileBytes.exists("\(log)/0/000.p"))
    #expect(FileBytes.exists("\(log)/1/000.p/1") && FileBytes.exists("\(log)/entries/000"))
    try await bazaar.publish(PluginDraft("1.2.0"))
    try await bazaar.install("books")
    let report = try await bazaar.market().log()
    #expect(report.head.size == 257 && report.proven.count == 2)
  }

  // MARK: Forks

  @Test(arguments: [["1.2.0"], ["1.2.0", "1.3.0"], ["1.2.0", "1.3.0", "1.4.0"]])
  func `one that forks is refused, and stays refused`(versions: [String]) async throws {
    let bazaar = try await Self.begin()
    let known = try await Self.head(bazaar)
    try bazaar.copy(to: "good")
    try bazaar.restore("base")
    for version in versions { try await bazaar.publish(PluginDraft(version)) }
    for _ in 0..<3 { try await bazaar.renew() }
    let refusal = try await failure { _ = try await bazaar.market().refresh() }
    #expect(refusal?.code == "market.fork", "\(refusal?.message ?? "it was taken")")
    #expect(refusal?.message.contains(known.rootText) == true)
    #expect(refusal?.mend.contains("market log --forget") == true)
    // It is written down, with what was signed before and after.
    let text = try FileBytes.read(bazaar.folder.file("data/market/fork.json"))
    let fork = try JSON(reading: text)
    #expect(fork["known"] == known.json && fork["seen"]?["size"]?.integer ?? 0 >= 2)
    #expect(fork["signed"]?.array?.compactMap { $0["signatures"] }.count == 2)
    // Also for the right one, and for who only looks; what is installed runs.
    try bazaar.restore("good")
    for _ in 0..<4 { try await bazaar.renew() }
    let again = try await failure { try await bazaar.install("books") }
    #expect(again?.code == "market.fork" && again?.message == refusal?.message)
    #expect(try bazaar.load("books").manifest.version == "1.0.0")
    #expect(try bazaar.market().verify().map(\.problems) == [[]])
    // Until somebody says so.
    try await bazaar.market().forgetLog()
    try await bazaar.install("books")
    #expect(try await Self.head(bazaar) == known)
  }

  @Test func `one that is rewound, changed for another or taken away is refused`() async throws {
    for harm in 0..<3 {
      let bazaar = try await Self.begin()
      var forgery = try Forgery(bazaar)
      let head = try await Self.head(bazaar)
      let base = try #require(try MarketRepository(bazaar.folder.file("base")).log())
      let texts = [base.text, LogHead(origin: "other", size: head.size, root: head.root).text]
      let target =
        harm < 2 ? try forgery.target(LogHead.path, Array(texts[harm].utf8)) : nil
      try forgery.put("registry", keys: ["registry"]) { $0.targets[LogHead.path] = target }
      try forgery.publish()
      let refusal = try await failure { try await bazaar.install("books") }
      let why = ["fewer releases", "another log", "no log any more"][harm]
      #expect(refusal?.code == "market.fork" && refusal?.message.contains(why) == true, "\(why)")
      #expect(try bazaar.load("books").manifest.version == "1.0.0")
    }
  }

  @Test func `two hubs that are shown different logs find out by their heads`() async throws {
    let bazaar = try await Self.begin()
    let mine = try await Self.head(bazaar)
    try bazaar.copy(to: "good")
    // The same size, then a larger one.
    try await Self.fork(bazaar, "1.2.0")
    let theirs = try await Self.head(bazaar, in: "victim")
    #expect(theirs.size == mine.size && theirs != mine)
    #expect(try await bazaar.market("victim").log(comparing: mine).comparison == .forked)
    try await bazaar.publish(PluginDraft("1.3.0"))
    #expect(try await bazaar.market("victim").log(comparing: mine).comparison == .forked)
    let larger = try await Self.head(bazaar, in: "victim")
    #expect(try await bazaar.market("victim").log(comparing: theirs).comparison == .consistent)
    #expect(try await bazaar.market("victim").log(comparing: larger).comparison == .consistent)
    try bazaar.restore("good")
    // What is not to be had here proves nothing of it.
    #expect(try await bazaar.market().log(comparing: larger).comparison == .unproven)
    #expect(try await bazaar.market().log(comparing: theirs).comparison == .forked)
    try await bazaar.publish(PluginDraft("1.4.0"), PluginDraft("1.5.0"))
    #expect(try await bazaar.market().log(comparing: larger).comparison == .forked)
    let other = LogHead(origin: "another", size: 1, root: mine.root)
    #expect(try await bazaar.market().log(comparing: other).comparison == .forked)
  }

  // MARK: Entries

  @Test func `a release that both signed and nobody logged is not installed`() async throws {
    let bazaar = try await Self.begin()
    var forgery = try Forgery(bazaar)
    let path = Release.path("acme/books", "1.1.0")
    let known = try forgery.repository.metadata(of: "acme").targets[path].orThrow()
    let text = String(decoding: try bazaar.repository.read(known), as: UTF8.self)
    let notes = text.replacing("\"release\":1,", with: "\"release\":1,\"notes\":\"for you\",")
    let target = try forgery.target(path, Array(notes.utf8), custom: known.custom)
    try forgery.put("acme", keys: ["acme", "registry"]) { $0.targets[path] = target }
    try forgery.publish()
    let refusal = try await failure { try await bazaar.install("books") }
    #expect(refusal?.code == "market.unlogged", "\(refusal?.message ?? "it was installed")")
    #expect(refusal?.message.contains("is of another release") == true)
  }

  @Test(arguments: [nil, 0, 1, 2, 1 << 40] as [Int64?])
  func `a catalogue that names another entry, or none, gets nothing installed`(index: Int64?)
    async throws
  {
    let bazaar = try await Self.begin()
    var forgery = try Forgery(bazaar)
    let registry = try forgery.repository.metadata(of: "registry")
    let catalogue = try bazaar.repository.list(Catalogue.path, of: registry)
    let text = catalogue.text.replacing(
      "\"log\":1", with: index.map { "\"log\":\($0)" } ?? "\"published_ms\":1")
    let target = try forgery.target(
      Catalogue.path,
      Array(text.replacing("\"published_ms\":1}", with: "}").replacing(",}", with: "}").utf8))
    try forgery.put("registry", keys: ["registry"]) { $0.targets[target.path] = target }
    try forgery.publish()
    let refusal = try await failure { try await bazaar.install("books") }
    if index == 1 {
      #expect(refusal == nil)
    } else {
      #expect(refusal?.code == "market.unlogged", "\(refusal?.message ?? "it was installed")")
    }
  }

  // MARK: Tiles

  static let harms: [(String, @Sendable ([UInt8]) -> [LoopbackServer.Act])] = [
    ("missing", { _ in .answer(404) }), ("empty", { _ in .answer(200, [UInt8]()) }),
    ("short", { .answer(200, Array($0.dropLast())) }), ("longer", { .answer(200, $0 + [0]) }),
    ("much longer", { .answer(200, $0 + [UInt8](repeating: 0, count: 1 << 20)) }),
    ("changed", { .answer(200, [$0[0] ^ 1] + $0.dropFirst()) }),
    ("its last byte changed", { .answer(200, $0.dropLast() + [($0.last ?? 0) ^ 1]) }),
    ("other hashes in it", { .answer(200, Array($0.dropFirst(32) + $0.prefix(32))) }),
    ("zeros", { .answer(200, [UInt8](repeating: 0, count: $0.count)) }),
    ("an error", { _ in .answer(501) }),
  ]

  @Test(arguments: harms.indices)
  func `a mirror whose tiles are wrong is passed by, and is no fork`(index: Int) async throws {
    let bazaar = try await Self.begin()
    try await bazaar.publish(PluginDraft("1.2.0"), PluginDraft("1.3.0"))
    let (name, harm) = Self.harms[index]
    let server = try MirrorTests.serve(bazaar.path) { target, bytes in
      target.contains("/log/tile/") ? harm(bytes) : nil
    }
    defer { server.stop() }
    let alone = try bazaar.market(places: [server.url])
    for _ in 0..<2 {
      let refusal = try await failure { _ = try await alone.refresh() }
      #expect(refusal?.code == "market.tile", "\(name): \(refusal?.message ?? "it was taken")")
    }
    // A hub that knows no log yet installs nothing that is not proven.
    try Market.use([server.url], root: "\(bazaar.path)/root.json", in: bazaar.folder.file("new"))
    let refusal = try await failure { try await bazaar.install("books", in: "new") }
    #expect(refusal?.code == "market.tile", "\(name): \(refusal?.message ?? "it was installed")")
    let market = try bazaar.market(places: [server.url, bazaar.path])
    let store = try await market.install(market.prepare(InstallRequest("books")))
    #expect(store.active.map(\.manifest.version) == ["1.3.0"], "\(name)")
  }

  @Test(arguments: [
    "", "a\n1\n", "a\n1\nAAAA\n", "a\n-1\n\(root)\n", "a\n01\n\(root)\n", "a b\n1\n\(root)\n",
    "\n1\n\(root)\n", "a\n1\n\(root)\nmore\n", "a\n1099511627777\n\(root)\n", "a\n+1\n\(root)\n",
    "a\n9223372036854775808\n\(root)\n", "é\n1\n\(root)\n",
  ])
  func `what is no head is refused`(text: String) {
    let failure = #expect(throws: Failure.self) {
      try LogHead(reading: Array(text.utf8), from: "it")
    }
    #expect(failure?.code == "market.log_head" && failure?.mend.isEmpty == false)
  }

  private static let root = Base64.encode([UInt8](repeating: 7, count: 32))

  @Test func `a head is read as it is written`() throws {
    let head = LogHead(origin: "a/b", size: 1 << 40, root: [UInt8](repeating: 7, count: 32))
    #expect(try LogHead(reading: Array(head.text.utf8), from: "it") == head)
    #expect(try LogHead(reading: Array(head.text.dropLast().utf8), from: "it") == head)
  }

  // MARK: Repositories

  @Test func `without a log nothing is installed, and what is installed learns of revocations`()
    async throws
  {
    let bazaar = try await Bazaar()
    try await bazaar.publish(PluginDraft())
    try await bazaar.install("books", in: "before")
    try await bazaar.market("before").forgetLog()
    try bazaar.makeOld()
    try await bazaar.market("before").forgetLog()
    // Without the offline key it goes on as it was.
    let ring = try bazaar.ring(without: "targets")
    _ = try await bazaar.repository.renew(ring, nowMS: bazaar.nowMS)
    let packs = [try PluginDraft("1.1.0").pack(in: bazaar.folder)]
    _ = try await bazaar.repository.accept(
      bazaar.submission(packs), ring, Bazaar.rules, nowMS: bazaar.nowMS)
    #expect(try bazaar.repository.log() == nil)
    #expect(try await bazaar.market("before").refresh().log == nil)
    let refusal = try await failure { try await bazaar.install("books", in: "before") }
    #expect(refusal?.code == "market.no_log" && refusal?.mend.contains("market sign") == true)
    #expect(try await failure { _ = try await bazaar.market().log() }?.code == "market.no_log")
    // With it the next change begins a log, with all that is public.
    try await bazaar.revoke("acme/books", "1.0.0")
    #expect(try bazaar.repository.log()?.size == 2)
    let lists = try await bazaar.market("before").refresh()
    #expect(lists.log?.size == 2 && lists.revocations.entries.count == 1)
    try await bazaar.install("books", in: "before")
    #expect(try await bazaar.market("before").log().proven.count == 2)
  }

  @Test func `a repository whose log was damaged publishes nothing`() async throws {
    let bazaar = try await Self.begin()
    let path = "\(bazaar.path)/targets/log/tile/entries/000.p/2"
    var bytes = try FileBytes.read(path)
    bytes[10] ^= 1
    for harm in [bytes, Array(bytes.dropLast())] {
      try FileBytes.replace(path, with: harm)
      let refusal = try await failure { try await bazaar.publish(PluginDraft("1.2.0")) }
      #expect(refusal?.code == "market.log_damaged", "\(refusal?.message ?? "it was published")")
    }
    #expect(try bazaar.repository.log()?.size == 2)
  }

  @Test func `a bundle proves it to hubs that have seen more or less`() async throws {
    let bazaar = try await Bazaar()
    try await bazaar.publish(PluginDraft())
    for data in ["old", "new"] { _ = try await bazaar.market(data).refresh() }
    try await bazaar.fill(20)
    _ = try await bazaar.market("new").refresh()
    try await bazaar.publish(PluginDraft("1.1.0"))
    let bytes = try await bazaar.market("maker").bundle(InstallRequest("books"))
    let file = bazaar.folder.file("books.bundle")
    try FileBytes.replace(file, with: bytes)
    for data in ["old", "new", "fresh"] {
      let market = try bazaar.market(data, from: file)
      let store = try await market.install(market.prepare(InstallRequest("books")))
      #expect(store.active.map(\.manifest.version) == ["1.1.0"])
    }
  }
}
