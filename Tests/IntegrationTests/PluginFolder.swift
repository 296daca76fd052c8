import Foundation
import Loopback
import Testing

/// The folder of a plugin outside of the repository, as its author has it.
final class PluginFolder {
  let scratch: Scratch
  let name: String

  /// Kept from one run to the next, and shared: the SDK is built once for all plugins in Swift.
  static let builds = "\(Program.root)/.build/scaffolds"

  var path: String { "\(scratch.path)/\(name)" }
  var file: String { "\(path)/\(name).so" }

  /// What `patchbay plugin new` makes.
  init(_ name: String, _ options: String..., programs: String = Program.folder) throws {
    scratch = try Scratch()
    self.name = name
    let made = try Program(
      "\(programs)/patchbay", ["plugin", "new", name, "--into", scratch.path] + options
    ).wait()
    try #require(made.exitCode == 0, "\(made.errors)")
    for line in ["cd \(path)", "make", "make test"] {
      #expect(made.output.contains("\n  \(line)\n"), "\(made.output)")
    }
  }

  /// A copy of a folder of the SDK.
  init(copying example: String) throws {
    scratch = try Scratch()
    name = example.split(separator: "/").last.map(String.init) ?? ""
    try FileManager.default.copyItem(atPath: "\(Program.folder)/sdk/\(example)", toPath: path)
  }

  func make(_ arguments: String...) throws -> Program.Result {
    let known = ProcessInfo.processInfo.environment
    let names = ["PATH", "HOME", "CARGO_HOME", "RUSTUP_HOME", "RUSTUP_TOOLCHAIN"]
    let folders = [
      "SWIFT_FLAGS": "--scratch-path \(Self.builds)/swift",
      "CARGO_TARGET_DIR": "\(Self.builds)/rust",
    ]
    let environment = known.filter { names.contains($0.key) }.merging(folders) { $1 }
    return try Program("/usr/bin/make", ["-C", path] + arguments, environment: environment).wait()
  }

  func run(_ arguments: String..., programs: String = Program.folder) throws -> Program.Result {
    let folders = ["--data", "\(scratch.path)/data", "--plugins", path]
    return try Program("\(programs)/patchbay", folders + arguments).wait()
  }

  /// Syncs twice with a vendor of two pages, of which one record changes in between.
  func expectSyncs(programs: String = Program.folder) throws {
    @Sendable func item(_ id: Int, _ name: String) -> String {
      #"{"id":"\#(id)","name":"\#(name)","updated_at":"2026-01-0\#(id)T00:00:00Z"}"#
    }
    let vendor = try LoopbackServer { request in
      if request.target.contains("updated_since=") {
        return .answer(200, "{\"data\":[\(item(2, "new"))],\"next\":null}")
      }
      return request.target.contains("after=%22b%5C")
        ? .answer(200, "{\"data\":[\(item(3, "c"))],\"next\":null}")
        : .answer(200, "{\"data\":[\(item(1, "a")),\(item(2, "b"))],\"next\":\"\\\"b\\\\\"}")
    }
    defer { vendor.stop() }
    let secret = "\(scratch.path)/secret"
    try Data("planted-secret-7d1f".utf8).write(to: URL(fileURLWithPath: secret))
    let added = try run(
      "connection", "add", "shop", "--plugin", name, "--secret", "token=file:\(secret)",
      "--set", "base_url=\(vendor.url)", "--set", "rate_limit=off", programs: programs)
    try #require(added.exitCode == 0, "\(added.errors)")
    #expect(try run("connection", "check", "shop", programs: programs).exitCode == 0)
    for (names, pass) in [(["a", "b", "c"], "full"), (["a", "new", "c"], "incremental")] {
      let synced = try run("sync", "run", "shop", programs: programs)
      #expect(synced.exitCode == 0 && synced.output.contains(pass), "\(synced)")
      let sql = "SELECT name FROM shop__items ORDER BY id"
      let rows = try run("query", sql, "--json", programs: programs)
      let json = try JSONSerialization.jsonObject(with: Data(rows.output.utf8)) as? [String: Any]
      #expect(json?["rows"] as? [[String]] == names.map { [$0] })
    }
    let requests = vendor.requests
    try #require(requests.count == 4, "\(requests.map(\.target))")
    #expect(requests[3].target.contains("updated_since=2026-01-02T23%3A59%3A00"))
    #expect(requests[1].headers["authorization"] == "Bearer planted-secret-7d1f")
  }
}
