/// Names of the two tables that hold the records of a stream.
enum RecordTables {
  /// Key, cursor, time of deletion and typed columns.
  static func name(_ stream: Int64) -> String { "stream_\(stream)" }
  /// The records as the vendor sent them.
  static func raw(_ stream: Int64) -> String { "raw_\(stream)" }
}
