import Built
import Glibc
import PatchbayCore
import PatchbayHost
import PatchbayJSON
import Testing

@Suite struct RegistryTests {
  private let folder: TestFolder

  init() throws { folder = try TestFolder() }

  private func look() throws -> Registry {
    try Registry(folders: [folder.path], index: folder.file("index.json"))
  }

  private func add(_ name: String, version: String, id: String = "contrary") throws {
    let manifest = try Built.manifest(
      "Contrary", [("version", .string(version)), ("id", .string(id))])
    _ = try Contrary(in: folder, name: name, manifest: manifest.bytes)
  }

  private func index() throws -> JSON {
    try JSON(reading: FileBytes.read(folder.file("index.json")))
  }

  @Test func pluginsOfAllFoldersAreListed() throws {
    let other = try TestFolder()
    try add("a.so", version: "1.0.0", id: "alpha")
    let manifest = try Built.manifest("Contrary", [("id", "beta")])
    _ = try Contrary(in: other, name: "b.so", manifest: manifest.bytes)
    let registry = try Registry(
      folders: [folder.path, other.path, "/nowhere/at/all"], index: folder.file("index.json"))
    #expect(registry.files.map(\.manifest.id) == ["alpha", "beta"])
    #expect(registry.refused.isEmpty)
    withExtendedLifetime(other) {}
  }

  /// The file is garbage now, but of the same size and time: that nobody noticed shows that nobody
  /// read it.
  @Test func anUnchangedFileIsNotReadAgain() throws {
    try add("a.so", version: "1.0.0")
    let before = try look()
    let size = try FileBytes.read(folder.file("a.so")).count
    try folder.replaceUnseen("a.so", with: [UInt8](repeating: 0x58, count: size))
    let after = try look()
    #expect(after.files.map(\.sha256) == before.files.map(\.sha256))
    #expect(after.files.map(\.manifest.json) == before.files.map(\.manifest.json))
    #expect(after.refused.isEmpty)
    // It is found out before it is loaded.
    let failure = try #require(throws: Failure.self) {
      try LoadedPlugin.load(after.find("contrary"))
    }
    #expect(failure.code == "plugin.refused")
  }

  @Test func aFileThatChangedIsReadAgain() throws {
    try add("a.so", version: "1.0.0")
    _ = try look()
    try add("a.so", version: "1.0.1")
    #expect(try look().files.map(\.manifest.version) == ["1.0.1"])
    #expect(try index().at("/plugins/0/manifest/version") == "1.0.1")
  }

  @Test func aFileThatIsGoneIsForgotten() throws {
    try add("a.so", version: "1.0.0", id: "alpha")
    try add("b.so", version: "1.0.0", id: "beta")
    _ = try look()
    try run(["/bin/rm", folder.file("a.so")])
    #expect(try look().files.map(\.manifest.id) == ["beta"])
    #expect(try index()["plugins"]?.array?.count == 1)
  }

  @Test func theNewestVersionIsFoundNumberByNumber() throws {
    for version in ["1.9.0", "1.10.0", "1.2.30"] { try add("\(version).so", version: version) }
    let registry = try look()
    #expect(try registry.find("contrary").manifest.version == "1.10.0")
    #expect(try registry.find("contrary@1.9.0").manifest.version == "1.9.0")
    #expect(registry.files.map(\.manifest.version) == ["1.2.30", "1.9.0", "1.10.0"])
  }

  @Test func aReleaseIsNewerThanWhatCameBeforeIt() throws {
    for version in ["2.0.0-rc.10", "2.0.0", "2.0.0-rc.9", "2.0.0-beta", "1.0.0"] {
      try add("\(version).so", version: version)
    }
    let registry = try look()
    #expect(try registry.find("contrary").manifest.version == "2.0.0")
    #expect(
      registry.files.map(\.manifest.version)
        == ["1.0.0", "2.0.0-beta", "2.0.0-rc.9", "2.0.0-rc.10", "2.0.0"])
  }

  @Test func aPluginThatIsNotThereIsAnsweredWithThoseThatAre() throws {
    try add("a.so", version: "1.0.0", id: "alpha")
    try add("b.so", version: "1.0.0", id: "beta")
    for name in ["gamma", "alpha@9.9.9", "", "@"] {
      let failure = try #require(throws: Failure.self) { try look().find(name) }
      #expect(failure.code == "plugin.unknown" && failure.mend == "known plugins: alpha, beta")
    }
  }

  @Test func aRefusedFileIsListedWithItsReason() throws {
    try add("good.so", version: "1.0.0", id: "good")
    try folder.write(Array("not a library".utf8), to: "broken.so")
    try folder.write(Array("not a plugin either".utf8), to: "readme.txt")
    for _ in 0..<2 {
      let registry = try look()
      #expect(registry.files.map(\.manifest.id) == ["good"])
      #expect(registry.refused.map(\.path) == [folder.file("broken.so")])
      #expect(registry.refused.first?.failure.params["found"] == "another kind of file")
      let failure = try #require(throws: Failure.self) { try registry.find("broken") }
      #expect(failure.code == "plugin.refused")
    }
  }

  @Test(
    arguments: [
      "", "garbage", "{", "[]", "{\"index\":1}", "{\"index\":2,\"plugins\":[]}",
      "{\"index\":1,\"plugins\":5}", "{\"index\":1,\"plugins\":[5,{\"path\":1}]}",
    ])
  func aDamagedIndexIsMadeAgain(damage: String) throws {
    try add("a.so", version: "1.0.0", id: "alpha")
    try add("b.so", version: "1.0.0", id: "beta")
    _ = try look()
    let whole = try index()
    try folder.write(Array(damage.utf8), to: "index.json")
    #expect(try look().files.map(\.manifest.id) == ["alpha", "beta"])
    #expect(try index() == whole)
  }

  @Test func anEntryThatDoesNotFitIsReadFromTheFile() throws {
    try add("a.so", version: "1.0.0")
    _ = try look()
    let whole = try index()
    for (from, to) in [
      ("\"kind\":\"connector\"", "\"kind\":\"konnector\""), ("\"1.0\"", "\"2.0\""),
    ] {
      var bytes = whole.bytes
      try bytes.overwrite(from, with: to)
      try folder.write(bytes, to: "index.json")
      #expect(try look().files.count == 1)
      #expect(try index() == whole)
    }
  }

  /// A folder that Patchbay may not write to: slower, not wrong.
  @Test func anIndexThatCannotBeWrittenIsDoneWithout() throws {
    try add("a.so", version: "1.0.0")
    for _ in 0..<2 {
      let registry = try Registry(folders: [folder.path], index: "/nowhere/at/all/index.json")
      #expect(registry.files.count == 1)
    }
  }

  /// Who could put another file there would be trusted with connections.
  @Test(arguments: [("", 0o777), ("", 0o770), ("a.so", 0o666)] as [(String, mode_t)])
  func whatOthersMayWriteIsRefused(part: String, mode: mode_t) throws {
    try add("a.so", version: "1.0.0")
    let path = part.isEmpty ? folder.path : folder.file(part)
    // Unsafe: the path is read during the call only.
    #expect(unsafe chmod(path, mode) == 0)
    let registry = try Registry(folders: [folder.path], index: "/nowhere/at/all/index.json")
    #expect(registry.files.isEmpty)
    #expect(registry.refused.map(\.path) == [folder.file("a.so")])
    #expect(registry.refused.first?.failure.mend == "chmod go-w \(path)")
    // Whoever asks for it is told, though the file is called by another name.
    let failure = try #require(throws: Failure.self) { try registry.find("contrary") }
    #expect(failure.mend.contains("chmod go-w \(path)"), "\(failure)")
  }
}
