import Foundation
import PatchbayCore
import PatchbayJSON

@testable import PatchbayStore

/// A data folder that is gone when the test is over.
final class DataFolder: Sendable {
  let path: String

  init() throws {
    path = NSTemporaryDirectory() + "patchbay-store-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  var file: String { path + "/patchbay.db" }

  func open() throws -> SQLiteStore { try SQLiteStore(path: file) }

  /// A connection beside the store's own, to look at what is really there.
  func database() throws -> Database { try Database(path: file, mode: .readWrite) }

  func integer(_ sql: String) throws -> Int64 {
    let database = try database()
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

  func rows(_ sql: String) async throws -> [[JSON]] {
    try await store.query(sql, limits: QueryLimits(rows: 100_000)).rows
  }
}

extension RunID {
  static func drawn() -> RunID { RunID(nowMS: 1_700_000_000_000) }
}

/// A page as a vendor sends it: records with an `id`, a cursor `at` and a mark `gone`.
func page(_ records: [String]) -> CutPage {
  var plan = ExtractPlan(records: "/results", keys: ["/id"])
  plan.cursor = "/at"
  plan.deleted = "/gone"
  return CutPage(
    ByteBuffer("{\"results\":[\(records.joined(separator: ","))]}".utf8), plan: plan)
}
