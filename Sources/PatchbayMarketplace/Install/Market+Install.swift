package import PatchbayCore
internal import PatchbayCrypto
internal import PatchbayHost
internal import PatchbayJSON

extension Market {
  /// Installs what was prepared, and accepted by somebody. Whoever is killed in the midst of it
  /// leaves what was there before, or what is there after.
  @discardableResult
  package func install(_ candidate: Candidate) async throws(Failure) -> MarketStore {
    try await visit { (visit) async throws(Failure) in
      let (name, version) = (candidate.release.name, candidate.release.version.description)
      if let refusal = visit.lists.revocations.refusal(of: name, version) { throw refusal }
      guard try await visit.release(name, version).bytes == candidate.releaseBytes,
        visit.lists.policy.tier(of: name) == candidate.tier
      else {
        throw Failure(
          .conflict, "market.changed", "\(name) \(version) changed while it was looked at",
          mend: "look at it again: patchbay market install \(name)@\(version)")
      }
      let lock = try store().lock
      try lock.checkPlace(of: name)
      // Whoever installed the very same is not in the way.
      let active = lock.plugin(name)?.active.pack
      if active != candidate.current?.pack && active != candidate.artifact.sha256 {
        throw Failure(
          .conflict, "market.changed", "another version of \(name) was installed meanwhile",
          mend: "look at what is there now: patchbay market list")
      }
      do throws(Failure) {
        // Also has the metadata of its publisher from here on.
        try visit.keep()
        try put(candidate.pack, candidate)
        try write(lock.installing(candidate, atMS: clock()))
      } catch {
        clean(lock)
        throw error
      }
      return try store()
    }
  }

  /// Puts a pack into the store: as a whole, under its hash.
  private func put(_ pack: Pack, _ candidate: Candidate) throws(Failure) {
    let stored = try store().storeFolder(candidate.artifact.sha256)
    try FileBytes.makeFolders("\(folder)/store")
    if FileBytes.exists(stored) {
      if StoredPack(stored).problems(candidate.artifact, candidate.releaseBytes).isEmpty { return }
      // Somebody changed what is there. It is moved away, not mended: it may be in use.
      let away = "\(folder)/store/.damaged-\(Time.nowMS())"
      guard FileBytes.move(stored, to: away) else {
        throw Failure(
          .config, "file.write", "\(stored) is damaged, and cannot be moved away",
          mend: "check the rights of the folder")
      }
      FileBytes.removeTree(away)
    }
    let draft = try FolderDraft(stored, fileMode: 0o600, folderMode: 0o700)
    for file in pack.files { try draft.write(file.path, file.bytes) }
    try draft.write(StoredPack.releaseName, candidate.releaseBytes)
    try draft.publish()
  }

  /// Installed plugins go by the policy as it is signed now.
  func follow(_ policy: Policy) throws(Failure) {
    var lock = try store().lock
    if lock.follow(policy) { try write(lock) }
  }

  private func write(_ lock: Lock) throws(Failure) {
    try FileBytes.replace("\(folder)/lock.json", with: Array(lock.json.prettyText.utf8))
    FileBytes.syncFolder(folder)
    clean(lock)
  }

  /// Removes from the store what the lock does not name, and what was left by who was killed.
  private func clean(_ lock: Lock) {
    let wanted = Set(lock.plugins.flatMap { $0.versions.map(\.pack) })
    for name in FileBytes.names(in: "\(folder)/store", withHidden: true)
    where !wanted.contains(name) {
      FileBytes.removeTree("\(folder)/store/\(name)")
    }
    FileBytes.removeDrafts(in: folder)
  }

  // MARK: Changing what is installed

  /// Goes back to the version that was in use before, and pins it, or to one that is named.
  package func rollback(_ name: String, to version: String?) async throws(Failure) -> Lock.Plugin {
    try await change(name) { (plugin) throws(Failure) in
      let known = plugin.earlier.map(\.version).joined(separator: ", ")
      guard
        let index = plugin.earlier.firstIndex(where: { version == nil || $0.version == version })
      else {
        throw Failure(
          .config, "market.unknown",
          version.map { "\(plugin.name) \($0) is not kept here" }
            ?? "\(plugin.name) has no version to go back to",
          mend: known.isEmpty
            ? "install one: patchbay market install \(plugin.name)@VERSION"
            : "versions that are kept: \(known)")
      }
      let wanted = plugin.earlier.remove(at: index)
      let store = try store()
      try VerifiedMarket(store).check(
        plugin.name, wanted, manifest: Manifest(wanted.manifest, from: plugin.name))
      plugin.earlier.insert(plugin.active, at: 0)
      plugin.active = wanted
      plugin.isPinned = true
    }
  }

  /// Says whether upgrades pass a plugin by.
  package func pin(_ name: String, _ isPinned: Bool) async throws(Failure) -> Lock.Plugin {
    try await change(name) { (plugin) throws(Failure) in plugin.isPinned = isPinned }
  }

  /// Removes a plugin with all its versions. Records and connections stay.
  package func remove(_ name: String) async throws(Failure) -> Lock.Plugin {
    try await locked { () async throws(Failure) in
      var lock = try store().lock
      let plugin = try lock.installed(name)
      lock.remove(plugin.name)
      try write(lock)
      return plugin
    }
  }

  private func change(_ name: String, _ body: (inout Lock.Plugin) throws(Failure) -> Void)
    async throws(Failure) -> Lock.Plugin
  {
    try await locked { () async throws(Failure) in
      var lock = try store().lock
      var plugin = try lock.installed(name)
      try body(&plugin)
      lock.put(plugin)
      try write(lock)
      return plugin
    }
  }
}

extension Lock {
  /// The plugin of an id or a whole name; throws where there is none.
  package func installed(_ name: String) throws(Failure) -> Plugin {
    if let plugin = plugin(name) { return plugin }
    let known = plugins.map(\.name).joined(separator: ", ")
    throw Failure(
      .config, "market.unknown", "“\(name)” is not installed",
      mend: known.isEmpty ? "nothing is: patchbay market search" : "installed: \(known)")
  }

  /// Two publishers' plugins of one id are not there at once.
  func checkPlace(of name: String) throws(Failure) {
    let id = name.split(separator: "/").last.map(String.init) ?? name
    guard let other = plugins.first(where: { $0.id == id && $0.name != name }) else { return }
    throw Failure(
      .config, "market.conflict",
      "\(id) is installed from \(other.name), which is another plugin than \(name)",
      mend: "remove that first: patchbay market remove \(other.name)")
  }

  /// The lock with a candidate in use, and the version of before kept.
  fileprivate func installing(_ candidate: Candidate, atMS nowMS: Int64) -> Lock {
    var lock = self
    let release = candidate.release
    let version = Version(
      version: release.version.description, pack: candidate.artifact.sha256,
      library: candidate.artifact.library?.sha256 ?? "",
      release: Hex.encode(Digest.sha256(candidate.releaseBytes)), tier: candidate.tier,
      installedMS: nowMS, reach: release.reach, terms: release.terms.json,
      platformPPM: candidate.platformPPM,
      manifest: release.manifest.json)
    var earlier = plugin(release.name)?.versions ?? []
    earlier.removeAll { $0.pack == version.pack }
    lock.put(
      Plugin(
        name: release.name, active: version, isPinned: candidate.isPinned,
        earlier: Array(earlier.prefix(Self.keptLimit))))
    return lock
  }
}
