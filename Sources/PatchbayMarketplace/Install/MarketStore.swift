internal import Glibc
package import PatchbayCore
internal import PatchbayCrypto
package import PatchbayHost
internal import PatchbayJSON
internal import PatchbayTUF
internal import Synchronization

/// The installed plugins of a data folder. A start reads `lock.json` alone; signatures are looked
/// at when a plugin is loaded. Any thread may use it.
///
///     market/lock.json      what is installed
///     market/market.json    where from
///     market/trust/         signed metadata, and the lists that it signs
///     market/store/SHA256/  an unpacked pack, by its hash: never changed, never overwritten
package final class MarketStore: InstalledPlugins {
  let folder: String
  package let lock: Lock
  package let active: [PluginFile]
  package let kept: [PluginFile]
  package let refused: [(path: String, failure: Failure)]
  private let watch: RevocationWatch

  /// `dataFolder` is the hub's; nothing is made in it.
  package convenience init(_ dataFolder: String) throws(Failure) {
    try self.init(dataFolder, Lock(reading: "\(dataFolder)/market/lock.json"))
  }

  /// Where the lock file is damaged, nothing is installed, and ``refused`` says why: the rest of a
  /// hub goes on.
  package static func open(_ dataFolder: String) -> MarketStore {
    let path = "\(dataFolder)/market/lock.json"
    do throws(Failure) {
      return MarketStore(dataFolder, try Lock(reading: path))
    } catch {
      return MarketStore(dataFolder, Lock(), refused: [(path, error)])
    }
  }

  private init(_ dataFolder: String, _ lock: Lock, refused: [(path: String, failure: Failure)] = [])
  {
    folder = "\(dataFolder)/market"
    self.lock = lock
    var (active, kept, refused): ([PluginFile], [PluginFile], _) = ([], [], refused)
    for plugin in lock.plugins {
      for (index, version) in plugin.versions.enumerated() {
        do throws(Failure) {
          let file = try Self.file(version, in: folder)
          if index == 0 { active.append(file) } else { kept.append(file) }
        } catch {
          // One that this hub cannot read any more, or not yet, keeps none of the others away.
          refused.append(("\(plugin.name) \(version.version)", error))
        }
      }
    }
    self.active = active
    self.kept = kept
    self.refused = refused
    watch = RevocationWatch("\(folder)/trust")
  }

  var trustRoot: String { "\(folder)/trust" }

  /// Whether the pack is there, and each of its files is as it was signed.
  func isWhole(_ artifact: Release.Artifact, _ release: [UInt8]) -> Bool {
    StoredPack(storeFolder(artifact.sha256)).problems(artifact, release).isEmpty
  }

  func storeFolder(_ pack: String) -> String { "\(folder)/store/\(pack)" }

  private static func file(_ version: Lock.Version, in folder: String) throws(Failure)
    -> PluginFile
  {
    let path = "\(folder)/store/\(version.pack)/\(Release.libraryName)"
    let manifest: Manifest
    let terms: Terms
    do throws(Failure) {
      manifest = try Manifest(version.manifest, from: path)
      terms = try Terms(version.terms, in: manifest.fullName)
    } catch {
      throw Lock.damaged("\(folder)/lock.json", error.message)
    }
    var file = PluginFile(path: path, sha256: version.library, manifest: manifest)
    file.grant = Grant(
      tier: version.tier, memoryMB: version.reach.memoryMB, stepMS: version.reach.stepMS,
      commercial: CommercialTerms(
        plugin: manifest.fullName, version: version.version,
        kind: manifest.kind, library: version.library, terms: terms,
        platformPPM: version.platformPPM))
    return file
  }

  package func admit(_ file: PluginFile) throws(Failure) {
    let id = file.manifest.id
    guard let plugin = lock.plugin(id),
      let version = plugin.versions.first(where: { $0.library == file.sha256 })
    else {
      throw Failure(
        .config, "market.lock", "\(id) \(file.manifest.version) is not installed",
        mend: "patchbay market install \(id)")
    }
    let verified = try VerifiedMarket(self)
    try verified.check(plugin.name, version, manifest: file.manifest)
  }

  package func objection(to file: PluginFile) -> Failure? {
    watch.refusal(of: file.manifest.fullName, file.manifest.version)
  }
}

/// Signed metadata whose signatures are checked, and what it says of installed versions.
struct VerifiedMarket {
  private let store: MarketStore
  private let trust: TUFTrust
  private let policy: Policy
  private let revocations: Revocations

  init(_ store: MarketStore) throws(Failure) {
    guard let folder = TrustFolder(store.trustRoot) else { throw Failure.noMarket }
    self.store = store
    trust = try TUFTrust(folder.metadata)
    policy = try Policy(folder.list(Policy.path, trust))
    revocations = try Revocations(folder.list(Revocations.path, trust))
  }

  /// The signed release of an installed version, if all that the lock says of it is true.
  @discardableResult
  func check(_ name: String, _ version: Lock.Version, manifest: Manifest) throws(Failure) -> Release
  {
    if let refusal = revocations.refusal(of: name, version.version) { throw refusal }
    return try signed(name, version, manifest: manifest)
  }

  /// The platform's part, as it is signed now.
  func platformPPM(of name: String, kind: String) -> Int64 {
    policy.platformPPM(of: name, kind: kind)
  }

  /// The signed release, also of a version that was revoked since.
  func signed(_ name: String, _ version: Lock.Version, manifest: Manifest) throws(Failure)
    -> Release
  {
    let source = "\(name) \(version.version)"
    func refuse(_ wanted: String, _ found: String) -> Failure {
      Failure(
        .permission, "market.unsigned",
        "\(source) is not what was signed: wanted \(wanted), found \(found)",
        mend:
          "patchbay market verify says what else; then install it again: patchbay market install "
          + name)
    }
    guard let (target, role) = try trust.find(Release.path(name, version.version)) else {
      throw Failure(
        .permission, "market.withdrawn", "\(source) is not signed any more: it was withdrawn",
        mend: "patchbay market upgrade \(name), or remove it: patchbay market remove \(name)")
    }
    let namespace = name.prefix { $0 != "/" }
    guard PublisherRoles.isRole(role, of: namespace) else {
      throw refuse("the signature of \(namespace)", "that of \(role)")
    }
    let path = "\(store.storeFolder(version.pack))/release.json"
    let bytes = try FileBytes.read(path, limit: Release.sizeLimit)
    do throws(Failure) {
      try target.check(bytes)
    } catch {
      throw refuse("the signed release", "another one in \(path)")
    }
    if version.release != Hex.encode(Digest.sha256(bytes)) {
      throw refuse("the signed release", "another one in lock.json")
    }
    let release = try Release(reading: bytes, from: source)
    guard let artifact = release.artifacts.first(where: { $0.sha256 == version.pack }) else {
      throw refuse("one of its packs", "\(version.pack.prefix(12))…")
    }
    if artifact.library?.sha256 != version.library {
      throw refuse(
        "the file \(artifact.library?.sha256.prefix(12) ?? "?")…",
        "\(version.library.prefix(12))… in lock.json")
    }
    if manifest.json != release.manifest.json {
      throw refuse("the signed manifest", "another one in lock.json")
    }
    if version.terms != release.terms.json {
      throw refuse("the signed terms", "others in lock.json")
    }
    if version.reach != release.reach {
      throw refuse("the signed permissions", "others in lock.json")
    }
    let part = platformPPM(of: name, kind: release.manifest.kind)
    if version.platformPPM != part {
      throw refuse("the platform’s part of \(part) ppm", "\(version.platformPPM) ppm in lock.json")
    }
    let signed = policy.tier(of: name)
    if version.tier == .core && signed != .core {
      throw refuse("the tier \(signed.rawValue)", "\(version.tier.rawValue) in lock.json")
    }
    return release
  }
}

/// Notices when versions are revoked, by whichever process: looks at a link before each step, and
/// reads the list when that leads elsewhere.
private final class RevocationWatch: Sendable {
  private struct State {
    /// Which link was looked at: its number and its time.
    var seen: [Int64] = []
    var revocations = Revocations([])
  }

  private let root: String
  private let state = Mutex(State())

  init(_ root: String) { self.root = root }

  func refusal(of name: String, _ version: String) -> Failure? {
    var info = stat()
    // Unsafe: lstat fills in a local struct.
    guard unsafe lstat("\(root)/current", &info) == 0 else {
      return state.withLock { $0.revocations.refusal(of: name, version) }
    }
    let link = [Int64(info.st_ino), Int64(info.st_mtim.tv_sec), Int64(info.st_mtim.tv_nsec)]
    return state.withLock { state in
      if state.seen != link {
        state.seen = link
        if let fresh = try? read() { state.revocations = fresh }
      }
      return state.revocations.refusal(of: name, version)
    }
  }

  /// What cannot be read for a moment, or was not signed, changes nothing: loading refuses it.
  private func read() throws(Failure) -> Revocations {
    guard let folder = TrustFolder(root) else { throw Failure.noMarket }
    return try Revocations(folder.list(Revocations.path, TUFTrust(folder.metadata)))
  }
}

extension Failure {
  static let noMarket = Failure(
    .config, "market.none", "no marketplace is known yet",
    mend: "name one: patchbay market use URL --root root.json")
}
