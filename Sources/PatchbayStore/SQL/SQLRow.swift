/// The row at which a statement stands; columns are counted from 0. Good until the statement goes
/// on.
package protocol SQLRow: AnyObject {
  func isNull(_ index: Int32) -> Bool
  /// 0 for NULL.
  func integer(_ index: Int32) -> Int64
  /// The bytes of a text or a blob; none for NULL.
  func bytes(_ index: Int32) -> [UInt8]
  /// `nil` for NULL.
  func optionalText(_ index: Int32) -> String?
  /// The column as the kind that it has.
  func value(_ index: Int32) -> SQLValue
}

extension SQLRow {
  package func optionalInteger(_ index: Int32) -> Int64? { isNull(index) ? nil : integer(index) }

  /// Empty for NULL.
  package func text(_ index: Int32) -> String { optionalText(index) ?? "" }
}
