package import PatchbayCore

extension SQLiteStore {
  /// Runs on a connection of its own that can only read, of the organisation's own file: sealed
  /// secrets are in another one.
  package nonisolated func query(_ sql: String, limits: QueryLimits) async throws(Failure)
    -> QueryResult
  {
    let query = Query(path: files.data, limits: limits)
    return try await SerialQueue("patchbay.query").run { () throws(Failure) in try query.run(sql) }
  }

  package nonisolated func views() async throws(Failure) -> [ViewDescription] {
    try await reader.read { (data) throws(Failure) in try Views(data).descriptions() }
  }
}
