package import PatchbayCore
package import PatchbayStore

extension Hub {
  /// One read-only statement over the data. Columns that came with an upgrade or with new settings
  /// are filled before; where somebody else writes for long, the query goes ahead without them.
  package func query(_ sql: String, limits: QueryLimits) async throws(Failure) -> QueryResult {
    do throws(Failure) {
      for stream in try await store.unfilledStreams() {
        while try await !store.fill(stream).isOver {}
      }
    } catch  where error.code == "store.busy" {}
    return try await store.query(sql, limits: limits)
  }
}
