import Glibc
import Built
import PatchbayCore
import PatchbayHost
import PatchbayJSON
import PatchbayMessages
import Testing

/// Files that are refused, before any of their code runs.
@Suite struct RefusalTests {
  private let folder: TestFolder

  init() throws { folder = try TestFolder() }

  /// Reading refuses the file, and so does loading it under whatever registration.
  private func expectRefusal(
    _ plugin: Contrary, of name: String? = nil, wanted: String, found: String, mend: String,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let manifest = try Manifest(Built.manifest("Contrary"), from: "a test")
    let registered = PluginFile(path: plugin.path, sha256: "registered", manifest: manifest)
    let attempts: [() throws -> Void] = [
      { _ = try plugin.read() }, { _ = try LoadedPlugin.load(registered) },
    ]
    for attempt in attempts {
      let failure = try #require(
        throws: Failure.self, sourceLocation: sourceLocation, performing: attempt)
      expect(
        failure, of: name ?? plugin.path, wanted: wanted, found: found, mend: mend, sourceLocation)
    }
    #expect(!plugin.hasRun, "none of its code may run", sourceLocation: sourceLocation)
  }

  private func expect(
    _ failure: Failure, of plugin: String, wanted: String, found: String, mend: String,
    _ sourceLocation: SourceLocation
  ) {
    #expect(
      failure.kind == .config && failure.code == "plugin.refused", sourceLocation: sourceLocation)
    #expect(failure.params["plugin"] == .string(plugin), sourceLocation: sourceLocation)
    #expect(failure.params["wanted"] == .string(wanted), sourceLocation: sourceLocation)
    #expect(failure.params["found"] == .string(found), sourceLocation: sourceLocation)
    #expect(failure.mend.contains(mend), "\(failure.mend)", sourceLocation: sourceLocation)
    for part in [plugin, wanted, found] {
      #expect(
        failure.message.contains(part), "\(failure.message)", sourceLocation: sourceLocation)
    }
  }

  // MARK: - The kind of file

  @Test func anEmptyFile() throws {
    let plugin = try Contrary(in: folder)
    try plugin.edit { $0 = [] }
    try expectRefusal(
      plugin, wanted: "an ELF shared object", found: "an empty file", mend: "give the .so file")
  }

  @Test(arguments: ["#!/bin/sh\n", "{\"manifest\":1}", "\u{7f}ELF", "\u{7f}EL"])
  func aFileThatIsNoLibrary(start: String) throws {
    let plugin = try Contrary(in: folder)
    try plugin.edit { $0 = Array(start.utf8) }
    try expectRefusal(
      plugin, wanted: "an ELF shared object", found: "another kind of file",
      mend: "give the .so file")
  }

  @Test(arguments: ["contrary.program", "contrary.pie"])
  func aProgram(variant: String) throws {
    let plugin = try Contrary(in: folder, variant: variant)
    try expectRefusal(
      plugin, wanted: "a shared object", found: "an executable or object file",
      mend: "link the plugin with -shared")
  }

  @Test func aLibraryFor32Bits() throws {
    let plugin = try Contrary(in: folder)
    try plugin.edit { $0[4] = 1 }
    try expectRefusal(
      plugin, wanted: "64 bits, little-endian", found: "another ELF class",
      mend: "build the plugin again")
  }

  @Test func aLibraryForAnotherMachine() throws {
    let plugin = try Contrary(in: folder)
    var own: UInt8 = 0
    try plugin.edit {
      own = $0[18]
      $0[18] = 243
    }
    try expectRefusal(
      plugin, wanted: own == 62 ? "x86_64" : "aarch64", found: "riscv",
      mend: "install the build for this machine")
  }

  // MARK: - What must be in it, and what must not

  @Test func aLibraryWithoutAManifest() throws {
    let plugin = try Contrary(in: folder)
    try plugin.edit { try $0.overwrite(".patchbay.manifest", with: ".patchbay.manifesX") }
    try expectRefusal(
      plugin, wanted: "one section .patchbay.manifest", found: "none", mend: "add plugin.json")
  }

  @Test func aLibraryWithTwoManifests() throws {
    let plugin = try Contrary(in: folder)
    try run([
      "/usr/bin/env", "objcopy", "--add-section",
      ".patchbay.manifesX=\(folder.file("contrary.so.json"))",
      plugin.path,
    ])
    try plugin.edit { try $0.overwrite(".patchbay.manifesX", with: ".patchbay.manifest") }
    try expectRefusal(
      plugin, wanted: "one section .patchbay.manifest", found: "2", mend: "add plugin.json")
  }

  @Test func aLibraryThatExportsNothing() throws {
    try expectRefusal(
      Contrary(in: folder, variant: "contrary.silent"),
      wanted: "one exported symbol, patchbay_plugin_entry", found: "none", mend: "version script")
  }

  @Test func aLibraryThatExportsAnotherSymbol() throws {
    let plugin = try Contrary(in: folder)
    try plugin.edit { try $0.overwrite("patchbay_plugin_entry", with: "patchbay_plugin_entrX") }
    try expectRefusal(
      plugin, wanted: "one exported symbol, patchbay_plugin_entry",
      found: "1: patchbay_plugin_entrX", mend: "version script")
  }

  @Test func aLibraryThatExportsMoreThanTheEntry() throws {
    let plugin = try Contrary(in: folder, variant: "contrary.talkative")
    let failure = try #require(throws: Failure.self) { try plugin.read() }
    let found = try #require(failure.params["found"]?.string)
    #expect(found.hasPrefix("2: ") && found.contains("contrary_second_export"))
    try expectRefusal(
      plugin, wanted: "one exported symbol, patchbay_plugin_entry", found: found,
      mend: "version script")
  }

  @Test func aLibraryThatBringsItsOwnSQLite() throws {
    try expectRefusal(
      Contrary(in: folder, variant: "contrary.sqlite"), wanted: "a self-contained plugin",
      found: "one that needs libsqlite3.so.0", mend: "leave SQLite to the host")
  }

  @Test func aPluginWithAnIDOfTheHubs() throws {
    let own = try Built.manifest("Contrary", [("id", "sql")])
    try expectRefusal(
      Contrary(in: folder, manifest: own.bytes), of: "sql", wanted: "an id of its own",
      found: "“sql”, by which the hub reads by itself", mend: "another id")
  }

  @Test func aPluginForAnotherABI() throws {
    let manifest = try Built.manifest("Contrary", [("abi", "3.1")])
    try expectRefusal(
      Contrary(in: folder, manifest: manifest.bytes), of: "contrary",
      wanted: "plugin ABI \(PluginFile.abi)", found: "ABI 3.1", mend: "install a version")
  }

  // MARK: - What is registered

  @Test func aFileThatChangedAfterItsRegistration() throws {
    let plugin = try Contrary(in: folder)
    let registered = try plugin.read()
    let changed = try Contrary(in: folder, version: "1.0.1")
    let now = try changed.read()
    let failure = try #require(throws: Failure.self) { try LoadedPlugin.load(registered) }
    expect(
      failure, of: "contrary",
      wanted: "the file that is registered (\(registered.sha256.prefix(12))…)",
      found: "another one at \(plugin.path) (\(now.sha256.prefix(12))…)",
      mend: "put the registered file back", #_sourceLocation)
    #expect(!plugin.hasRun)
  }

  @Test func aManifestThatIsNotTheRegisteredOne() throws {
    let plugin = try Contrary(in: folder)
    let file = try plugin.read()
    let other = try Manifest(
      Built.manifest("Contrary", [("hosts", ["evil.example"])]), from: "a test")
    let registered = PluginFile(path: plugin.path, sha256: file.sha256, manifest: other)
    let failure = try #require(throws: Failure.self) { try LoadedPlugin.load(registered) }
    expect(
      failure, of: "contrary", wanted: "the manifest that is registered",
      found: "another one in \(plugin.path)", mend: "put the registered file back",
      #_sourceLocation)
    #expect(!plugin.hasRun)
  }

  // MARK: - What only the loader sees

  @Test func aLibraryThatLacksASymbol() throws {
    let plugin = try Contrary(in: folder)
    try plugin.edit { try $0.overwrite("fopen", with: "fopeX") }
    let failure = try #require(throws: Failure.self) { try plugin.load() }
    let found = try #require(failure.params["found"]?.string)
    #expect(found.contains("undefined symbol: fopeX"))
    expect(
      failure, of: "contrary", wanted: "a library that this system can load", found: found,
      mend: "install what it names", #_sourceLocation)
    #expect(!plugin.hasRun)
  }

  @Test(
    arguments: [
      ("serves nobody", "a plugin that does not serve it", "header"),
      ("another abi", "a table of ABI 3.2", "build it again"),
      ("has holes", "a table that lacks a function", "build it again"),
    ])
  func anEntryThatDoesNotServeThisHost(way: String, found: String, mend: String) throws {
    let plugin = try Contrary(in: folder, entryWay: way)
    let failure = try #require(throws: Failure.self) { try plugin.load() }
    expect(
      failure, of: "contrary", wanted: "plugin ABI \(PluginFile.abi)", found: found, mend: mend,
      #_sourceLocation)
  }

  // MARK: - What cannot be read

  @Test(.timeLimit(.minutes(1)))
  func whatIsNoFileIsNotRead() throws {
    // Unsafe: the path is read during the call only.
    #expect(unsafe mkfifo(folder.file("pipe.so"), 0o600) == 0)
    for path in [folder.file("missing.so"), folder.path, folder.file("pipe.so"), "/dev/zero"] {
      let failure = try #require(throws: Failure.self) { try PluginFile(reading: path) }
      #expect(failure.code == "plugin.read" && failure.message.contains(path))
      #expect(!failure.mend.isEmpty)
    }
  }
}
