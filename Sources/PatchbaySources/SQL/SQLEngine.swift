internal import PatchbayCore
internal import PatchbayJSON
internal import PatchbayStore

/// A database whose tables are read. It belongs to one reading, and blocks.
protocol SQLEngine: AnyObject {
  /// What it is, for people.
  var about: String { get }
  /// The tables that this user may read, each with its columns.
  func tables() throws(Failure) -> [SQLTable]
  /// The greatest value of a column, as the engine writes it; `nil` where the table has none.
  func greatest(_ column: SQLColumn, of table: SQLTable) throws(Failure) -> JSON?
  /// Before when nothing is under way; `nil` where the engine has no clock that a time of its rows
  /// could be compared with.
  func quiet() throws(Failure) -> QuietTime?
  /// Reads rows in the order of their key, all of them from one state of the database.
  func rows(_ query: TableQuery) throws(Failure) -> any SQLRows
}

/// Rows as they come.
protocol SQLRows: AnyObject {
  /// The next row: its columns as a line of JSON, and its key as the engine writes it; `nil` at the
  /// end.
  func next() throws(Failure) -> (line: [UInt8], key: [JSON])?
}

/// No transaction under way has begun before this time.
struct QuietTime {
  var timeMS: Int64
  /// Why some may have, all the same.
  var doubt: String?
}

struct SQLColumn: Sendable, Equatable {
  var name: String
  var kind: Column.Kind
  /// As the engine names it.
  var type: String
  /// A time of which nobody says in what zone it is.
  var isNaive = false
}

struct SQLTable: Sendable {
  /// Empty where the engine has none.
  var schema: String
  var name: String
  var columns: [SQLColumn] = []
  /// The columns of the primary key, in its order.
  var key: [SQLColumn] = []
  /// Whether it is in the schema that is searched first.
  var isNear = true

  var fullName: String { schema.isEmpty ? name : "\(schema).\(name)" }
}

/// What is asked of a table.
struct TableQuery {
  var table: SQLTable
  /// Columns that are not read.
  var leftOut: Set<String>
  var key: [SQLColumn]
  /// Only rows behind this key.
  var after: [JSON]?
  /// Only rows whose column has at least this value, or none.
  var since: (column: SQLColumn, value: JSON)?
  let isCancelled: @Sendable () -> Bool

  var columns: [SQLColumn] { table.columns.filter { !leftOut.contains($0.name) } }

  /// A name as SQL has it, whatever is in it.
  static func quoted(_ name: String) -> String { name.enclosed(by: "\"") }
}
