internal import PatchbayCore

/// The way through the delegations to whoever describes a target: pre-order, depth first.
///
/// It asks for one role after the other, and is told what the role says.
struct DelegationSearch {
  /// A role to look into, and the keys that its delegator trusts for it.
  struct Visit {
    let role: String
    let keys: RoleKeys
  }

  /// Roles that are delegated to, beside `targets` itself.
  static let roleLimit = 32

  private let path: String
  private let hash: String
  private var waiting: [Visit]
  private var visited: Set<String> = []

  init(_ path: String, root: RootMetadata) {
    self.path = path
    hash = Delegation.hash(of: path)
    waiting = [Visit(role: TopLevelRole.targets.rawValue, keys: root[.targets])]
  }

  /// The next role to look into, or `nil` at the end. Throws `tuf.delegations` where that would be
  /// too many, so that nobody can make a search endless.
  mutating func next() throws(Failure) -> Visit? {
    while let visit = waiting.popLast() {
      if !visited.insert(visit.role).inserted { continue }
      guard visited.count <= Self.roleLimit + 1 else {
        throw Failure(
          .data, "tuf.delegations",
          "“\(path.prefix(200))” was not found in the first \(Self.roleLimit) roles that may "
            + "describe it",
          mend: "check the name; if it is right, the owner of the repository must delegate less")
      }
      return visit
    }
    return nil
  }

  /// Looks into a role; what it delegates comes before what is still waiting.
  mutating func look(into metadata: TargetsMetadata) -> TargetFile? {
    if let target = metadata.target(path) { return target }
    guard let delegations = metadata.delegations else { return nil }
    var found: [Visit] = []
    for role in delegations.roles where role.covers(path, hash: hash) {
      found.append(Visit(role: role.name, keys: delegations.keys(of: role)))
      if role.isTerminating {
        waiting = []
        break
      }
    }
    waiting += found.reversed()
    return nil
  }
}
