import Foundation
import PatchbayCore
import PatchbayJSON
import StoreCompat

@testable import PatchbayStore

/// A data folder that is gone when the test is over.
final class DataFolder: Sendable {
  let path: String

  init() throws {
    path = NSTemporaryDirectory() + "patchbay-store-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  /// Where records are.
  var file: String { path + "/data.db" }

  func open() throws -> SQLiteStore { try SQLiteStore(folder: path) }

  /// Where connections, secrets and runs are.
  var hubFile: String { path + "/hub.db" }

  /// A connection beside the store's own, to look at what is really there.
  func database() throws -> SQLiteConnection { try SQLiteConnection(path: file, mode: .readWrite) }
  func hubDatabase() throws -> SQLiteConnection {
    try SQLiteConnection(path: hubFile, mode: .readWrite)
  }

  func integer(_ sql: String, inHub: Bool = false) throws -> Int64 {
    let database = try inHub ? hubDatabase() : database()
    defer { withExtendedLifetime(database) {} }
    return try database.makeStatement(sql).first { $0.integer(0) } ?? -1
  }

  func texts(_ sql: String) throws -> [String] {
    let database = try database()
    defer { withExtendedLifetime(database) {} }
    return try database.makeStatement(sql).rows { $0.text(0) }
  }

  func size(_ name: String) -> Int {
    let attributes = try? FileManager.default.attributesOfItem(atPath: "\(path)/\(name)")
    return attributes?[.size] as? Int ?? 0
  }
}

/// What most tests do not care about.
extension SQLiteStore {
  func beginPass(_ stream: Int64, _ pass: Pass, run: RunID) async throws -> StreamRecord {
    try beginPass(stream, pass, run: run, fingerprint: nil)
  }

  /// As a run does that proved its end.
  func finishPass(_ stream: Int64, nowMS: Int64) async throws -> StreamRecord {
    let record = try self.stream(id: stream)
    let marks = record.pass == .full && record.unread == 0
    return try finishPass(stream, marks: marks, isComplete: true, nowMS: nowMS)
  }

  func records(_ stream: Int64, limit: Int) async throws -> [StoredRecord] {
    try await records(stream, withDeleted: true, limit: limit)
  }

  func deadLetters(_ connection: String, limit: Int) async throws -> [DeadLetter] {
    try await deadLetters(connection, stream: nil, limit: limit)
  }
}

extension SealedSecret {
  init(connection: String, name: String, sealed: [UInt8]) {
    self.init(organisation: .standard, connection: connection, name: name, sealed: sealed)
  }
}

extension AuditEntry {
  static let ofTests = AuditEntry(atMS: 1, actor: "tests", action: "records.test", details: [:])
}

/// A store with one connection, and streams of it.
struct Shelf: Sendable {
  let folder: DataFolder
  let store: SQLiteStore
  let run: RunID

  init() async throws {
    folder = try DataFolder()
    store = try folder.open()
    run = RunID.drawn()
    try await connect("crm")
  }

  /// Seals every secret under a new master key.
  func rotate(_ environment: [String: String] = [:]) async throws -> Int {
    try await KeyRotation(
      store: SQLiteHub(folder: folder.path), folder: folder.path, environment: environment
    ).rotate()
  }

  func connect(_ name: String) async throws {
    try await store.save(
      Connection(name: name, plugin: "p", settings: JSONObject(), createdMS: 1), secrets: [:])
  }

  func stream(
    _ name: String = "contacts", of connection: String = "crm", columns: [Column] = [],
    unified: [String: [String: String]] = [:]
  ) async throws -> StreamRecord {
    try await store.prepare(
      StreamDescription(
        connection: connection, stream: name, columns: columns, unified: unified)
    ).record
  }

  @discardableResult
  func commit(
    _ stream: StreamRecord, _ records: [String]..., checkpoint: JSON? = nil, tag: String? = nil
  ) async throws -> Counters {
    try await store.commit(
      Batch(
        stream: stream.id, run: run, pages: records.map { page($0) }, checkpoint: checkpoint,
        stateTag: tag, nowMS: 5))
  }

  /// Nothing was seen yet.
  func nextPass(_ stream: StreamRecord) async throws {
    _ = try await store.beginPass(stream.id, .incremental, run: run)
  }

  func rows(_ sql: String) async throws -> [[JSON]] {
    try await store.query(sql, limits: QueryLimits(rows: 100_000)).rows
  }
}

extension RunID {
  static func drawn() -> RunID { RunID(nowMS: 1_700_000_000_000) }
}

/// A page as a vendor sends it: records with an `id`, a cursor `at` and a mark `gone`.
func page(_ records: [String]) -> CutPage { .ofTests(records) }
