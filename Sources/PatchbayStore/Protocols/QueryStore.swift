public import PatchbayCore
public import PatchbayJSON

/// What one organisation's data says, read only and beside whoever writes.
public protocol QueryStore: Sendable {
  /// One read-only statement, bounded in time and rows.
  func query(_ sql: String, limits: QueryLimits) async throws(Failure) -> QueryResult
  /// The views that queries are written against, by name.
  func views() async throws(Failure) -> [ViewDescription]
  /// What an administrator should know about the database's health.
  func health() async throws(Failure) -> [String: JSON]
}

public struct QueryLimits: Sendable {
  public var rows: Int
  public var timeMS: Int64

  public init(rows: Int = 1000, timeMS: Int64 = 30_000) {
    self.rows = rows
    self.timeMS = timeMS
  }
}

public struct QueryResult: Sendable {
  public let columns: [String]
  public let rows: [[JSON]]
  /// More rows were there than the limit lets through.
  public let isCut: Bool
}

/// A view, as a contract: its names stay, and so do its columns.
public struct ViewDescription: Sendable, Equatable {
  public enum Kind: String, Sendable {
    /// Of one stream.
    case stream
    /// The first stream of that name.
    case alias
    /// Across vendors.
    case unified
  }

  public struct ViewColumn: Sendable, Equatable {
    public let name: String
    /// text, number, boolean, time, or json.
    public let type: String
    /// Where it stands in a record, by stream (`crm/contacts`), as JSON Pointers; none for what the
    /// hub adds.
    public let sources: [String: String]

    public init(name: String, type: String, sources: [String: String] = [:]) {
      (self.name, self.type, self.sources) = (name, type, sources)
    }
  }

  public let name: String
  public let kind: Kind
  /// Shows deleted records, too.
  public let isAll: Bool
  /// What it shows: `connection/stream`.
  public let streams: [String]
  public let columns: [ViewColumn]
}
