import Built
import PatchbayCore
import PatchbayHost
import PatchbayJSON
import PatchbaySync
import Testing

/// Plugins that nothing calls, and runs over nothing, are told of and not called done.
@Suite struct UnservedTests {
  @Test(arguments: [("echo-model", "plugin.kind"), ("token-identity", "plugin.kind")])
  func `A plugin that nothing would call is not connected`(plugin: String, code: String)
    async throws
  {
    let folder = try TestFolder()
    let hub = try Hub(
      folder: folder.file("data"), pluginFolders: [Built.folder], environment: [:])
    let failure = try #require(
      await #expect(throws: Failure.self) {
        _ = try await hub.plan(ConnectionDraft(name: "c", plugin: plugin), resets: false)
      })
    #expect(failure.code == code && failure.message.contains("nothing uses"))
  }

  @Test func `A run without a stream to read is refused, not done`() async throws {
    let zoo = try await Zoo(tier: .core)
    defer { zoo.close() }
    try await zoo.add("zoo-by-name-only", tier: .core)
    let failure = try #require(
      await #expect(throws: Failure.self) { _ = try await zoo.run("animal") })
    #expect(failure.code == "stream.none" && failure.mend.contains("--stream: things"))
  }
}
