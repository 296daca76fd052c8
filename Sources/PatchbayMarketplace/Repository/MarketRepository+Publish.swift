package import PatchbayCore
internal import PatchbayHost
internal import PatchbayJSON
internal import PatchbayTUF

/// What is asked of packs before they are published.
package struct PublishingRules: Sendable {
  /// Publishes under names that look like those of others.
  package var allowsLookAlikes = false
  /// Puts other packs in the place of a version that is published. For a marketplace that only its
  /// maker uses: everybody else must be able to rely on a version.
  package var replaces = false
  /// Tries a plugin's file, with the transcripts of its pack; throws what is wrong with it.
  package typealias Gate =
    @Sendable (_ library: String, _ fixtures: [String]) throws(Failure) -> Void
  package var gate: Gate

  package init(gate: @escaping Gate) {
    self.gate = gate
  }
}

extension MarketRepository {
  /// The publisher's part: looks through packs, puts their releases together and signs them.
  /// Nothing is changed. `ring` needs the publisher's key.
  package func submission(
    of packs: [Pack], _ ring: KeyRing, _ rules: PublishingRules, nowMS: Int64 = Time.nowMS()
  ) throws(Failure) -> Submission {
    var inspected: [Inspection] = []
    for pack in packs { inspected.append(try Inspection(pack, rules)) }
    let namespaces = Set(inspected.map(\.listing.namespace))
    guard namespaces.count == 1, let namespace = namespaces.first else {
      throw Failure(
        .config, "usage.packs",
        "the packs are of \(namespaces.count) publishers: \(namespaces.sorted())",
        mend: "publish those of one publisher at a time")
    }
    let published = try published(by: namespace)
    var targets = published.targets
    var files: [String: [UInt8]] = [:]
    let versions = Set(inspected.map(\.version)).sorted()
    for version in versions {
      let release = try Inspection.release(inspected.filter { $0.version == version })
      let path = Release.path(release.name, release.version.description)
      if targets[path] != nil {
        guard rules.replaces else {
          throw Failure(
            .conflict, "market.published", "\(version) is published already",
            mend:
              "give it a new version in plugin.json: who installed it must be able to rely on it")
        }
        let folder = Release.folder(release.name, release.version.description) + "/"
        targets = targets.filter { !$0.key.hasPrefix(folder) }
      }
      files[path] = release.json.bytes
      targets[path] = TargetFile(
        path: path, contents: release.json.bytes, custom: ["published_ms": .integer(nowMS)])
    }
    for one in inspected {
      files[one.artifact.path] = one.bytes
      targets[one.artifact.path] = TargetFile(path: one.artifact.path, contents: one.bytes)
    }
    return try submission(published, targets, files: files, ring, nowMS: nowMS)
  }

  /// Signs that a publisher has these targets.
  func submission(
    _ published: PublisherRoles, _ targets: [String: TargetFile], files: [String: [UInt8]],
    _ ring: KeyRing, nowMS: Int64
  ) throws(Failure) -> Submission {
    let namespace = published.namespace
    let keys = ring.keys(of: try publisherKeys(of: namespace))
    guard let key = keys.first else {
      throw Failure(
        .permission, "market.keys", "the key of the publisher “\(namespace)” is not at hand",
        mend: "name its file: --key FILE.pem")
    }
    var documents: [String: SignedMetadata] = [:]
    let next = published.next(
      targets, keys: try self.keys(of: namespace), endMS: publisherEnd(nowMS))
    for (role, metadata) in next {
      var signed = SignedMetadata(signed: metadata.json)
      try signed.sign(with: key)
      documents[role] = signed
    }
    return Submission(namespace, documents, files: files)
  }

  /// The keys of a publisher without those of the registry.
  private func publisherKeys(of namespace: String) throws(Failure) -> RoleKeys {
    let registry = try delegation(Self.registry).keyIDs
    let keys = try keys(of: namespace).keys.filter { !registry.contains($0.id) }
    return RoleKeys(keys: keys, threshold: 1)
  }

  /// The registry's part: looks at a submission again, as if nobody had, countersigns it and makes
  /// it public. Needs the keys of `registry`, `snapshot` and `timestamp`.
  package func accept(
    _ submission: Submission, _ ring: KeyRing, _ rules: PublishingRules,
    nowMS: Int64 = Time.nowMS()
  ) async throws(Failure) -> MarketRepository {
    try await changing(ring, nowMS) { (repository, change) throws(Failure) in
      let changed = try repository.inspect(submission, rules, nowMS).changed
      try change.accept(submission, changing: changed)
    }
  }

  /// What is new in a submission, as admins will be shown it, each version compared with the newest
  /// that is public. It is looked at as ``accept(_:_:_:nowMS:)`` does, and nothing is changed.
  package func review(
    _ submission: Submission, _ rules: PublishingRules, nowMS: Int64 = Time.nowMS()
  ) throws(Failure) -> [Disclosure] {
    let packs = try inspect(submission, rules, nowMS).packs
    let (policy, known) = (try policy(), try catalogue().entries)
    return try Dictionary(grouping: packs, by: \.version).values.map { packs throws(Failure) in
      let release = try Inspection.release(packs)
      let now = try newest(release.name)
      return Disclosure(
        release: release, artifacts: release.artifacts,
        publisher: policy.publisher(release.namespace), tier: policy.tier(of: release.name),
        platformPPM: policy.platformPPM(of: release.name, kind: release.manifest.kind),
        before: now?.version.description,
        wider: now.map { release.reach.beyond($0.reach) } ?? [],
        dearer: now.map { release.terms.dearer(than: $0.terms) } ?? [],
        lookAlikes: LookAlike.of(
          release.id, display: release.manifest.name, publisher: release.namespace,
          among: known.map { ($0.id, $0.title, $0.namespace) }),
        libraries: Set(packs.flatMap(\.libraries)).sorted())
    }.sorted {
      ($0.release.name, $0.release.version) < ($1.release.name, $1.release.version)
    }
  }

  /// The newest public version of a plugin.
  private func newest(_ name: String) throws(Failure) -> Release? {
    let namespace = String(name.prefix { $0 != "/" })
    var found: Release?
    for (path, target) in try published(by: namespace).targets
    where path.hasPrefix("plugins/\(name)/") && path.hasSuffix("/release.json") {
      let release = try Release(reading: read(target), from: path)
      if found.map({ $0.version < release.version }) ?? true { found = release }
    }
    return found
  }

  /// The packs of a submission, and the names of the plugins that it changes, if nothing is wrong
  /// with it.
  private func inspect(_ submission: Submission, _ rules: PublishingRules, _ nowMS: Int64)
    throws(Failure) -> (packs: [Inspection], changed: Set<String>)
  {
    let namespace = submission.namespace
    func refuse(_ text: String) -> Failure {
      Failure(
        .permission, "market.submission", "the submission of \(namespace) was refused: \(text)",
        mend: "make it again from the repository as it is now: patchbay market publish")
    }
    let before = try published(by: namespace)
    let after = try roles(after: submission, before, nowMS: nowMS, refuse)
    let (now, next) = (before.targets, after.targets)
    if !rules.replaces {
      for (path, target) in now where next[path] != target {
        throw refuse("it changes or withdraws \(path)")
      }
    }
    for (path, target) in next where now[path] != target && submission.files[path] == nil {
      throw refuse("\(path) is missing")
    }
    // What is public from here on is what is looked at here, and nothing beside it.
    let delegation = try delegation(namespace)
    for path in next.keys where !delegation.covers(path) {
      throw refuse("\(path) is not in its namespace")
    }
    var packs: [Inspection] = []
    for (path, bytes) in submission.files {
      guard let target = next[path] else { throw refuse("it does not name \(path)") }
      guard delegation.covers(path) else { throw refuse("\(path) is not in its namespace") }
      try target.check(bytes)
      if path.hasSuffix("/release.json") { continue }
      let pack = try Inspection(Pack(reading: bytes), rules, packed: bytes)
      guard pack.artifact.path == path else {
        throw refuse("\(path) has the pack of \(pack.artifact.path)")
      }
      packs.append(pack)
    }
    for (path, bytes) in submission.files where path.hasSuffix("/release.json") {
      let release = try Release(reading: bytes, from: path)
      let mine = packs.filter { $0.version == "\(release.name) \(release.version)" }
      guard try Inspection.release(mine).json == release.json, release.namespace == namespace,
        path == Release.path(release.name, release.version.description)
      else { throw refuse("\(path) is not what its packs say") }
      try refuseLookAlikes(release, rules)
    }
    let described = packs.allSatisfy { pack in
      next[Release.path(pack.listing.name, pack.manifest.version)] != nil
    }
    if !described { throw refuse("a pack has no release") }
    let paths = Set(now.keys).union(next.keys).filter { now[$0] != next[$0] }
    return (packs, Set(paths.map(Release.name)))
  }

  /// What the publisher will have signed, if each of its roles is the next version, holds no longer
  /// than it may, and trusts nobody but its own bins.
  private func roles(
    after submission: Submission, _ before: PublisherRoles, nowMS: Int64,
    _ refuse: (String) -> Failure
  ) throws(Failure) -> PublisherRoles {
    let (namespace, latest) = (submission.namespace, publisherEnd(nowMS))
    var changed: [String: TargetsMetadata] = [:]
    for (role, metadata) in submission.documents {
      try metadata.check(publisherKeys(of: namespace), name: role)
      if !PublisherRoles.isRole(role, of: namespace) { throw refuse("\(role) is not its role") }
      let next = try TargetsMetadata(metadata.signed)
      let version = before.documents[role]?.version ?? 0
      if next.version != version + 1 {
        throw refuse("it is version \(next.version), and \(version + 1) is next")
      }
      if next.expiresMS <= nowMS || next.expiresMS > latest {
        throw refuse(
          "it ends at \(Time.format(next.expiresMS)), which is not within "
            + "\(lifetimes.publishers) days from now")
      }
      changed[role] = next
    }
    let after = before.with(changed)
    // Bins are what they must be for these targets, or there are none.
    let wanted = before.next(after.targets, keys: try keys(of: namespace), endMS: latest)
    let isCut = before.digits > 0 || wanted.count > 1
    if isCut, let main = changed[namespace], main.delegations == nil {
      throw refuse("it lacks the bins of a publisher of so many plugins")
    }
    for (role, next) in changed where next.delegations != wanted[role]?.delegations {
      throw refuse("it trusts others")
    }
    for (role, next) in changed where next.targets != wanted[role]?.targets {
      throw refuse("\(role) has targets that belong elsewhere")
    }
    if let missing = wanted.keys.first(where: { changed[$0] == nil }) {
      throw refuse("\(missing) is missing")
    }
    return after
  }

  private func refuseLookAlikes(_ release: Release, _ rules: PublishingRules) throws(Failure) {
    if rules.allowsLookAlikes { return }
    let known = try catalogue().entries.map { ($0.id, $0.title, $0.namespace) }
    let found = LookAlike.of(
      release.id, display: release.manifest.name, publisher: release.namespace, among: known)
    if let first = found.first {
      throw Failure(
        .permission, "market.look_alike", "“\(release.name)” \(first.why)",
        mend: "choose another name; if it is meant so, the registry can say: --allow-look-alike")
    }
  }
}
