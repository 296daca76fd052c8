import Built
import PatchbayCore
import PatchbayCrypto
import PatchbayHost
import PatchbayJSON
import Seeded
import Testing

@testable import PatchbayMarketplace

@Suite("The lock file") struct LockTests {
  static func version(_ text: String, _ seed: String) throws -> Lock.Version {
    func hash(_ name: String) -> String { Hex.encode(Digest.sha256(seed + name)) }
    return Lock.Version(
      version: text, pack: hash("pack"), library: hash("library"), release: hash("release"),
      tier: .verified, installedMS: Bazaar.nowMS, reach: Reach(ReachTests.json, manifest: nil),
      terms: [
        "currency": "EUR", "prices": [], "shares": [["party": "acme", "ppm": 1_000_000]],
      ], platformPPM: 300_000, manifest: try PluginDraft(text).manifest)
  }

  static func lock() throws -> Lock {
    var lock = Lock()
    lock.put(
      .init(name: "acme/films", active: try version("1.0.0", "f"), isPinned: false, earlier: []))
    lock.put(
      .init(
        name: "acme/books", active: try version("2.0.0", "a"), isPinned: true,
        earlier: [try version("1.1.0", "b"), try version("1.0.0", "c")]))
    return lock
  }

  @Test func `it is read as it was written`() throws {
    let folder = try TestFolder()
    let lock = try Self.lock()
    #expect(Lock.shape.problems(in: lock.json).isEmpty)
    let path = try folder.write(Array(lock.json.prettyText.utf8), to: "lock.json")
    let again = try Lock(reading: path, mustExist: true)
    #expect(again.json == lock.json)
    #expect(again.plugins.map(\.name) == ["acme/books", "acme/films"])
    let plugin = try #require(again.plugin("books"))
    #expect(plugin.isPinned && plugin.versions.map(\.version) == ["2.0.0", "1.1.0", "1.0.0"])
    #expect(again.requests.map(\.version) == ["2.0.0", "1.0.0"])
    #expect(again.requests.map(\.pack) == again.plugins.map(\.active.pack))
  }

  @Test func `where there is none, nothing is installed`() throws {
    let folder = try TestFolder()
    #expect(try Lock(reading: folder.file("lock.json")).plugins.isEmpty)
    let failure = #expect(throws: Failure.self) {
      try Lock(reading: folder.file("lock.json"), mustExist: true)
    }
    #expect(failure?.code == "file.read" && failure?.message.contains("lock.json") == true)
  }

  /// Every member of it, gone or turned into something else.
  @Test func `every damage is noticed, and named`() throws {
    let folder = try TestFolder()
    try FileBytes.makeFolder(folder.file("market"))
    let lock = try Self.lock().json
    var tried = 0
    for path in JSONPlace.all(in: lock) {
      for value in [nil, 7, "?", [], ["x": 1]] as [JSON?] where !Self.isHarmless(path, value) {
        let damaged = JSONPlace.put(value, at: path[...], in: lock)
        if damaged == lock { continue }
        tried += 1
        try folder.write(damaged.bytes, to: "market/lock.json")
        // A hub goes on with the rest; what changes the lock is told of a damage to all of it.
        let store = MarketStore.open(folder.path)
        guard let failure = store.refused.first?.failure else {
          Issue.record("\(path): \(value?.text ?? "gone") was not noticed")
          continue
        }
        #expect(failure.code == "market.lock" && failure.mend.contains("backup"))
        #expect(failure.message.contains("lock.json"), "\(failure.message)")
      }
    }
    #expect(tried > 150)
  }

  /// Whether it says something else by that, and no nonsense.
  private static func isHarmless(_ path: [JSONPlace], _ value: JSON?) -> Bool {
    switch (path.last, value) {
    case (.element, nil): true
    case (.element, "?"): path.contains(.member("reach"))
    case (.member("installed_ms"), 7), (.member("platform_ppm"), 7): true
    case (.member("base_url"), nil), (.member("prices"), []), (.member("auth"), []): true
    case (.member("party"), "?"), (.member("secret"), nil), (.member("secret"), "?"): true
    case (.member(let name), []): ["plugins", "earlier", "hosts", "secrets"].contains(name)
    default: false
    }
  }

  @Test func `a plugin that stands there twice is noticed`() throws {
    let folder = try TestFolder()
    let lock = try Self.lock()
    for twice in [
      lock.plugins[0],
      .init(name: "ada/books", active: lock.plugins[1].active, isPinned: false, earlier: []),
    ] {
      let bytes = Lock(lock.plugins + [twice]).json.bytes
      let path = try folder.write(bytes, to: "lock.json")
      let failure = #expect(throws: Failure.self) { try Lock(reading: path) }
      #expect(failure?.code == "market.lock" && failure?.message.contains("books") == true)
    }
  }

  @Test func `a file that ends early is noticed`() throws {
    let folder = try TestFolder()
    let bytes = try Self.lock().json.bytes
    for count in stride(from: 0, to: bytes.count, by: 97) {
      let path = try folder.write(Array(bytes.prefix(count)), to: "lock.json")
      let failure = #expect(throws: Failure.self) { try Lock(reading: path) }
      #expect(failure?.code == "market.lock" && failure?.mend.contains("backup") == true)
    }
  }
}
