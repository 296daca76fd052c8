import Foundation
import Glibc
import PatchbayCore
import PatchbayJSON
import Testing

@testable import PatchbayStore

@Suite struct MigrationKillTests {
  private static let records = 2000
  private static let letters = 180_000

  /// Where the built program is: `$PATCHBAY_BIN`, or the release build of this checkout.
  private static let program: String = {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent().path
    let folder = ProcessInfo.processInfo.environment["PATCHBAY_BIN"] ?? "\(root)/.build/release"
    return "\(folder)/patchbay"
  }()

  /// Starts the program on the folder and kills it once the journal holds so many bytes.
  /// Returns whether the kill ended it.
  private func killed(_ folder: DataFolder, journalBytes: Int) throws -> Bool {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: Self.program)
    process.arguments = ["--data", folder.path, "connection", "list", "--json"]
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
    while process.isRunning, folder.size("patchbay.db-wal") < journalBytes { sched_yield() }
    kill(process.processIdentifier, SIGKILL)
    process.waitUntilExit()
    return process.terminationReason == .uncaughtSignal
  }

  @Test func `A kill in the midst of a migration loses nothing, and the next start ends it`()
    async throws
  {
    let old = try DataFolder()
    try OldDatabase.make(old, records: Self.records, deadLetters: Self.letters, padding: 150)
    #expect(old.size("patchbay.db-wal") == 0)
    let whole = try await upgraded(old)
    var inTheMidst = 0
    for share in [0.0, 0.05, 0.2, 0.4, 0.6, 0.8] {
      let folder = try DataFolder()
      try FileManager.default.copyItem(atPath: old.file, toPath: folder.file)
      let bytes = max(1, Int(Double(whole.journalBytes) * share))
      let isKilled = try killed(folder, journalBytes: bytes)
      #expect(isKilled || share > 0, "the migration was over too soon")
      let version = try folder.integer("PRAGMA user_version")
      if isKilled && version == 1 {
        inTheMidst += 1
        #expect(try folder.integer("SELECT count(*) FROM dead_letters") == Int64(Self.letters))
      }
      try await expectWhole(folder, "killed at \(bytes) bytes, version \(version)")
    }
    #expect(inTheMidst >= 2, "the kills came too late to tell")
  }

  /// Upgrades a copy to the end, in this process, and tells how large its journal grew.
  private func upgraded(_ old: DataFolder) async throws -> (journalBytes: Int, Void) {
    let folder = try DataFolder()
    try FileManager.default.copyItem(atPath: old.file, toPath: folder.file)
    let store = try folder.open()
    _ = try await store.health()
    let bytes = folder.size("patchbay.db-wal")
    try #require(bytes > 10 << 20)
    return (bytes, ())
  }

  private func expectWhole(_ folder: DataFolder, _ comment: Comment) async throws {
    let store = try folder.open()
    let health = try await store.health()
    #expect(health["schema"] == .integer(Migration.all.map(\.version).max() ?? 0), comment)
    #expect(health["quick_check"] == "ok", comment)
    let stream = try #require(try await store.stream("crm", "contacts"), comment)
    #expect(stream.state == ["after": "17"], comment)
    let records = try await store.records(stream.id, limit: .max)
    #expect(Set(records.map(\.key)) == Set((1...Self.records).map { "k\($0)" }), comment)
    let letters = try await store.deadLetters("crm", limit: .max)
    #expect(letters.map(\.atMS) == (1...Int64(Self.letters / 3)).map { $0 }, comment)
    #expect(try await store.sealedSecrets(of: "crm") == ["token": [1, 2, 3]], comment)
  }
}
