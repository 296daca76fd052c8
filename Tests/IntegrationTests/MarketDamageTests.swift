import Foundation
import Testing

/// The marketplace of this repository's own plugins, which every build makes.
@Suite("The marketplace of a build") struct MarketDamageTests {
  /// A copy of it, and a hub that uses the copy.
  private struct Copy {
    let scratch: Scratch
    let hub: MarketHub
    var repository: String { "\(scratch.path)/marketplace" }

    init(_ place: String = "\(Program.folder)/marketplace") throws {
      scratch = try Scratch()
      hub = try MarketHub()
      try FileManager.default.copyItem(atPath: place, toPath: "\(scratch.path)/marketplace")
      let used = try hub.run("market", "use", repository, "--root", "\(repository)/root.json")
      try #require(used.exitCode == 0, "\(used.errors)")
    }

    /// The newest file whose path ends so.
    func file(_ end: String) throws -> String {
      let all = FileManager.default.enumerator(atPath: repository)?.allObjects as? [String]
      let found = try #require(
        all?.filter { $0.hasSuffix(end) }.max {
          $0.compare($1, options: .numeric) == .orderedAscending
        },
        "\(end)")
      return "\(repository)/\(found)"
    }
  }

  /// What somebody does to the files, which file it is, and what is said of it.
  enum Damage: String, CaseIterable {
    case pack = ".patchbay", snapshot = ".snapshot.json", publisher = ".patchbay.json"
    case timestamp = "timestamp.json", nextRoot = "2.root.json"

    var expected: (code: String, words: String) {
      switch self {
      case .pack: ("tuf.hash", "rest")
      case .snapshot: ("tuf.hash", "snapshot")
      // The snapshot names its version, and its signatures prove the rest: a byte that differs
      // breaks these, or its form.
      case .publisher: ("tuf.", "patchbay")
      case .timestamp: ("tuf.missing", "timestamp.json")
      case .nextRoot: ("tuf.signatures", "root version 2")
      }
    }
  }

  @Test(
    "is not believed where a byte of it differs, a file is gone or another's",
    arguments:
      Damage.allCases)
  func damage(_ damage: Damage) throws {
    let copy = try Copy()
    // What a hub has already is not fetched again.
    let signed = try Program(
      "patchbay",
      ["market", "sign", copy.repository, "--keys", "\(Program.folder)/marketplace-keys"]
    ).wait()
    try #require(signed.exitCode == 0, "\(signed.errors)")
    switch damage {
    case .pack, .snapshot, .publisher:
      // “rest” is the last of the packs.
      let url = URL(fileURLWithPath: try copy.file(damage.rawValue))
      var bytes = try Data(contentsOf: url)
      bytes[bytes.count / 2] ^= 1
      try bytes.write(to: url)
    case .timestamp: try FileManager.default.removeItem(atPath: copy.file(damage.rawValue))
    case .nextRoot:
      let other = try Marketplace()
      let text = try String(contentsOfFile: other.root, encoding: .utf8)
      let next = text.replacingOccurrences(of: "\"version\":1", with: "\"version\":2")
      try Data(next.utf8).write(
        to: URL(fileURLWithPath: "\(copy.repository)/metadata/2.root.json"))
    }
    let refused = try copy.hub.run("market", "install", "rest", "--yes", "--json")
    let (code, words) = damage.expected
    #expect(refused.exitCode != 0 && refused.output.contains("\"code\": \"\(code)"), "\(refused)")
    #expect(refused.errors.contains(words) && refused.errors.contains("→"), "\(refused)")
    #expect(try copy.hub.installed() == [] && copy.hub.leftovers() == [])
  }

  @Test func `is not believed by whoever trusts another root`() throws {
    let copy = try Copy()
    let other = try Marketplace()
    let hub = try MarketHub()
    let used = try hub.run("market", "use", copy.repository, "--root", other.root, "--json")
    #expect(used.exitCode != 0 && used.output.contains("\"tuf."), "\(used)")
    let refused = try hub.run("market", "install", "rest", "--yes")
    #expect(refused.exitCode != 0 && refused.errors.contains("→"), "\(refused)")
    // The root of what is installed is not changed in passing.
    try copy.hub.install("rest")
    let changed = try copy.hub.run("market", "use", other.repository, "--root", other.root)
    #expect(changed.exitCode == 3 && changed.errors.contains("another marketplace"), "\(changed)")
    #expect(try copy.hub.run("market", "verify").exitCode == 0)
  }

  @Test func `is the same when it is built again, and has what changed`() throws {
    let scratch = try Scratch()
    for name in ["patchbay", "patchbay-worker"] {
      try FileManager.default.createSymbolicLink(
        atPath: "\(scratch.path)/\(name)", withDestinationPath: "\(Program.folder)/\(name)")
    }
    for name in ["plugins", "marketplace", "marketplace-keys"] {
      try FileManager.default.copyItem(
        atPath: "\(Program.folder)/\(name)", toPath: "\(scratch.path)/\(name)")
    }
    func names() -> [String] {
      let all = FileManager.default.enumerator(atPath: "\(scratch.path)/marketplace/targets")
      return (all?.allObjects as? [String] ?? []).filter { $0.hasSuffix(".patchbay") }.sorted()
    }
    func packs() throws -> [String] {
      let built = try Program("\(Program.root)/marketplace/build", [scratch.path]).wait()
      try #require(built.exitCode == 0, "\(built.errors)")
      return names()
    }
    let first = names()
    #expect(!first.isEmpty)
    let copy = try Copy("\(scratch.path)/marketplace")
    try copy.hub.install("rest")
    #expect(try packs() == first)
    let manifest = "\(scratch.path)/plugin.json"
    let text = try String(
      contentsOfFile: "\(Program.root)/Plugins/REST/plugin.json", encoding: .utf8)
    try Data(text.replacingOccurrences(of: "Any JSON API", with: "All JSON APIs").utf8)
      .write(to: URL(fileURLWithPath: manifest))
    let plugin = "\(scratch.path)/plugins/rest.so"
    let embedded = try Program(
      "\(Program.root)/Plugins/embed-manifest", [plugin, manifest, plugin]
    )
    .wait()
    try #require(embedded.exitCode == 0, "\(embedded.errors)")
    #expect(Set(try packs()).subtracting(first).count == 1)
    let upgraded = try copy.hub.run(
      "market", "upgrade", "--yes", "--from", "\(scratch.path)/marketplace")
    #expect(upgraded.exitCode == 0 && upgraded.output.contains("is installed"), "\(upgraded)")
    #expect(try copy.hub.run("plugin", "info", "rest").output.contains("All JSON APIs"))
  }
}
