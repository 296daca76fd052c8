/// Why a text is not usable XML, and where.
package struct XMLError: Error, Equatable, CustomStringConvertible {
  package enum Reason: Sendable {
    /// Not well-formed, or in an encoding that is not known.
    case syntax
    /// It has a document type, which could declare entities.
    case doctype
    case depth, size
  }

  package let reason: Reason
  /// The line in which reading stopped, from 1; 0 where it is not known.
  package let line: Int
  /// What is wrong, without the line.
  package let text: String

  package var description: String { line > 0 ? "line \(line): \(text)" : text }
}
