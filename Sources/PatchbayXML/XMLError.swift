/// Why a text is not usable XML, and where.
public struct XMLError: Error, Equatable, CustomStringConvertible {
  public enum Reason: Sendable {
    /// Not well-formed, or in an encoding that is not known.
    case syntax
    /// It has a document type, which could declare entities.
    case doctype
    case depth, size
  }

  public let reason: Reason
  /// The line in which reading stopped, from 1; 0 where it is not known.
  public let line: Int
  /// What is wrong, without the line.
  public let text: String

  public var description: String { line > 0 ? "line \(line): \(text)" : text }
}
