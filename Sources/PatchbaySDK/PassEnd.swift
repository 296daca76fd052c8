/// How a pass ended, and what follows from that.
public struct PassEnd: Sendable, Equatable {
  /// What the vendor said that the end is known by.
  public enum Proof: String, Sendable {
    /// A cursor that was there before is gone, or null.
    case cursor
    case more, link, total, count, empty, status
    /// All is on one page.
    case single
  }

  /// What a host reads a second time before it believes it, because places may have moved while
  /// pages turned.
  public enum Confirm: String, Sendable {
    /// That records are gone.
    case deletions
    /// Also that everything was seen.
    case always
  }

  public var proof: Proof
  /// Whether a record that a full pass did not bring is not there any more.
  public var isSnapshot = false
  public var confirm: Confirm?

  public init(_ proof: Proof) { self.proof = proof }

  /// A full pass by cursor or key whose end the vendor stated.
  public static func snapshot(_ proof: Proof) -> PassEnd {
    var end = PassEnd(proof)
    end.isSnapshot = true
    return end
  }

  var head: JSON {
    var head = JSONObject([.init("end", .string(proof.rawValue))])
    if isSnapshot { head["snapshot"] = true }
    head["confirm"] = confirm.map { .string($0.rawValue) }
    return .object(head)
  }
}
