import Foundation
import Testing

/// `patchbay plugin dev` with a plugin in C, as its author has it: saves, and what is told of each.
@Suite("Working on a plugin", .serialized)
struct PluginDevRunTests {
  /// Rules that take no time, and look at the file, at what is said and at the state.
  private static let rules = ["file.sound", "talk.answered", "end.state"]

  private func dev(_ plugin: PluginFolder, _ options: [String], path: String = "/usr/bin:/bin")
    throws -> Program
  {
    try Program(
      "patchbay",
      ["plugin", "dev", plugin.path] + Self.rules.flatMap { ["--rule", $0] } + options,
      environment: ["PATH": path])
  }

  /// The next event of a kind.
  private func next(_ event: String, of program: Program) throws -> [String: Any] {
    while true {
      let line = program.readLine()
      let json = try #require(
        try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any], "\(line)")
      if json["event"] as? String == event { return json }
    }
  }

  private func replace(_ text: String, with other: String, in path: String) throws {
    let old = try String(contentsOfFile: path, encoding: .utf8)
    let new = old.replacingOccurrences(of: text, with: other)
    try #require(new != old)
    // As editors do: beside the old one, then in its place.
    try Data(new.utf8).write(to: URL(fileURLWithPath: path), options: .atomic)
  }

  @Test("each save is built and tested, the last good plugin is kept, and Ctrl-C ends it")
  func loop() throws {
    let plugin = try PluginFolder("shop", "--lang", "c")
    let source = "\(plugin.path)/Sources/shop.c"
    let program = try dev(plugin, ["--json"])
    defer { program.kill() }
    #expect(try next("begin", of: program)["command"] as? String == "make")
    #expect(try next("rule", of: program)["verdict"] as? String == "passed")
    let replayed = try next("replay", of: program)
    #expect(replayed["file"] as? String == "Fixtures/items.ndjson")
    #expect(replayed["same"] as? Bool == true)
    let first = try next("round", of: program)
    #expect(first["passed"] as? Bool == true, "\(first)")
    let good = try #require(first["good"] as? [String: String])
    _ = try next("wait", of: program)

    try replace("static", with: "sttaic", in: source)
    #expect(try next("change", of: program)["files"] as? [String] == ["Sources/shop.c"])
    let build = try next("build", of: program)
    #expect(build["passed"] as? Bool == false)
    #expect((build["output"] as? String)?.contains("shop.c:") == true, "\(build)")
    let broken = try next("round", of: program)
    #expect(broken["failures"] as? [String] == ["build"])
    #expect(broken["good"] as? [String: String] == good)
    // A hub that is given the last good one has it, whatever the source is like.
    let kept = ["plugin", "list", "--json", "--plugins", "\(plugin.path)/.build/dev/good"]
    let listed = try Program(
      "patchbay", ["--data", "\(plugin.scratch.path)/data"] + kept,
      environment: ["PATCHBAY_PLUGINS": ""]
    ).wait()
    #expect(listed.output.contains(try #require(good["sha256"])), "\(listed)")

    try replace("sttaic", with: "static", in: source)
    let mended = try next("round", of: program)
    #expect(mended["passed"] as? Bool == true, "\(mended)")

    try replace("\"0.1.0\"", with: "\"0.2.0\"", in: "\(plugin.path)/plugin.json")
    #expect(try next("change", of: program)["files"] as? [String] == ["plugin.json"])
    let other = try next("round", of: program)
    #expect((other["plugin"] as? [String: String])?["version"] == "0.2.0", "\(other)")
    #expect(other["good"] as? [String: String] != good)
    #expect(other["number"] as? Int == 4)

    program.interrupt()
    let ended = program.wait()
    #expect(ended.exitCode == 130, "\(ended)")
    #expect(!ended.output.contains("round"))
  }

  @Test("Ctrl-C ends a build, too")
  func interrupted() throws {
    let plugin = try PluginFolder("shop", "--lang", "c")
    let program = try dev(plugin, ["--json", "--build", "sleep 1000"])
    defer { program.kill() }
    _ = try next("begin", of: program)
    program.interrupt()
    #expect(program.wait().exitCode == 130)
  }

  @Test("--once has an exit code, and says what failed and what to do")
  func once() throws {
    let plugin = try PluginFolder("shop", "--lang", "c")
    let passed = try dev(plugin, ["--once"]).wait()
    #expect(passed.exitCode == 0, "\(passed)")
    #expect(passed.output.contains("shop 0.1.0 passed in"), "\(passed)")
    #expect(passed.output.contains("3 rules, 1 transcript."), "\(passed)")
    try replace("/v1/items", with: "/v1/itmes", in: "\(plugin.path)/Sources/shop.c")
    let failed = try dev(plugin, ["--once"]).wait()
    #expect(failed.exitCode == 1)
    for text in [
      "FAIL  talk.answered:", "plugin test \(plugin.path)/*.so --rule talk.answered",
      "FAIL  Fixtures/items.ndjson: session 1, step 1", "record the conversation again",
      "Round 1 failed: talk.answered, Fixtures/items.ndjson", "the last good plugin is kept",
    ] {
      #expect(failed.errors.contains(text), "\(text): \(failed)")
    }
  }

  @Test("what is missing is said, with how to get it")
  func missing() throws {
    let plugin = try PluginFolder("shop", "--lang", "c")
    let noMake = try dev(plugin, ["--once"], path: "/nonexistent").wait()
    #expect(noMake.exitCode == 1 && noMake.errors.contains("apt install make"), "\(noMake)")
    // make and the shell's own tools, and no compiler.
    let tools = "\(plugin.scratch.path)/tools"
    try FileManager.default.createDirectory(atPath: tools, withIntermediateDirectories: true)
    for name in ["make", "mkdir"] {
      try FileManager.default.createSymbolicLink(
        atPath: "\(tools)/\(name)", withDestinationPath: "/usr/bin/\(name)")
    }
    let noCompiler = try dev(plugin, ["--once"], path: tools).wait()
    #expect(noCompiler.exitCode == 1 && noCompiler.errors.contains("is missing, see above"))
    #expect(noCompiler.errors.contains("there is no good plugin yet"), "\(noCompiler)")
    let noFolder = try Program("patchbay", ["plugin", "dev", "\(plugin.path)x"]).wait()
    #expect(noFolder.exitCode == 2 && noFolder.errors.contains("patchbay plugin new"))
    try FileManager.default.removeItem(atPath: "\(plugin.path)/plugin.json")
    let noManifest = try dev(plugin, ["--once"]).wait()
    #expect(noManifest.exitCode == 1 && noManifest.errors.contains("there is no plugin.json"))
  }
}
