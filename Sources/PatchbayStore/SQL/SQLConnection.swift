package import PatchbayCore

/// One connection to a database of any engine. Not Sendable: it belongs to whoever opened it.
///
/// Text of statements keeps to what all engines take; where they differ, ``dialect`` has the words.
/// Values are written as `?`, or `?1` where one stands twice.
package protocol SQLConnection: AnyObject {
  var dialect: Dialect { get }
  /// What is opened, as errors name it.
  var path: String { get }
  /// Rows that were changed through this connection since it was opened.
  var changeCount: Int64 { get }

  /// Runs text of any number of statements, for schemas.
  func execute(_ sql: String) throws(Failure)
  /// A prepared statement, kept for the next time.
  func statement(_ sql: String) throws(Failure) -> any SQLStatement
  /// A prepared statement of one's own.
  func ownStatement(_ sql: String) throws(Failure) -> any SQLStatement

  /// Runs the body in a transaction that keeps other writers away from its beginning. What the body
  /// throws undoes it.
  func transaction<R>(_ body: () throws(Failure) -> R) throws(Failure) -> R
  /// Runs a body that only reads: it sees one state of the database, whatever others write.
  func snapshot<R>(_ body: () throws(Failure) -> R) throws(Failure) -> R

  /// The form of the tables, 0 before the first.
  func form() throws(Failure) -> Int64
  /// Sets the form, within the transaction that leads to it.
  func setForm(_ form: Int64) throws(Failure)
  /// Whether there is a table of that name.
  func hasTable(_ name: String) throws(Failure) -> Bool
  /// All tables, indexes, triggers and views with what they are, as text that is the same for as
  /// long as none of them changes.
  func describedSchema() throws(Failure) -> String
  /// A number that is another one whenever this connection works by another schema than before;
  /// `nil` where the engine has none. What the file says of its schema and no connection has read
  /// is not in force.
  func schemaVersion() throws(Failure) -> Int64?
}
