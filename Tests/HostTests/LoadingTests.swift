import Built
import PatchbayCore
import PatchbayHost
import PatchbayJSON
import PatchbayMessages
import Testing

@Suite struct LoadingTests {
  @Test func readingAFileRunsNoneOfIt() throws {
    let plugin = try Contrary(in: TestFolder())
    let file = try plugin.read()
    #expect(file.manifest.id == "contrary" && file.sha256.count == 64)
    #expect(!plugin.hasRun)
  }

  /// Without this the tests that look for the trace of refused plugins would prove nothing.
  @Test func loadingAFileRunsIt() throws {
    let plugin = try Contrary(in: TestFolder())
    _ = try plugin.load()
    #expect(plugin.hasRun)
  }

  @Test func theSameBytesAreLoadedOnce() throws {
    let plugin = try Contrary(in: TestFolder())
    let file = try plugin.read()
    #expect(try LoadedPlugin.load(file) === LoadedPlugin.load(file))
  }

  /// Regression: the second plugin got the code of the first, because the loader knew its name.
  @Test func everyPluginGetsItsOwnCode() throws {
    let folder = try TestFolder()
    for index in 1...5 {
      let plugin = try Contrary(in: folder, name: "contrary-\(index).so")
      _ = try plugin.load()
      #expect(plugin.hasRun, "plugin \(index)")
    }
  }

  @Test(arguments: ["EchoModel", "TokenIdentity", "WebhookVerifier"])
  func twoVersionsRunSideBySide(name: String) throws {
    let folder = try TestFolder()
    let file = name.lowercased() + ".so"
    let manifest = try Built.manifest(name, [("version", "2.0.0")])
    let path = try folder.embed(manifest.bytes, into: Built.path(file), as: file)
    let old = try Built.load(file)
    let new = try LoadedPlugin.load(PluginFile(reading: path))
    #expect(old.manifest.version == "1.0.0" && new.manifest.version == "2.0.0")
    #expect(old.file.sha256 != new.file.sha256)
    let sample = try #require(Sample.all.first { $0.file == file })
    var effects = (sample.effects, sample.effects)
    let before = try Conversation(with: old, sample.first, &effects.0)
    let after = try Conversation(with: new, sample.first, &effects.1)
    #expect(before.isEnded && before.bytes == after.bytes)
  }

  /// A file may be replaced under a running host: what is loaded stays, what is new is new.
  @Test func aLoadedPluginOutlivesItsFile() throws {
    let folder = try TestFolder()
    let plugin = try Contrary(in: folder)
    let loaded = try plugin.load()
    try folder.write([], to: plugin.name)
    var effects = Effects()
    let session = try Conversation(
      with: loaded, .open("check", config: ["way": "good"]), &effects)
    #expect(session.kinds == [.note, .done])
  }

  @Test func pluginsAreLoadedFromSeveralThreadsAtOnce() async throws {
    let folder = try TestFolder()
    let files = try (0..<4).map { index in
      try PluginFile(reading: Contrary(in: folder, name: "contrary-\(index).so").path)
    }
    try await withThrowingTaskGroup(of: String.self) { group in
      for file in files + files { group.addTask { try LoadedPlugin.load(file).file.sha256 } }
      var hashes: Set<String> = []
      for try await hash in group { hashes.insert(hash) }
      #expect(hashes == Set(files.map(\.sha256)))
    }
  }
}
