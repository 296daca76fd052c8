package import PatchbayCore

/// A prepared statement of a connection, used on the thread of whoever uses that. Bind, then `run`
/// or read rows.
package protocol SQLStatement: SQLRow {
  /// Binds values from place 1 on, and begins anew.
  func bind(all values: [SQLValue])

  /// Runs a statement without rows. Returns how many rows it changed.
  @discardableResult
  func run() throws(Failure) -> Int64

  /// Runs it with parts of one buffer as its values: nothing is copied. Returns how many rows it
  /// changed.
  func run(_ buffer: [UInt8], _ parts: [SQLPart]) throws(Failure) -> Int64

  /// Steps to the next row; `false` at the end.
  func next() throws(Failure) -> Bool

  /// Gives up the rows that were not read.
  func reset()
}

/// A value that is a part of a buffer.
package enum SQLPart {
  case null
  case integer(Int64)
  case text(Range<Int>)
  case blob(Range<Int>)

  package static func integer(_ value: Int64?) -> SQLPart { value.map { .integer($0) } ?? .null }
}

extension SQLStatement {
  @discardableResult
  package func bind(_ values: SQLValue...) -> Self {
    bind(all: values)
    return self
  }

  /// Reads all rows.
  package func rows<R>(_ read: (any SQLRow) throws(Failure) -> R) throws(Failure) -> [R] {
    // Also where `read` throws: a statement left open would hold this connection's snapshot.
    defer { reset() }
    var rows: [R] = []
    while try next() { rows.append(try read(self)) }
    return rows
  }

  package func first<R>(_ read: (any SQLRow) throws(Failure) -> R) throws(Failure) -> R? {
    guard try next() else { return nil }
    defer { reset() }
    return try read(self)
  }
}
