package import PatchbayCore
internal import PatchbayTUF

extension MarketRepository {
  /// Roles whose keys can be changed.
  package static let rotatable = ["root", "targets", "snapshot", "timestamp", registry]

  /// Gives a role new keys, in files that are made in a folder; the old ones are worth nothing from
  /// here on. A role of the root needs enough of the root's keys, `root` both old and new ones.
  package func rotate(
    _ role: String, newKeys folder: String, _ ring: KeyRing, nowMS: Int64 = Time.nowMS()
  ) async throws(Failure) -> MarketRepository {
    guard Self.rotatable.contains(role) else {
      throw Failure(
        .config, "usage.role", "there is no role “\(role)”",
        mend: "it is one of \(Self.rotatable.joined(separator: ", ")); "
          + "for a publisher: --publisher NAMESPACE")
    }
    try FileBytes.makeFolders(folder)
    var ring = ring
    let isRoot = role == "root"
    // The version from which on they sign.
    let version = (role == Self.registry ? targets.version : root.version) + 1
    let count = isRoot ? root[.root].keys.count : 1
    var made: [PublicKey] = []
    for number in 1...count {
      let name = isRoot ? "root-\(number)" : role
      let key = try KeyRing.make("\(folder)/\(name)-\(version).pem")
      ring.add(key)
      made.append(key.publicKey)
    }
    let keys = made
    return try await changing(ring, nowMS) { (repository, change) throws(Failure) in
      guard let top = TopLevelRole(rawValue: role) else {
        return try repository.rotateRegistry(to: keys, &change)
      }
      try change.setRoot { $0[top].keys = keys }
      // What the new keys must sign; snapshot and timestamp are signed with every change.
      if top == .targets { try change.setTargets { _ in } }
    }
  }

  private func rotateRegistry(to keys: [PublicKey], _ change: inout RepositoryChange)
    throws(Failure)
  {
    let old = try delegation(Self.registry).keyIDs
    try change.setTargets {
      for key in keys { $0.delegations?.keys[key.id] = key }
      for index in $0.delegations?.roles.indices ?? 0..<0 {
        let ids = $0.delegations?.roles[index].keyIDs ?? []
        if ids.contains(where: old.contains) {
          $0.delegations?.roles[index].keyIDs = ids.filter { !old.contains($0) } + keys.map(\.id)
        }
      }
      for id in old { $0.delegations?.keys[id] = nil }
    }
    try change.setRegistry()
    // The publishers signed what they say already; the registry signs it again. The bins of a large
    // publisher name the keys that sign them: where its key is not at hand, they stay as they are
    // until it next publishes.
    for namespace in namespaces {
      let (known, keys) = (try published(by: namespace), try change.repository.keys(of: namespace))
      if known.digits > 0, change.isAtHand(keys) {
        try change.sign(known.next(known.targets, keys: keys, endMS: publisherEnd(change.nowMS)))
      } else if let metadata = signed[namespace] {
        try change.countersign(namespace, metadata, files: [:])
      }
    }
  }

  /// Gives a publisher another key, which must be at hand: it signs all that is published so far.
  package func rotate(
    publisher namespace: String, key path: String, _ ring: KeyRing, nowMS: Int64 = Time.nowMS()
  ) async throws(Failure) -> MarketRepository {
    var ring = ring
    let key = try KeyRing.read(path)
    ring.add(key)
    _ = try delegation(namespace)
    return try await changing(ring, nowMS) { (repository, change) throws(Failure) in
      try repository.refuseUsed(key.publicKey, by: namespace)
      try change.setTargets { $0.delegate(namespace, to: key.publicKey) }
      guard repository.signed[namespace] != nil else { return }
      let known = try repository.published(by: namespace)
      let keys = try change.repository.keys(of: namespace)
      try change.sign(known.next(known.targets, keys: keys, endMS: publisherEnd(nowMS)))
    }
  }
}
