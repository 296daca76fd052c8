import Built
import Loopback
import PatchbayCore
import PatchbayHost
import PatchbayJSON
import Testing

@testable import PatchbayMarketplace

@Suite("Mirrors") struct MirrorTests {
  /// Serves a repository's folder.
  static func serve(
    _ folder: String,
    _ change: @escaping @Sendable (String, [UInt8]) -> [LoopbackServer.Act]? = { _, _ in nil }
  ) throws -> LoopbackServer {
    try LoopbackServer { request in
      guard let bytes = try? FileBytes.read(folder + request.target) else {
        return .answer(404, "{}")
      }
      return change(request.target, bytes) ?? .answer(200, bytes)
    }
  }

  static func begin() async throws -> Bazaar {
    let bazaar = try await Bazaar()
    try await bazaar.publish(PluginDraft())
    try bazaar.copy(to: "old")
    try await bazaar.publish(PluginDraft("1.1.0"))
    return bazaar
  }

  @Test func `over HTTP it is what it is in a folder`() async throws {
    let bazaar = try await Self.begin()
    let server = try Self.serve(bazaar.path)
    defer { server.stop() }
    let market = try bazaar.market(places: [server.url + "/"])
    #expect(market.addresses == [server.url])
    let store = try await market.install(market.prepare(InstallRequest("books")))
    #expect(store.active.map(\.manifest.version) == ["1.1.0"])
  }

  /// The first mirror lies, the second one is right.
  @Test(arguments: Lie.allCases)
  func `one that lies is passed by`(lie: Lie) async throws {
    let bazaar = try await Self.begin()
    // The hub has seen the newest state.
    _ = try await bazaar.market().refresh()
    let liar = try await lie.server(bazaar)
    defer { liar.stop() }
    let market = try bazaar.market(places: [liar.url, bazaar.path])
    let store = try await market.install(market.prepare(InstallRequest("books")))
    #expect(store.active.map(\.manifest.version) == ["1.1.0"], "\(lie)")
    #expect(try market.verify().map(\.problems) == [[]])
    #expect(!liar.requests.isEmpty)
    // Alone, it gets nothing installed, and it is said what each of the places did.
    let alone = try bazaar.market(places: [liar.url, liar.url + "/elsewhere"])
    let refusal = try await failure { _ = try await alone.prepare(InstallRequest("books")) }
    #expect(
      refusal?.message.contains("; at \(liar.url)/elsewhere: ") == true,
      "\(lie): \(refusal?.message ?? "")")
  }

  @Test func `a folder that is gone is passed by, and keeps nobody from what is installed`()
    async throws
  {
    let bazaar = try await Self.begin()
    try bazaar.copy(to: "mirror")
    _ = try bazaar.market(places: [bazaar.folder.file("mirror"), bazaar.path])
    try await bazaar.install("books")
    FileBytes.removeTree(bazaar.folder.file("mirror"))
    _ = try await bazaar.market().refresh()
    FileBytes.removeTree(bazaar.path)
    let market = try bazaar.market()
    let refusal = try await failure { _ = try await market.refresh() }
    #expect(refusal?.message.contains(bazaar.path) == true && refusal?.mend.isEmpty == false)
    #expect(try market.verify().map(\.problems) == [[]])
    #expect(try await market.remove("books").name == "acme/books")
  }

  @Test(arguments: ["ftp://market.example", "s3://bucket", "/no/such/folder", "no-such-folder", ""])
  func `what is no place is refused`(address: String) async throws {
    let bazaar = try await Bazaar()
    let failure = #expect(throws: Failure.self) {
      try Market.use([address], root: "\(bazaar.path)/root.json", in: bazaar.folder.file("data"))
    }
    #expect(failure?.code == "usage.market" && failure?.mend.contains("https://") == true)
  }

  @Test func `a hub changes its marketplace only while nothing is installed`() async throws {
    let (bazaar, other) = (try await Self.begin(), try await Bazaar())
    let (data, root) = (bazaar.folder.file("data"), "\(other.path)/root.json")
    _ = try await bazaar.market().refresh()
    try Market.use([other.path], root: root, in: data)
    #expect(try bazaar.market().addresses == [other.path] && bazaar.market().known() == nil)
    try Market.use([bazaar.path], root: "\(bazaar.path)/root.json", in: data)
    try await bazaar.install("books")
    let refusal = #expect(throws: Failure.self) {
      try Market.use([other.path], root: root, in: data)
    }
    #expect(refusal?.code == "market.other_root" && refusal?.message.contains("acme/books") == true)
    // The same root at another place is fine.
    try Market.use(
      [bazaar.folder.file("old"), bazaar.path], root: "\(bazaar.path)/root.json", in: data)
    try await bazaar.install("books")
  }

  @Test(arguments: [
    "", "{", "[]", #"{"market":2}"#, #"{"market":1,"root_sha256":"x","places":[]}"#,
  ])
  func `a damaged market.json is refused, with a way out`(text: String) async throws {
    let bazaar = try await Self.begin()
    try await bazaar.install("books")
    try FileBytes.replace(bazaar.folder.file("data/market/market.json"), with: Array(text.utf8))
    let failure = #expect(throws: Failure.self) { try bazaar.market() }
    #expect(failure?.code == "market.config" && failure?.mend.contains("market use") == true)
    // What is installed runs all the same.
    try bazaar.load("books").probe()
  }
}
