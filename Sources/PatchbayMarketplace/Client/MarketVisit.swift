internal import PatchbayCore
internal import PatchbayCrypto
internal import PatchbayHost
internal import PatchbayJSON
internal import PatchbayTUF
internal import Synchronization

/// One look at a place: what is signed there now, in a folder of its own that is gone again unless
/// it is kept. Used by one task at a time.
final class MarketVisit: @unchecked Sendable {
  // @unchecked: whoever made it is the only one that uses it, one call after the other.
  private var client: TUFClient
  private let root: String
  private let draft: String
  private var isKept = false
  /// Where what was found is kept.
  private var folder: String?
  private var log: LogReader?
  /// Releases that were fetched and proven, by their paths.
  private var releases: [String: [UInt8]] = [:]
  let lists: MarketLists

  /// Refreshes a copy of what is known, with all that installed plugins need.
  init(_ market: Market, _ place: MarketPlace) async throws(Failure) {
    root = "\(market.folder)/trust"
    guard let known = TrustFolder(root) else { throw Failure.noMarket }
    let draft = try known.copy()
    self.draft = draft
    do throws(Failure) {
      let source = try place.source(market.downloads)
      var client = try TUFClient("\(draft)/metadata", source: source, nowMS: market.clock())
      try await client.refresh()
      try await Self.fetchLists(&client, known, draft, place)
      log = try await Self.followLog(&client, known, draft, source, market, place)
      // Plugins that run need the metadata of their publishers.
      for plugin in try market.store().lock.plugins {
        do throws(Failure) {
          for version in plugin.versions {
            _ = try await client.find(Release.path(plugin.name, version.version))
          }
        } catch  where error.code == "tuf.freeze" {
          // What one publisher let expire must not keep the others, or a revocation, away.
        }
      }
      self.client = client
      lists = try MarketLists(
        TrustFolder(root: root, current: draft), TUFTrust("\(draft)/metadata"))
    } catch {
      FileBytes.removeTree(draft)
      throw error
    }
  }

  /// Fetches the lists that are not here yet.
  private static func fetchLists(
    _ client: inout TUFClient, _ known: TrustFolder, _ draft: String, _ place: MarketPlace
  ) async throws(Failure) {
    var role = ""
    func fetch(_ paths: [String], _ client: inout TUFClient) async throws(Failure) {
      var missing: [TargetFile] = []
      for path in paths {
        guard let (target, signer) = try await client.find(path) else {
          throw Failure(
            .config, "market.list", "the marketplace at \(place.address) has no \(path)",
            mend: "name another marketplace: patchbay market use URL --root root.json")
        }
        if path == Catalogue.path { role = signer }
        let old = "\(known.current)/\(path)"
        if FileBytes.exists(old), let bytes = try? FileBytes.read(old, limit: target.length),
          (try? target.check(bytes)) != nil
        {
          try TrustFolder.link(old, to: "\(draft)/\(path)")
        } else {
          missing.append(target)
        }
      }
      for (target, bytes) in zip(missing, try await client.download(all: missing)) {
        try MarketList(target.path)?.check(bytes)
        try FileBytes.replace("\(draft)/\(target.path)", with: bytes)
      }
    }
    try await fetch(MarketList.needed, &client)
    let head = try FileBytes.read("\(draft)/\(Catalogue.path)", limit: Catalogue.sizeLimit)
    if try Catalogue.digits(in: MarketList.json(head, Catalogue.path)) > 0 {
      try FileBytes.makeFolder("\(draft)/\(Catalogue.folder)")
      let bins = (client.known(role)?.targets.keys ?? [:].keys).filter(Catalogue.isBin)
      try await fetch(bins.sorted(), &client)
    }
  }

  /// Looks at the head of the log, which must go on from the one that was seen last. One that does
  /// not is written down, and nothing is taken from the marketplace until somebody has looked.
  private static func followLog(
    _ client: inout TUFClient, _ known: TrustFolder, _ draft: String, _ source: any TUFSource,
    _ market: Market, _ place: MarketPlace
  ) async throws(Failure) -> LogReader? {
    let before = try known.head()
    var log: LogReader?
    if let (target, _) = try await client.find(LogHead.path) {
      let bytes = try await client.download(target)
      let head = try LogHead(reading: bytes, from: "\(LogHead.path) at \(place.address)")
      try FileBytes.makeFolder("\(draft)/\(LogFiles.folder)")
      try FileBytes.replace("\(draft)/\(LogHead.path)", with: bytes)
      log = LogReader(head, source, place: place.address)
    }
    guard let before else { return log }
    if let why = try await log?.break(since: before) ?? (log == nil ? .gone : nil) {
      let fork = LogFork(
        why, known: before, seen: log?.head, place: place.address, atMS: market.clock())
      try fork.write(to: market.folder, evidence: [known.metadata, "\(draft)/metadata"])
      throw fork.failure
    }
    return log
  }

  deinit { if !isKept { FileBytes.removeTree(draft) } }

  /// A signed version, with its bytes.
  func release(_ name: String, _ version: String) async throws(Failure)
    -> (release: Release, bytes: [UInt8])
  {
    let path = Release.path(name, version)
    let source = "\(name) \(version)"
    guard let (target, role) = try await client.find(path) else {
      throw Failure(
        .config, "market.unknown",
        "\(source) is in the catalogue, and its publisher did not sign it",
        mend: "tell the marketplace")
    }
    let namespace = name.prefix { $0 != "/" }
    guard PublisherRoles.isRole(role, of: namespace) else {
      throw Failure(
        .permission, "market.signer", "\(source) is signed by \(role), not by \(namespace)",
        mend: "tell the marketplace")
    }
    guard target.length <= Release.sizeLimit else {
      throw Failure(.config, "release.size", "the release \(source) is larger than 4 MiB")
    }
    let known = releases[path]
    let bytes: [UInt8]
    if let known { bytes = known } else { bytes = try await client.download(target) }
    let release = try Release(reading: bytes, from: source)
    guard release.name == name, release.version.description == version else {
      throw Failure(
        .permission, "market.signer",
        "what is signed as \(source) is \(release.name) \(release.version)",
        mend: "tell the marketplace")
    }
    if known == nil { try await prove(release, bytes) }
    releases[path] = bytes
    return (release, bytes)
  }

  /// Whether all others are shown this release, too: it must be in the log.
  private func prove(_ release: Release, _ bytes: [UInt8]) async throws(Failure) {
    let version = release.version.description
    guard log != nil else {
      throw Failure(
        .permission, "market.no_log",
        "the marketplace keeps no log of its releases: it could show this hub another "
          + "\(release.name) \(version) than everybody else",
        mend: "let its owner begin one, with the keys of registry and targets: "
          + "patchbay market sign REPOSITORY --keys KEYS; what is installed goes on running")
    }
    let entry = LogEntry(release.name, version, sha256: Hex.encode(Digest.sha256(bytes)))
    let known = try lists.plugin(release.name)?.versions.first { $0.version == release.version }
    try await log?.check(entry, at: known?.logIndex)
  }

  /// Proves that an installed release is in the log.
  func check(_ entry: LogEntry, of name: String, _ version: String) async throws(Failure) {
    let known = try lists.plugin(name)?.versions.first { $0.version.description == version }
    try await log?.check(entry, at: known?.logIndex)
  }

  /// How an earlier or later head of the log goes with the one here: see ``LogReader``.
  func compare(_ other: LogHead) async throws(Failure) -> LogComparison? {
    try await log?.compare(other)
  }

  /// The pack of a version, whose hash its release and its publisher's metadata name alike.
  func pack(_ artifact: Release.Artifact, of release: Release) async throws(Failure) -> [UInt8] {
    guard let (target, role) = try await client.find(artifact.path),
      PublisherRoles.isRole(role, of: release.namespace),
      target.length == artifact.size
    else {
      throw Failure(
        .permission, "market.signer",
        "\(artifact.path) is not signed by \(release.namespace) as the release says",
        mend: "tell the marketplace")
    }
    let bytes = try await client.download(target)
    let sha256 = Hex.encode(Digest.sha256(bytes))
    guard sha256 == artifact.sha256 else {
      throw Failure(
        .permission, "market.hash",
        "\(artifact.path) is not the pack of the release: wanted \(artifact.sha256.prefix(12))…, "
          + "found \(sha256.prefix(12))…",
        mend: "tell the marketplace")
    }
    return bytes
  }

  /// Whether nobody has seen anything newer since.
  var isCurrent: Bool { folder != nil && TrustFolder(root)?.current == folder }

  /// What was found is what is known from here on.
  func keep() throws(Failure) {
    if isKept { return }
    // Publishers whose metadata is needed later on are looked for there.
    let kept = try TrustFolder.publish(draft, root)
    client.follow(to: kept.metadata)
    lists.follow(to: kept)
    (folder, isKept) = (kept.current, true)
  }
}

/// The last look at a marketplace, for the calls of one command.
final class SharedVisit: Sendable {
  /// How long a look is good for.
  private static let lifetimeMS: Int64 = 60_000

  private let last = Mutex<(visit: MarketVisit, atMS: Int64)?>(nil)

  func visit(atMS nowMS: Int64) -> MarketVisit? {
    last.withLock { last in
      guard let (visit, atMS) = last, (0..<Self.lifetimeMS).contains(nowMS - atMS), visit.isCurrent
      else { return nil }
      return visit
    }
  }

  func remember(_ visit: MarketVisit, atMS: Int64) { last.withLock { $0 = (visit, atMS) } }
  func forget() { last.withLock { $0 = nil } }
}
