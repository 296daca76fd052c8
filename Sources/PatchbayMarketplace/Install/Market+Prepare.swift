package import PatchbayCore
internal import PatchbayHost

extension Market {
  /// Finds, fetches and checks what is asked for, down to a probe of its code in the sandbox.
  /// What is installed does not change. Throws what stands in its way.
  package func prepare(_ request: InstallRequest) async throws(Failure) -> Candidate {
    try await visit { (visit) async throws(Failure) in
      try await candidate(request, visit)
    }
  }

  private func candidate(_ request: InstallRequest, _ visit: MarketVisit) async throws(Failure)
    -> Candidate
  {
    let entry = try visit.lists.entry(request.name)
    let version = try choose(request.version, of: entry, current: store().lock.plugin(entry.name))
    if let refusal = visit.lists.revocations.refusal(of: entry.name, version.description) {
      throw refusal
    }
    let lock = try store().lock
    try lock.checkPlace(of: entry.name)
    let (release, bytes) = try await visit.release(entry.name, version.description)
    let artifact = try fitting(release)
    if let pack = request.pack, pack != artifact.sha256 {
      throw Failure(
        .permission, "market.locked",
        "\(entry.name) \(version) is not the pack of the lock file: wanted \(pack.prefix(12))…, "
          + "found \(artifact.sha256.prefix(12))…",
        mend: "ask the publisher why one version has two packs")
    }
    let pack = try Pack(reading: await visit.pack(artifact, of: release))
    let probe = try Probe(pack, artifact, release, in: folder)
    let installed = lock.plugin(entry.name)
    let policy = visit.lists.policy
    let tier = policy.tier(of: entry.name)
    var (wider, dearer): ([String], [String]) = ([], [])
    if let active = installed?.active {
      wider = release.reach.beyond(active.reach)
      if tier.isolation == .process && active.tier.isolation != .process {
        wider.append("runs in the hub's own process, no longer in a worker")
      }
      dearer = release.terms.dearer(than: try Terms(active.terms, in: entry.name))
    }
    // Whoever has a plugin already knows which one it is.
    let lookAlikes =
      installed != nil
      ? []
      : LookAlike.of(
        entry.id, display: release.manifest.name, publisher: entry.namespace,
        among: try visit.lists.names())
    return Candidate(
      release: release, artifact: artifact, tier: tier,
      platformPPM: policy.platformPPM(of: entry.name, kind: release.manifest.kind),
      publisher: policy.publisher(release.namespace), current: installed?.active, wider: wider,
      dearer: dearer,
      lookAlikes: lookAlikes,
      libraries: probe.libraries,
      isPinned: request.isPinned ?? (request.version != nil || installed?.isPinned ?? false),
      isWhole: try store().isWhole(artifact, bytes), releaseBytes: bytes, pack: pack)
  }

  /// The version that is asked for, or the newest that runs here.
  private func choose(
    _ wanted: String?, of entry: Catalogue.Entry, current: Lock.Plugin?
  ) throws(Failure) -> SemanticVersion {
    if let wanted {
      if let version = entry.versions.first(where: { $0.version.description == wanted }) {
        return version.version
      }
      let known = entry.versions.suffix(10).map(\.version.description)
      throw Failure(
        .config, "market.unknown", "there is no version \(wanted) of \(entry.name)",
        mend: "known versions: \(known.joined(separator: ", "))")
    }
    let releases = entry.versions.filter { $0.version.isRelease }
    let candidates = releases.isEmpty ? entry.versions : releases
    let fitting = candidates.filter { obstacle(to: $0) == nil }
    if let best = fitting.max(by: { $0.version < $1.version }) {
      // Nobody goes back without naming a version.
      if let now = current.flatMap({ SemanticVersion($0.active.version) }), best.version < now,
        entry.versions.contains(where: { $0.version == now })
      {
        return now
      }
      return best.version
    }
    let newest = candidates.max { $0.version < $1.version }
    throw Failure(
      .unsupported, "market.unfit",
      "no version of \(entry.name) runs here: \(newest?.version.description ?? "?") "
        + (newest.flatMap { obstacle(to: $0) } ?? "is not there"),
      mend: "install the Patchbay, or take the machine, that it needs")
  }

  private func obstacle(to version: Catalogue.Version) -> String? {
    if !version.hostRange.contains(host) {
      return "needs Patchbay \(version.hostRange), and this is \(host)"
    }
    if !PluginFile.serves(abi: version.abi) {
      return "needs the plugin ABI \(version.abi), and this host has \(PluginFile.abi)"
    }
    let here = "linux-\(PluginFile.architecture)"
    if !version.platforms.contains(here) {
      return "is there for \(version.platforms.joined(separator: ", ")), and this is \(here)"
    }
    return nil
  }

  /// The pack of a release for this machine.
  private func fitting(_ release: Release) throws(Failure) -> Release.Artifact {
    func refuse(_ text: String, _ mend: String) -> Failure {
      Failure(
        .unsupported, "market.unfit", "\(release.name) \(release.version) \(text)", mend: mend)
    }
    if !release.hostRange.contains(host) {
      throw refuse(
        "needs Patchbay \(release.hostRange), and this is \(host)",
        "install a Patchbay that it fits, or another version of it")
    }
    if !PluginFile.serves(abi: release.manifest.abi) {
      throw refuse(
        "needs the plugin ABI \(release.manifest.abi), and this host has \(PluginFile.abi)",
        "install a Patchbay that has it, or another version of the plugin")
    }
    let arch = PluginFile.architecture
    guard let artifact = release.artifacts.first(where: { $0.os == "linux" && $0.arch == arch })
    else {
      let found = release.artifacts.map { "\($0.os)-\($0.arch)" }.joined(separator: ", ")
      throw refuse("is there for \(found), and this is linux-\(arch)", "ask its publisher for one")
    }
    if let needed = artifact.libc, let here = LibcVersion.here, here < needed {
      throw refuse(
        "needs the C library \(needed), and this system has \(here)",
        "install it on a newer system, or an older version: \(release.name)@VERSION")
    }
    return artifact
  }
}
