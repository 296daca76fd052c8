package import PatchbayCore
package import PatchbayStore

/// A connection that passes everything on, and remembers each text of SQL that was asked for, and
/// what was asked while another statement stood on a row: not every engine can do that.
package final class RecordingConnection: SQLConnection {
  private let inner: any SQLConnection
  private var known: Set<String> = []
  /// Each once, in the order in which they came.
  package private(set) var texts: [String] = []
  /// What stood on a row, and what was asked meanwhile.
  package private(set) var overlaps: [String] = []
  fileprivate var open: [ObjectIdentifier: String] = [:]

  package init(_ inner: any SQLConnection) { self.inner = inner }

  package var dialect: Dialect { inner.dialect }
  package var path: String { inner.path }
  package var changeCount: Int64 { inner.changeCount }

  package func execute(_ sql: String) throws(Failure) { try inner.execute(sql) }

  package func statement(_ sql: String) throws(Failure) -> any SQLStatement {
    RecordingStatement(try inner.statement(sql), sql, of: self)
  }

  package func ownStatement(_ sql: String) throws(Failure) -> any SQLStatement {
    RecordingStatement(try inner.ownStatement(sql), sql, of: self)
  }

  package func transaction<R>(_ body: () throws(Failure) -> R) throws(Failure) -> R {
    try inner.transaction(body)
  }

  package func snapshot<R>(_ body: () throws(Failure) -> R) throws(Failure) -> R {
    try inner.snapshot(body)
  }

  package func form() throws(Failure) -> Int64 { try inner.form() }
  package func setForm(_ form: Int64) throws(Failure) { try inner.setForm(form) }
  package func describedSchema() throws(Failure) -> String { try inner.describedSchema() }
  package func schemaVersion() throws(Failure) -> Int64? { try inner.schemaVersion() }
  package func hasTable(_ name: String) throws(Failure) -> Bool { try inner.hasTable(name) }

  fileprivate func note(_ sql: String) {
    if known.insert(sql).inserted { texts.append(sql) }
  }

  /// A statement goes on; any other that stands on a row stands there meanwhile.
  fileprivate func goesOn(_ statement: ObjectIdentifier, _ sql: String) {
    for (other, text) in open where other != statement {
      overlaps.append("\(text)\n  stands while this is asked: \(sql)")
    }
  }
}

private final class RecordingStatement: SQLStatement {
  private let inner: any SQLStatement
  private let sql: String
  private let connection: RecordingConnection
  private var id: ObjectIdentifier { ObjectIdentifier(inner) }

  init(_ inner: any SQLStatement, _ sql: String, of connection: RecordingConnection) {
    (self.inner, self.sql, self.connection) = (inner, sql, connection)
    connection.note(sql)
  }

  deinit { connection.open[id] = nil }

  func bind(all values: [SQLValue]) {
    if connection.open[id] != nil { connection.goesOn(ObjectIdentifier(self), sql) }
    connection.open[id] = nil
    inner.bind(all: values)
  }

  @discardableResult
  func run() throws(Failure) -> Int64 {
    connection.goesOn(id, sql)
    return try inner.run()
  }

  func run(_ buffer: [UInt8], _ parts: [SQLPart]) throws(Failure) -> Int64 {
    connection.goesOn(id, sql)
    return try inner.run(buffer, parts)
  }

  func next() throws(Failure) -> Bool {
    connection.goesOn(id, sql)
    let hasRow = try inner.next()
    connection.open[id] = hasRow ? sql : nil
    return hasRow
  }

  func reset() {
    connection.open[id] = nil
    inner.reset()
  }

  func isNull(_ index: Int32) -> Bool { inner.isNull(index) }
  func integer(_ index: Int32) -> Int64 { inner.integer(index) }
  func bytes(_ index: Int32) -> [UInt8] { inner.bytes(index) }
  func optionalText(_ index: Int32) -> String? { inner.optionalText(index) }
  func value(_ index: Int32) -> SQLValue { inner.value(index) }
}
