import Foundation
import Loopback
import Testing

/// Syncs with plugins that are kept apart, as a user meets them.
@Suite("Plugins that are kept apart")
struct WorkerTests {
  /// A data folder, and the plugins of the tests.
  private final class Place {
    let scratch: Scratch
    init() throws { scratch = try Scratch() }

    func run(_ arguments: String...) throws -> Program.Result { try run(arguments) }

    func run(_ arguments: [String]) throws -> Program.Result {
      let plugins = [
        "--data", scratch.path + "/data", "--plugins", Program.folder + "/test-plugins",
        "--plugins", Program.folder + "/test-plugins/zoo",
      ]
      return try Program("patchbay", plugins + arguments).wait()
    }
  }

  @Test("a plugin that crashes fails its stream, and after five runs it is left alone")
  func quarantine() throws {
    let place = try Place()
    #expect(
      try place.run("connection", "add", "bad", "--plugin", "zoo-crashes").exitCode == 0)
    for _ in 0..<5 {
      let failed = try place.run("sync", "run", "bad", "--json")
      #expect(failed.exitCode == 1 && failed.output.contains("\"plugin.crashed\""), "\(failed)")
      #expect(failed.output.contains("Segmentation fault"))
    }
    let refused = try place.run("sync", "run", "bad")
    #expect(refused.exitCode == 1 && refused.errors.contains("quarantine"), "\(refused)")
    #expect(refused.errors.contains("patchbay plugin trust zoo-crashes community"))
    #expect(try place.run("plugin", "trust", "zoo-crashes", "community").exitCode == 0)
    #expect(try place.run("sync", "run", "bad", "--json").output.contains("\"plugin.crashed\""))
  }

  @Test("what the plugin is trusted as decides where it runs, and is shown")
  func trust() throws {
    let place = try Place()
    #expect(try place.run("plugin", "info", "bookshop").output.contains("runs in a worker"))
    let info = Data(try place.run("plugin", "info", "bookshop", "--json").output.utf8)
    let about = try JSONSerialization.jsonObject(with: info) as? [String: Any]
    let sha256 = try #require(about?["sha256"] as? String)
    // Yes alone is not enough: it must be said of this file.
    let other = sha256.replacingOccurrences(of: sha256.prefix(1), with: "x")
    for more in [[], ["--yes"], ["--yes", "--sha256", other]] {
      let refused = try place.run(["plugin", "trust", "bookshop", "core"] + more)
      #expect(refused.exitCode == 3 && refused.errors.contains(sha256), "\(refused)")
      #expect(refused.output.contains("its code runs in the hub's own process"), "\(refused)")
      #expect(try place.run("plugin", "info", "bookshop").output.contains("runs in a worker"))
    }
    let trusted = try place.run("plugin", "trust", "bookshop", "core", "--yes", "--sha256", sha256)
    #expect(trusted.exitCode == 0, "\(trusted)")
    #expect(try place.run("plugin", "info", "bookshop").output.contains("in the hub's process"))
    let listed = try place.run("plugin", "list", "--json").output
    #expect(listed.contains("\"tier\": \"core\"") && listed.contains("\"tier\": \"community\""))
    // Decisions of people are kept apart from what queries may read.
    #expect(try place.run("query", "SELECT action FROM audit").exitCode == 2)
    #expect(try place.run("plugin", "trust", "bookshop", "friends").exitCode == 2)
    #expect(try place.run("plugin", "trust", "nobody", "core").exitCode == 2)
  }
}
