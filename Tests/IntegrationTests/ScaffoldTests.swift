import Foundation
import Testing

/// Plugins as `patchbay plugin new` makes them, built outside of the repository.
@Suite("The beginnings of plugins", .serialized)
struct ScaffoldTests {
  /// Ids that could be mistaken for a module, a type or a header that there is already.
  static let ids = [
    ("connector", "connector", "swift"), ("swift", "model", "swift"),
    ("testing", "identity", "swift"), ("string", "connector", "c"), ("int", "model", "c"),
    ("acme.books-2_x", "identity", "c"),
  ]

  /// Rules that a plugin of a kind gives nothing to look at.
  static func unseen(_ kind: String) -> [String] {
    let ofAll = ["same.pieces", "page.broken"]
    if kind == "connector" { return ofAll + ["end.refused"] }
    let ofPages = ["end.failed", "end.state", "page.odd", "page.huge", "page.memory"]
    return ofAll + ofPages + (kind == "model" ? ["end.refused"] : [])
  }

  @Test("are built, pass their own tests and the hub's, load and sync", arguments: ids)
  func build(id: String, kind: String, language: String) throws {
    let plugin = try PluginFolder(id, "--kind", kind, "--language", language)
    let made = try plugin.make()
    try #require(made.exitCode == 0, "\(made.output) \(made.errors)")
    let tested = try plugin.make("test")
    #expect(tested.exitCode == 0, "\(tested.output) \(tested.errors)")
    KitLines(tested.output).expectAllKept(without: Self.unseen(kind))
    for name in try FileManager.default.contentsOfDirectory(atPath: "\(plugin.path)/Fixtures") {
      let same = try plugin.run("plugin", "replay", plugin.file, "\(plugin.path)/Fixtures/\(name)")
      #expect(same.exitCode == 0, "\(same.errors)")
    }
    let said = (made.output + made.errors + tested.output + tested.errors).lowercased()
    #expect(!said.contains("warning"), "\(said)")
    let info = try plugin.run("plugin", "info", id)
    #expect(info.output.contains("\(id) 0.1.0 (\(kind), ABI "), "\(info)")
    #expect(info.output.contains("community (runs in a worker)"))
    if kind == "connector" { try plugin.expectSyncs() }
  }

  @Test("are made by what is installed too, which leaves nothing when it is removed")
  func install() throws {
    let place = try Scratch()
    func make(_ goal: String) throws -> Program.Result {
      try Program(
        "/usr/bin/make",
        [
          "-C", Program.root, goal, "BIN=\(Program.folder)", "DESTDIR=\(place.path)",
          "PREFIX=/opt/hub",
        ]
      ).wait()
    }
    let installed = try make("install")
    try #require(installed.exitCode == 0, "\(installed.errors)")
    let programs = "\(place.path)/opt/hub/bin"
    let plugin = try PluginFolder("acme-books", "--lang", "c", programs: programs)
    let makefile = try String(contentsOfFile: "\(plugin.path)/Makefile", encoding: .utf8)
    #expect(makefile.contains("PATCHBAY_SDK ?= \(place.path)/opt/hub/share/patchbay/sdk\n"))
    #expect(makefile.contains("PATCHBAY ?= \(programs)/patchbay\n"))
    let made = try plugin.make()
    try #require(made.exitCode == 0, "\(made.errors)")
    // The marketplace that was installed beside the program has the plugins of this repository.
    let taken = try plugin.run("market", "install", "rest", "--yes", programs: programs)
    #expect(taken.exitCode == 0, "\(taken.errors)")
    let listed = try plugin.run("plugin", "list", "--json", programs: programs).output
    #expect(listed.contains("\"tier\": \"core\"") && listed.contains("\"tier\": \"community\""))
    try plugin.expectSyncs(programs: programs)
    #expect(try make("uninstall").exitCode == 0)
    let left =
      FileManager.default.enumerator(atPath: place.path)?.compactMap { $0 as? String } ?? []
    #expect(left.filter { $0.contains("patchbay") } == [])
  }

  @Test(
    "are refused an id that cannot be one, and one that could be is proposed",
    arguments: [
      ("My Shop!", "such as my-shop"), ("2shop", "such as shop"), ("x", "a letter first"),
      ("../shop", "such as shop"), ("", "a letter first"),
    ])
  func names(name: String, mend: String) throws {
    let scratch = try Scratch()
    let refused = try Program("patchbay", ["plugin", "new", name, "--into", scratch.path]).wait()
    #expect(refused.exitCode == 2 && refused.errors.contains(mend), "\(refused)")
    #expect(try FileManager.default.contentsOfDirectory(atPath: scratch.path) == [])
  }

  @Test("are refused a kind and a language that there is none of")
  func words() throws {
    let scratch = try Scratch()
    for (option, word, mend) in [
      ("--kind", "conector", "did you mean connector?"), ("--lang", "rust", "swift, c"),
    ] {
      let refused = try Program(
        "patchbay", ["plugin", "new", "shop", option, word, "--into", scratch.path]
      ).wait()
      #expect(refused.exitCode == 2 && refused.errors.contains(mend), "\(refused)")
    }
    #expect(try FileManager.default.contentsOfDirectory(atPath: scratch.path) == [])
  }

  @Test("leave a folder alone that is there already")
  func existing() throws {
    let plugin = try PluginFolder("shop", "--kind", "model")
    try Data("mine".utf8).write(to: URL(fileURLWithPath: "\(plugin.path)/README.md"))
    let refused = try Program("patchbay", ["plugin", "new", "shop", "--into", plugin.scratch.path])
      .wait()
    #expect(refused.exitCode == 2 && refused.errors.contains("exists already"), "\(refused)")
    #expect(try String(contentsOfFile: "\(plugin.path)/README.md", encoding: .utf8) == "mine")
    #expect(try FileManager.default.contentsOfDirectory(atPath: plugin.scratch.path) == ["shop"])
  }

  @Test("leave nothing half-written when they fail")
  func failure() throws {
    let scratch = try Scratch()
    let sdk = "\(scratch.path)/sdk"
    try FileManager.default.copyItem(atPath: "\(Program.folder)/sdk", toPath: sdk)
    // A name that leaves no room for the one that the file has while it is written.
    let long = String(repeating: "z", count: 250)
    let isMade = FileManager.default.createFile(
      atPath: "\(sdk)/templates/model-c/Sources/\(long)", contents: nil)
    #expect(isMade)
    let place = "\(scratch.path)/place"
    try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: true)
    let failed = try Program(
      "patchbay", ["plugin", "new", "shop", "--kind", "model", "--lang", "c", "--into", place],
      environment: ["PATCHBAY_SDK": sdk]
    ).wait()
    #expect(failed.exitCode == 1 && failed.errors.contains("cannot write"), "\(failed)")
    #expect(try FileManager.default.contentsOfDirectory(atPath: place) == [])
  }

  @Test("say where they looked for an SDK, and how to get one")
  func missing() throws {
    let failed = try Program(
      "patchbay", ["plugin", "new", "shop"], environment: ["PATCHBAY_SDK": "/nonexistent"]
    ).wait()
    #expect(failed.exitCode == 1 && failed.errors.contains("no SDK in /nonexistent"), "\(failed)")
    #expect(failed.errors.contains("make install"))
  }

  /// Who has no copy of this repository has the pages, too, and every link in them leads somewhere.
  @Test("are made with the pages that say what is said, what is deleted, and how to publish")
  func pages() throws {
    let scratch = try Scratch()
    let docs = "\(scratch.path)/sdk/docs"
    let made = try Program("\(Program.root)/SDK/assemble", ["\(scratch.path)/sdk"]).wait()
    try #require(made.exitCode == 0, "\(made.errors)")
    let files = try FileManager.default.subpathsOfDirectory(atPath: docs)
    for name in [
      "Developing.md", "Messages.md", "Deletions.md", "Publishing.md", "Marketplace.md",
      "REST/README.md",
      "Messages/records.schema.json", "Messages/open.schema.json", "Transcripts/evm-reorg.ndjson",
      "marketplace/schema/listing.schema.json",
    ] {
      #expect(files.contains(name), "\(name) of \(files)")
    }
    let link = try Regex(#"\]\(([^)#:]+)(#[^)]*)?\)"#)
    for file in files where file.hasSuffix(".md") {
      let folder = URL(fileURLWithPath: "\(docs)/\(file)").deletingLastPathComponent()
      let text = try String(contentsOfFile: "\(docs)/\(file)", encoding: .utf8)
      for match in text.matches(of: link) {
        let target = folder.appending(path: String(match.output[1].substring ?? "")).standardized
        #expect(target.path.hasPrefix(docs), "\(file) leads out of the SDK: \(target.path)")
        let exists = FileManager.default.fileExists(atPath: target.path)
        #expect(exists, "\(file) links to \(target.path)")
      }
    }
    // What an author is given first says where they are.
    for name in ["connector-c/README.md", "connector-swift/README.md", "all/PUBLISHING.md"] {
      let path = "\(scratch.path)/sdk/templates/\(name)"
      let text = try String(contentsOfFile: path, encoding: .utf8)
      #expect(text.contains("docs/"), "\(name)")
    }
  }

  static let hasCargo = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
    .contains { FileManager.default.isExecutableFile(atPath: "\($0)/cargo") }

  @Test(
    "in Rust need the header alone, and a panic of theirs is an error (needs cargo)",
    .enabled(if: hasCargo, "cargo is not in the PATH, so the connector in Rust is not tested"))
  func rust() throws {
    let plugin = try PluginFolder(copying: "examples/rust-connector")
    let made = try plugin.make("PATCHBAY_SDK=\(Program.folder)/sdk")
    try #require(made.exitCode == 0, "\(made.errors)")
    #expect(!made.errors.contains("warning"), "\(made.errors)")
    let tested = try plugin.make(
      "test", "PATCHBAY_SDK=\(Program.folder)/sdk", "PATCHBAY=\(Program.folder)/patchbay")
    #expect(tested.exitCode == 0, "\(tested.output) \(tested.errors)")
    KitLines(tested.output).expectAllKept(without: Self.unseen("connector"))
    try plugin.expectSyncs()
    let source = "\(plugin.path)/src/connector.rs"
    let text = try String(contentsOfFile: source, encoding: .utf8)
    let broken = text.replacingOccurrences(
      of: "        match heard.kind {\n",
      with: "        assert!(now_ms < 0);\n        match heard.kind {\n")
    #expect(broken != text)
    try Data(broken.utf8).write(to: URL(fileURLWithPath: source))
    #expect(try plugin.make("PATCHBAY_SDK=\(Program.folder)/sdk").exitCode == 0)
    let failed = try plugin.run("sync", "run", "shop", "--json")
    #expect(failed.exitCode == 1 && failed.output.contains("\"plugin.panic\""), "\(failed)")
  }
}
