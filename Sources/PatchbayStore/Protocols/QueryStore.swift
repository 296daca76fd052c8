package import PatchbayCore
package import PatchbayJSON

/// What one organisation's data says, read only and beside whoever writes.
package protocol QueryStore: Sendable {
  /// One read-only statement, bounded in time and rows.
  func query(_ sql: String, limits: QueryLimits) async throws(Failure) -> QueryResult
  /// The views that queries are written against, by name.
  func views() async throws(Failure) -> [ViewDescription]
  /// What an administrator should know about the database's health.
  func health() async throws(Failure) -> [String: JSON]
}

package struct QueryLimits: Sendable {
  package var rows: Int
  package var timeMS: Int64

  package init(rows: Int = 1000, timeMS: Int64 = 30_000) {
    self.rows = rows
    self.timeMS = timeMS
  }
}

package struct QueryResult: Sendable {
  package let columns: [String]
  package let rows: [[JSON]]
  /// More rows were there than the limit lets through.
  package let isCut: Bool
}

/// A view, as a contract: its names stay, and so do its columns.
package struct ViewDescription: Sendable, Equatable {
  package enum Kind: String, Sendable {
    /// Of one stream.
    case stream
    /// The first stream of that name.
    case alias
    /// Across vendors.
    case unified
  }

  package struct ViewColumn: Sendable, Equatable {
    package let name: String
    /// text, number, boolean, time, or json.
    package let type: String
    /// Where it stands in a record, by stream (`crm/contacts`), as JSON Pointers; none for what the
    /// hub adds.
    package let sources: [String: String]

    package init(name: String, type: String, sources: [String: String] = [:]) {
      (self.name, self.type, self.sources) = (name, type, sources)
    }
  }

  package let name: String
  package let kind: Kind
  /// Shows deleted records, too.
  package let isAll: Bool
  /// What it shows: `connection/stream`.
  package let streams: [String]
  package let columns: [ViewColumn]
}
