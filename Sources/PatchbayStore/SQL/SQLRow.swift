internal import PatchbayCore

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

  /// A time in milliseconds. Whatever a file holds, it lies where days can be added to it, and
  /// other times taken from it.
  package func time(_ index: Int32) -> Int64 { Time.clamped(integer(index)) }

  package func optionalTime(_ index: Int32) -> Int64? { isNull(index) ? nil : time(index) }

  /// How many there are of something, or a place among them: 0 to 2^53, with room for sums.
  package func count(_ index: Int32) -> Int64 { min(max(integer(index), 0), 1 << 53) }

  /// Empty for NULL.
  package func text(_ index: Int32) -> String { optionalText(index) ?? "" }
}
