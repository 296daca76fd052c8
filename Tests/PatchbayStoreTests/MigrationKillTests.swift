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
    let process = try start(folder)
    while process.isRunning, folder.size("patchbay.db-wal") < journalBytes { sched_yield() }
    kill(process.processIdentifier, SIGKILL)
    process.waitUntilExit()
    return process.terminationReason == .uncaughtSignal
  }

  private func version(of folder: DataFolder) throws -> Int64 {
    let isDivided = FileManager.default.fileExists(atPath: folder.file)
    let path = isDivided ? folder.file : folder.path + "/patchbay.db"
    let database = try SQLiteConnection(path: path, mode: .readWrite)
    return try database.makeStatement("PRAGMA user_version").first { $0.integer(0) } ?? 0
  }

  private func start(_ folder: DataFolder) throws -> Process {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: Self.program)
    process.arguments = ["--data", folder.path, "connection", "list", "--json"]
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
    return process
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
      try FileManager.default.copyItem(
        atPath: old.path + "/patchbay.db", toPath: folder.path + "/patchbay.db")
      let bytes = max(1, Int(Double(whole.journalBytes) * share))
      let isKilled = try killed(folder, journalBytes: bytes)
      #expect(isKilled || share > 0, "the migration was over too soon")
      // The old file is there until the new ones count.
      let version = try version(of: folder)
      if isKilled && version < 10 { inTheMidst += 1 }
      try await expectWhole(folder, "killed at \(bytes) bytes, version \(version)")
    }
    #expect(inTheMidst >= 2, "the kills came too late to tell")
  }

  /// Upgrades a copy to the end, and tells how large the old file's journal grew meanwhile.
  private func upgraded(_ old: DataFolder) async throws -> (journalBytes: Int, Void) {
    let folder = try DataFolder()
    try FileManager.default.copyItem(
      atPath: old.path + "/patchbay.db", toPath: folder.path + "/patchbay.db")
    let process = try start(folder)
    var bytes = 0
    while process.isRunning {
      bytes = max(bytes, folder.size("patchbay.db-wal"))
      sched_yield()
    }
    #expect(process.terminationStatus == 0)
    try #require(bytes > 10 << 20)
    return (bytes, ())
  }

  private func expectWhole(_ folder: DataFolder, _ comment: Comment) async throws {
    let store = try folder.open()
    let health = try await store.health()
    #expect(health["schema"] == .integer(Migration.data.map(\.version).max() ?? 0), comment)
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
