/// A version as Semantic Versioning 2.0.0 has it: 1.4.2, 1.0.0-rc.2, 1.0.0+build.
public struct SemanticVersion: Sendable, Equatable, Comparable, CustomStringConvertible {
  public let major: Int
  public let minor: Int
  public let patch: Int
  /// The parts after the dash; a release has none.
  public let before: [String]
  public let description: String

  /// `nil` for anything else.
  public init?(_ text: String) {
    let build = text.split(separator: "+", maxSplits: 1, omittingEmptySubsequences: false)
    let parts = build[0].split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
    let core = parts[0].split(separator: ".", omittingEmptySubsequences: false)
    let numbers = core.compactMap { Self.number($0) }
    let marks = parts.dropFirst() + build.dropFirst()
    guard core.count == 3, numbers.count == 3, marks.allSatisfy(Self.isDotted) else { return nil }
    let before = parts.count == 2 ? parts[1].split(separator: ".").map(String.init) : []
    // As numbers these would be the same as others.
    if before.contains(where: { Self.hasLeadingZero($0) }) { return nil }
    (major, minor, patch) = (numbers[0], numbers[1], numbers[2])
    self.before = before
    description = text
  }

  /// A release.
  public init(major: Int, minor: Int, patch: Int) {
    (self.major, self.minor, self.patch) = (major, minor, patch)
    before = []
    description = "\(major).\(minor).\(patch)"
  }

  /// A release, as against what comes before one.
  public var isRelease: Bool { before.isEmpty }

  private static func number(_ text: Substring) -> Int? {
    let isPlain = text.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    guard isPlain, text == "0" || !text.hasPrefix("0") else { return nil }
    return Int(text)
  }

  private static func hasLeadingZero(_ part: String) -> Bool {
    part.count > 1 && part.hasPrefix("0")
      && part.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
  }

  private static func isDotted(_ text: Substring) -> Bool {
    text.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { part in
      !part.isEmpty
        && part.utf8.allSatisfy {
          switch $0 {
          case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"):
            true
          default: false
          }
        }
    }
  }

  /// What follows a plus sign makes no version newer.
  public static func < (one: SemanticVersion, other: SemanticVersion) -> Bool {
    let (left, right) = (
      [one.major, one.minor, one.patch], [other.major, other.minor, other.patch]
    )
    if left != right { return left.lexicographicallyPrecedes(right) }
    if one.isRelease || other.isRelease { return !one.isRelease && other.isRelease }
    return one.before.lexicographicallyPrecedes(other.before) { mine, theirs in
      switch (number(mine[...]), number(theirs[...])) {
      case (let first?, let second?): first < second
      case (nil, nil): mine.utf8.lexicographicallyPrecedes(theirs.utf8)
      case (let first, _): first != nil
      }
    }
  }
}
