package import PatchbayCore
internal import PatchbayHost
package import PatchbayJSON
internal import PatchbayStore
internal import PatchbayTUF

extension MarketRepository {
  /// Makes a repository with nothing in it, and its keys: `root-1.pem` … in a folder to be taken
  /// offline, and one for each other role.
  package static func create(
    _ folder: String, keys keyFolder: String, rootKeys: Int = 3, threshold: Int = 2,
    policy: JSON = Policy.initial, lifetimes: Lifetimes = Lifetimes(),
    nowMS: Int64 = Time.nowMS()
  ) throws(Failure) -> MarketRepository {
    var members = policy.object ?? JSONObject()
    members["$schema"] = nil
    let policy = try Policy(.object(members))
    guard (1...20).contains(rootKeys), (1...rootKeys).contains(threshold) else {
      throw Failure(
        .config, "usage.threshold",
        "\(threshold) of \(rootKeys) keys cannot sign the root",
        mend: "take 1 to 20 keys, and a threshold that is not above their number")
    }
    if FileBytes.exists("\(folder)/metadata/1.root.json") {
      throw Failure(
        .config, "usage.exists", "\(folder) is a repository already",
        mend: "choose another folder")
    }
    try FileBytes.makeFolders(keyFolder)
    try FileBytes.makeFolders(folder, mode: 0o755)
    var ring = try KeyRing([])
    func make(_ name: String) throws(Failure) -> PublicKey {
      let key = try KeyRing.make("\(keyFolder)/\(name).pem")
      ring.add(key)
      return key.publicKey
    }
    let roots = try (1...rootKeys).map { number throws(Failure) in try make("root-\(number)") }
    let roles: [TopLevelRole: RoleKeys] = [
      .root: RoleKeys(keys: roots, threshold: threshold),
      .targets: RoleKeys(keys: [try make("targets")], threshold: 1),
      .snapshot: RoleKeys(keys: [try make("snapshot")], threshold: 1),
      .timestamp: RoleKeys(keys: [try make("timestamp")], threshold: 1),
    ]
    let registry = try make(registry)
    try write(lifetimes, folder)
    let empty = MarketRepository(
      folder, root: RootMetadata(version: 0, expiresMS: 0, roles: roles), lifetimes: lifetimes)
    var change = RepositoryChange(empty, ring, nowMS: nowMS)
    try change.setRoot { _ in }
    try change.setTargets(files: [Policy.path: policy.json.bytes]) {
      $0.delegations = Delegations(
        keys: [registry],
        roles: [
          Delegation(
            name: Self.registry, keyIDs: [registry.id], isTerminating: true,
            paths: registryPaths)
        ])
    }
    try change.setRegistry(.all, revocations: Revocations([]))
    let made = try change.publish()
    try FileBytes.replace(
      "\(folder)/root.json", with: FileBytes.read(path(folder, "root", 1)), mode: 0o644)
    return made
  }

  /// Lets a publisher in, or changes what is said of it: its key signs what is in its namespace
  /// from here on, and the registry countersigns it. Needs the keys of `targets`, `registry`,
  /// `snapshot` and `timestamp`.
  package func admit(
    _ namespace: String, _ publisher: JSON, key path: String, _ ring: KeyRing,
    allowsLookAlikes: Bool = false, nowMS: Int64 = Time.nowMS()
  ) async throws(Failure) -> MarketRepository {
    let problems =
      Policy.publisherShape.problems(in: publisher)
      + Manifest.idShape.problems(in: .string(namespace))
    if Self.reserved.contains(namespace) || !problems.isEmpty {
      throw Failure(
        .config, "market.publisher",
        "“\(namespace)” cannot be let in: "
          + (problems.first?.description ?? "the name is one of the repository's own roles"),
        mend: "correct the publisher's file, or choose another namespace")
    }
    let key = try KeyRing.readPublic(path)
    return try await changing(ring, nowMS) { (repository, change) throws(Failure) in
      let policy = try repository.policy()
      let alike = LookAlike.of(
        namespace, display: publisher["name"]?.string ?? "", publisher: namespace,
        among: policy.publishers.map { ($0.namespace, $0.name, $0.namespace) })
      if let first = alike.first, !allowsLookAlikes {
        throw Failure(
          .permission, "market.look_alike", "“\(namespace)” \(first.why)",
          mend: "choose another name; if it is meant so: --allow-look-alike")
      }
      let known = repository.targets.delegations?.roles.first { $0.name == namespace }
      if let known, !known.keyIDs.contains(key.id) {
        throw Failure(
          .permission, "market.publisher", "“\(namespace)” signs with another key",
          mend: "to change it: patchbay market rotate --publisher \(namespace)")
      }
      try repository.refuseUsed(key, by: namespace)
      let next = try policy.with(namespace, publisher)
      try change.setTargets(files: [Policy.path: next.json.bytes]) {
        $0.delegate(namespace, to: key)
      }
      try change.setRegistry()
    }
  }

  /// Signs what ends soonest anew. Needs the keys of `registry`, `snapshot` and `timestamp`. What
  /// holds for long is signed anew, too, where half of its time is over and its keys are at hand.
  package func renew(_ ring: KeyRing, nowMS: Int64 = Time.nowMS()) async throws(Failure)
    -> MarketRepository
  {
    try await changing(ring, nowMS) { (repository, change) throws(Failure) in
      func isDue(_ endMS: Int64, _ days: Int64, _ role: RoleKeys) -> Bool {
        endMS - nowMS < days * 43_200_000 && ring.keys(of: role).count >= role.threshold
      }
      let (root, targets) = (repository.root, repository.targets)
      if isDue(root.expiresMS, lifetimes.root, root[.root]) { try change.setRoot { _ in } }
      if isDue(targets.expiresMS, lifetimes.targets, root[.targets]) {
        try change.setTargets { _ in }
      }
      for namespace in repository.namespaces {
        let (keys, known) = (
          try repository.keys(of: namespace), try repository.published(by: namespace)
        )
        func isDue(_ metadata: TargetsMetadata) -> Bool {
          metadata.expiresMS - nowMS < lifetimes.publishers * 43_200_000
        }
        guard ring.keys(of: keys).count >= keys.threshold,
          known.documents.values.contains(where: isDue)
        else { continue }
        try change.sign(
          known.next(known.targets, keys: keys, endMS: publisherEnd(nowMS), isDue: isDue))
      }
      try change.setRegistry(.all)
    }
  }

  /// Versions that must not run any more, from the next refresh of each hub on. Needs the keys of
  /// `registry`, `snapshot` and `timestamp`, and nothing of the publisher.
  package func revoke(
    _ name: String, _ version: String?, reason: String, _ ring: KeyRing,
    nowMS: Int64 = Time.nowMS()
  ) async throws(Failure) -> MarketRepository {
    if let problem = Manifest.line.problems(in: .string(reason)).first {
      throw Failure(
        .config, "usage.reason", "the reason does not fit: expected \(problem.wanted)",
        mend: "say in one line what admins should know")
    }
    return try await changing(ring, nowMS) { (repository, change) throws(Failure) in
      let entry = try repository.catalogue().entries.first { $0.name == name }
      guard let entry,
        version == nil || entry.versions.contains(where: { $0.version.description == version })
      else {
        throw Failure(
          .config, "market.unknown",
          "there is no \(version.map { "version \($0) of " } ?? "")\(name) to revoke",
          mend: "write NAMESPACE/ID, or NAMESPACE/ID@VERSION")
      }
      var entries = try repository.revocations().entries
      entries.removeAll { $0.name == name && ($0.version == version || version == nil) }
      entries.append(.init(name: name, version: version, reason: reason, atMS: nowMS))
      try change.setRegistry(revocations: Revocations(entries))
    }
  }

  /// When what a publisher signs now ends at the latest.
  func publisherEnd(_ nowMS: Int64) -> Int64 {
    (nowMS / 1000 + lifetimes.publishers * 86_400) * 1000
  }

  /// Each key signs for one: otherwise one signature would count for two.
  func refuseUsed(_ key: PublicKey, by namespace: String) throws(Failure) {
    var users = TopLevelRole.allCases.filter { root[$0].keys.contains(key) }.map(\.rawValue)
    users += (targets.delegations?.roles ?? []).filter {
      $0.name != namespace && $0.keyIDs.contains(key.id)
    }.map(\.name)
    guard let user = users.first else { return }
    throw Failure(
      .permission, "market.publisher",
      "“\(namespace)” cannot sign with the key of “\(user)”",
      mend: "let the publisher make one of its own: patchbay market key FILE.pem")
  }

  /// Changes a repository, alone.
  func changing(
    _ ring: KeyRing, _ nowMS: Int64,
    _ body: (MarketRepository, inout RepositoryChange) async throws(Failure) -> Void
  ) async throws(Failure) -> MarketRepository {
    let lock = try await FileLock.take("\(folder)/.lock")
    defer { withExtendedLifetime(lock) {} }
    let repository = try MarketRepository(folder)
    var change = RepositoryChange(repository, ring, nowMS: nowMS)
    if repository.isHalfRotated { try change.setTargets { _ in } }
    try await body(repository, &change)
    return try change.publish()
  }
}

extension TargetsMetadata {
  /// What is in a namespace needs the signature of its publisher and of the registry.
  mutating func delegate(_ namespace: String, to key: PublicKey) {
    var all = delegations ?? Delegations()
    let registry = all.roles.first { $0.name == MarketRepository.registry }?.keyIDs ?? []
    all.keys[key.id] = key
    all.roles.removeAll { $0.name == namespace }
    all.roles.append(
      Delegation(
        name: namespace, keyIDs: [key.id] + registry, threshold: 1 + registry.count,
        isTerminating: true, paths: .patterns(["plugins/\(namespace)/*/*/*"])))
    let named = Set(all.roles.flatMap(\.keyIDs))
    all.keys = all.keys.filter { named.contains($0.key) }
    delegations = all
  }
}
