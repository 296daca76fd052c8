import Built
import PatchbayCore
import PatchbayHost
import PatchbayJSON
import PatchbayStore
import PatchbaySync

/// A hub with one connection to files or tables, opened anew for each run.
struct SourceBench {
  let folder = try? TestFolder()
  let plugin: String
  var settings = JSONObject()
  var secrets: [String: String] = [:]
  var environment: [String: String] = [:]

  init(_ plugin: String) { self.plugin = plugin }

  var path: String { folder?.path ?? "" }

  private func hub() throws -> Hub {
    try Hub(
      folder: "\(path)/data", pluginFolders: [],
      environment: environment.merging(["PATCHBAY_FOLDERS": path]) { given, _ in given })
  }

  /// Stores the connection with the settings as they are.
  func save(resets: Bool = false) async throws {
    let hub = try hub()
    var draft = ConnectionDraft(name: "c", plugin: plugin)
    (draft.settings, draft.secrets) = (settings, secrets)
    try await hub.save([hub.plan(draft, resets: resets)], resets: resets)
  }

  @discardableResult
  func sync(full: Bool = false, accepts: Bool = false, resets: Bool = false) async throws
    -> SyncRun.Summary
  {
    let hub = try hub()
    return try await SyncRun(
      hub: hub, connection: hub.open("c"),
      options: .init(isFull: full, acceptsDeletions: accepts, resets: resets)
    ) { _ in }.execute()
  }

  func check() async throws -> String? {
    let hub = try hub()
    return try await ConnectionCheck(hub.open("c"), in: hub).run()
  }

  /// Living records of a stream, by key.
  func living(_ stream: String) async throws -> [String: String] {
    let records = try await all(stream).filter { !$0.isDeleted }
    return Dictionary(uniqueKeysWithValues: records.map { ($0.key, $0.raw) })
  }

  func all(_ stream: String) async throws -> [StoredRecord] {
    let hub = try hub()
    guard let stream = try await hub.store.stream("c", stream) else { return [] }
    return try await hub.store.records(stream.id, withDeleted: true, limit: 100_000)
  }

  func query(_ sql: String) async throws -> [[JSON]] {
    try await hub().store.query(sql, limits: QueryLimits()).rows
  }

  func streams() async throws -> [String] {
    try await hub().open("c").streams.map(\.name)
  }
}

/// The failure that a call throws.
func failure(_ body: () async throws -> Void) async -> Failure? {
  do {
    try await body()
    return nil
  } catch {
    return error as? Failure
  }
}
