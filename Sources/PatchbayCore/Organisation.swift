/// Whose rows, locks, blobs and workers something is. A hub of one company has one organisation,
/// ``standard``, and need not know the word.
public struct Organisation: Sendable, Hashable {
  /// Unique in a hub, and for ever the same.
  public let name: String

  /// What a hub has from the start.
  public static let standard = Organisation(known: "default")

  public static let rule =
    "up to \(limit) lower-case letters and digits, with single dashes in between, not beginning "
    + "with a digit"
  private static let limit = 32

  private init(known name: String) { self.name = name }

  /// Throws `organisation.name` for what is no name of one: it becomes a part of paths, of views'
  /// schemas and of customers' names.
  public init(_ name: String) throws(Failure) {
    guard Self.isValid(name) else {
      throw Failure(
        .config, "organisation.name", "“\(name.prefix(100))” cannot name an organisation",
        mend: "use \(Self.rule)")
    }
    self.name = name
  }

  public var isStandard: Bool { self == .standard }

  /// The folder of what belongs to it alone, in the data folder of the hub: that of ``standard`` is
  /// the data folder itself.
  public func folder(in hub: String) -> String {
    isStandard ? hub : "\(hub)/organisations/\(name)"
  }

  /// A name of this organisation's as the whole hub knows it: `acme/crm`. A slash is in no name, so
  /// two are the same only if they are one. What belongs to ``standard`` keeps its bare name, by
  /// which it is known in books that were written before there were organisations.
  public func qualified(_ name: String) -> String { isStandard ? name : "\(self.name)/\(name)" }

  private static func isValid(_ name: String) -> Bool {
    guard (1...limit).contains(name.utf8.count) else { return false }
    var mayJoin = false
    for (index, byte) in name.utf8.enumerated() {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"): mayJoin = true
      case UInt8(ascii: "0")...UInt8(ascii: "9"):
        if index == 0 { return false }
        mayJoin = true
      case UInt8(ascii: "-"):
        if !mayJoin { return false }
        mayJoin = false
      default: return false
      }
    }
    return mayJoin
  }
}
