internal import PatchbayCore
internal import PatchbayTUF

/// What one publisher signs. A small one has a single role; one with many plugins has a role that
/// delegates to bins by the hashes of paths, so that a new version changes two small files, and a
/// hub fetches those alone. Both keys sign each of them.
struct PublisherRoles {
  /// Targets of a role before it is cut into bins, and about how many a bin has at most.
  static let binTargets = 128
  private static let digitLimit = 3

  let namespace: String
  /// By the names of their roles.
  let documents: [String: TargetsMetadata]

  /// The namespace of a role of a publisher: a bin is called “NAMESPACE~DIGITS”.
  static func namespace(of role: String) -> String { String(role.prefix { $0 != "~" }) }

  static func isRole(_ role: String, of namespace: some StringProtocol) -> Bool {
    self.namespace(of: role) == namespace
  }

  /// Hexadecimal digits by which paths are put into bins; 0 where there are none.
  var digits: Int { Self.digits(of: documents[namespace]) }

  static func digits(of main: TargetsMetadata?) -> Int {
    guard let first = main?.delegations?.roles.first else { return 0 }
    return first.name.utf8.count - namespace(of: first.name).utf8.count - 1
  }

  /// All that is signed, whichever the role.
  var targets: [String: TargetFile] {
    documents.values.reduce(into: [:]) { all, one in all.merge(one.targets) { one, _ in one } }
  }

  /// The bins of a publisher, which need the same signatures as its role.
  static func bins(of namespace: String, digits: Int, _ keys: RoleKeys) -> Delegations {
    let roles = (0..<1 << (4 * digits)).map { number in
      let hex = hexadecimal(number, digits: digits)
      return Delegation(
        name: "\(namespace)~\(hex)", keyIDs: keys.keys.map(\.id), threshold: keys.threshold,
        isTerminating: true, paths: .hashPrefixes([hex]))
    }
    return Delegations(keys: keys.keys, roles: roles)
  }

  /// What there is to sign when the publisher has these targets: each role that changes, in its
  /// next version. `isDue` says which are signed anew though they say the same.
  func next(
    _ targets: [String: TargetFile], keys: RoleKeys, endMS: Int64,
    isDue: (TargetsMetadata) -> Bool = { _ in false }
  ) -> [String: TargetsMetadata] {
    let digits = max(digits, binDigits(of: targets.count, holding: Self.binTargets))
    var changed: [String: TargetsMetadata] = [:]
    func put(_ role: String, _ targets: [String: TargetFile], _ delegations: Delegations?) {
      var next = TargetsMetadata(
        version: (documents[role]?.version ?? 0) + 1, expiresMS: endMS, delegations: delegations)
      next.targets = targets
      changed[role] = next
    }
    if digits == 0 {
      put(namespace, targets, nil)
      return changed
    }
    let bins = Self.bins(of: namespace, digits: min(digits, Self.digitLimit), keys)
    let main = documents[namespace]
    // Other keys, or other bins: all of them are signed anew.
    let isNew = main?.delegations != bins
    if isNew || main.map(isDue) ?? true { put(namespace, [:], bins) }
    var parts: [String: [String: TargetFile]] = [:]
    for (path, target) in targets {
      let hex = Delegation.hash(of: path).prefix(min(digits, Self.digitLimit))
      parts["\(namespace)~\(hex)", default: [:]][path] = target
    }
    for role in bins.roles.map(\.name) {
      let (old, new) = (documents[role], parts[role] ?? [:])
      if isNew || old?.targets != new || old.map(isDue) ?? true { put(role, new, nil) }
    }
    return changed
  }

  /// The roles after some of them were signed anew. One that became bins has nothing else.
  func with(_ changed: [String: TargetsMetadata]) -> PublisherRoles {
    var all = documents.merging(changed) { $1 }
    if let bins = all[namespace]?.delegations {
      let known = Set(bins.roles.map(\.name) + [namespace])
      all = all.filter { known.contains($0.key) }
    }
    return PublisherRoles(namespace: namespace, documents: all)
  }
}

/// How many hexadecimal digits make bins of at most so many things each, on average.
func binDigits(of count: Int, holding limit: Int) -> Int {
  var digits = 0
  while count > limit << (4 * digits) { digits += 1 }
  return digits
}

func hexadecimal(_ number: Int, digits: Int) -> String {
  let text = String(number, radix: 16)
  return String(repeating: "0", count: digits - text.utf8.count) + text
}
