package import PatchbayCore

/// Versions of Patchbay: comparisons with blanks between them that must all hold, as in
/// `>=0.1.0 <2.0.0`.
package struct HostRange: Sendable, Equatable, CustomStringConvertible {
  package let description: String
  private let bounds: [(relation: Relation, version: SemanticVersion)]

  private enum Relation: String, CaseIterable {
    case atLeast = ">="
    case atMost = "<="
    case above = ">"
    case below = "<"
    case exactly = "="
  }

  /// `nil` for anything else.
  package init?(_ text: String) {
    var bounds: [(relation: Relation, version: SemanticVersion)] = []
    for part in text.split(separator: " ") {
      guard let relation = Relation.allCases.first(where: { part.hasPrefix($0.rawValue) }),
        let version = SemanticVersion(String(part.dropFirst(relation.rawValue.count)))
      else { return nil }
      bounds.append((relation, version))
    }
    if bounds.isEmpty { return nil }
    self.bounds = bounds
    description = text
  }

  package func contains(_ version: SemanticVersion) -> Bool {
    bounds.allSatisfy { relation, bound in
      switch relation {
      case .atLeast: version >= bound
      case .atMost: version <= bound
      case .above: version > bound
      case .below: version < bound
      case .exactly: version == bound
      }
    }
  }

  package static func == (one: HostRange, other: HostRange) -> Bool {
    one.description == other.description
  }
}
