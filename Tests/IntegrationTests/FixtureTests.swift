import Foundation
import Testing

/// What `patchbay plugin test` prints of each rule.
struct KitLines {
  let kept: [String]
  let broken: [String]
  let unseen: [String]

  init(_ output: String) {
    let lines = output.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
    func ids(_ mark: String) -> [String] {
      lines.filter { $0.count > 1 && $0[0] == mark }.map { $0[1] }
    }
    (kept, broken, unseen) = (ids("ok"), ids("FAIL"), ids("-"))
  }

  /// No rule is broken, and only these had nothing to look at.
  func expectAllKept(
    without ids: [String], sourceLocation: SourceLocation = #_sourceLocation
  ) {
    #expect(broken == [], sourceLocation: sourceLocation)
    #expect(unseen.sorted() == ids.sorted(), sourceLocation: sourceLocation)
    #expect(!kept.isEmpty, sourceLocation: sourceLocation)
  }
}

/// The plugins of this repository, tried with conversations that lie beside their sources.
@Suite("Plugins with fixtures")
struct FixtureTests {
  /// A file, the folder of its sources, and the rules that it gives nothing to look at.
  static let plugins = [
    ("plugins/hubspot.so", "Plugins/HubSpot", ScaffoldTests.unseen("connector")),
    ("plugins/rest.so", "Plugins/REST", ScaffoldTests.unseen("connector")),
    ("test-plugins/bookshop.so", "Tests/Plugins/Bookshop", ScaffoldTests.unseen("connector")),
    ("test-plugins/echomodel.so", "Tests/Plugins/EchoModel", ScaffoldTests.unseen("model")),
    (
      "test-plugins/tokenidentity.so", "Tests/Plugins/TokenIdentity",
      ScaffoldTests.unseen("identity")
    ),
    (
      "test-plugins/webhookverifier.so", "Tests/Plugins/WebhookVerifier",
      ScaffoldTests.unseen("identity")
    ),
  ]

  static func fixtures(_ folder: String) throws -> [String] {
    let path = "\(Program.root)/\(folder)/Fixtures"
    return try FileManager.default.contentsOfDirectory(atPath: path)
      .filter { $0.hasSuffix(".ndjson") }.sorted().map { "\(path)/\($0)" }
  }

  @Test("keep every rule that there is something to look at for", arguments: plugins)
  func rules(file: String, folder: String, unseen: [String]) throws {
    let transcripts = try Self.fixtures(folder).flatMap { ["--transcript", $0] }
    let tested = try Program(
      "patchbay", ["plugin", "test", "\(Program.folder)/\(file)"] + transcripts
    ).wait()
    #expect(tested.exitCode == 0, "\(tested.output) \(tested.errors)")
    KitLines(tested.output).expectAllKept(without: unseen)
  }

  @Test("say what their fixtures have", arguments: plugins)
  func replay(file: String, folder: String, unseen: [String]) throws {
    for fixture in try Self.fixtures(folder) {
      let same = try Program(
        "patchbay", ["plugin", "replay", "\(Program.folder)/\(file)", fixture]
      ).wait()
      #expect(same.exitCode == 0, "\(same.errors)")
    }
  }
}
