import Built
import PatchbayCore
import PatchbayHost
import PatchbayJSON

@testable import PatchbayMarketplace

/// A marketplace in a folder of its own, with two publishers: `acme`, and `core-team`, whose
/// plugins are trusted as part of the hub. All keys lie in `keys`, each by the name of its role.
struct Bazaar {
  static let nowMS = Time.parse("2030-06-01T12:00:00Z") ?? 0
  static let dayMS: Int64 = 86_400_000
  static let host = SemanticVersion(major: 0, minor: 1, patch: 0)

  let folder: TestFolder
  /// When whoever publishes or installs does so.
  var nowMS = Bazaar.nowMS

  init(lifetimes: MarketRepository.Lifetimes = .init()) async throws {
    folder = try TestFolder()
    Built.nameWorker()
    _ = try MarketRepository.create(
      folder.file("repository"), keys: folder.file("keys"), lifetimes: lifetimes, nowMS: nowMS)
    try await admit("acme", ["name": "Acme"])
    try await admit("core-team", ["name": "The hub's own", "tier": "core"])
  }

  var path: String { folder.file("repository") }
  var repository: MarketRepository { get throws { try MarketRepository(path) } }

  // MARK: Keys

  func key(_ name: String) -> String { folder.file("keys/\(name).pem") }

  /// All keys, but for some.
  func ring(without names: String...) throws -> KeyRing {
    let files = FileBytes.names(in: folder.file("keys")).filter { $0.hasSuffix(".pem") }
    return try KeyRing(
      files.filter { !names.contains(String($0.dropLast(4))) }.map { folder.file("keys/\($0)") })
  }

  func keys(of names: String...) throws -> KeyRing { try KeyRing(names.map(key)) }

  // MARK: Publishing

  func admit(
    _ namespace: String, _ publisher: JSON, key name: String? = nil, allowsLookAlikes: Bool = false
  ) async throws {
    let path = key(name ?? namespace)
    if !FileBytes.exists(path) { _ = try KeyRing.makeKey(path) }
    _ = try await repository.admit(
      namespace, publisher, key: String(path.dropLast(4)) + ".pub", ring(),
      allowsLookAlikes: allowsLookAlikes, nowMS: nowMS)
  }

  static var rules: PublishingRules { PublishingRules { (_, _) throws(Failure) in } }

  /// What a publisher hands in.
  func submission(_ packs: [Pack], _ rules: PublishingRules = Bazaar.rules) throws -> Submission {
    try repository.submission(of: packs, ring(), rules, nowMS: nowMS)
  }

  func accept(_ submission: Submission, _ rules: PublishingRules = Bazaar.rules) async throws {
    _ = try await repository.accept(submission, ring(), rules, nowMS: nowMS)
  }

  func publish(_ packs: [Pack], _ rules: PublishingRules = Bazaar.rules) async throws {
    try await accept(submission(packs, rules), rules)
  }

  func publish(_ drafts: PluginDraft...) async throws {
    try await publish(drafts.map { try $0.pack(in: folder) })
  }

  func revoke(_ name: String, _ version: String? = nil) async throws {
    _ = try await repository.revoke(
      name, version, reason: "sends records elsewhere", ring(), nowMS: nowMS)
  }

  func renew() async throws { _ = try await repository.renew(ring(), nowMS: nowMS) }

  // MARK: Copies

  /// The repository as it is now, in another folder.
  @discardableResult
  func copy(to name: String) throws -> String {
    FileBytes.removeTree(folder.file(name))
    try run(["/bin/cp", "-a", path, folder.file(name)])
    return folder.file(name)
  }

  /// Puts the repository's folder back to a copy.
  func restore(_ name: String) throws {
    FileBytes.removeTree(path)
    try run(["/bin/cp", "-a", folder.file(name), path])
  }

  // MARK: Installing

  /// The marketplace as a hub sees it; `data` is its data folder.
  func market(_ data: String = "data", from: String? = nil) throws -> Market {
    var market = try Market(folder.file(data), host: Self.host, standard: path, from: from)
    let nowMS = nowMS
    market.clock = { nowMS }
    return market
  }

  /// The marketplace in a data folder that fetches it from these places.
  func market(_ data: String = "data", places: [String]) throws -> Market {
    try Market.use(places, root: "\(path)/root.json", in: folder.file(data))
    return try market(data)
  }

  @discardableResult
  func install(_ text: String, in data: String = "data") async throws -> MarketStore {
    let market = try market(data)
    return try await market.install(market.prepare(InstallRequest(text)))
  }

  /// Loads an installed plugin as the hub does.
  @discardableResult
  func load(_ id: String, in data: String = "data") throws -> LoadedPlugin {
    let store = try MarketStore(folder.file(data))
    let file = try Registry(
      folders: [], index: folder.file("\(data)/index.json"), installed: store
    ).find(id)
    return try LoadedPlugin.load(file, in: .worker, installed: store)
  }
}

/// What fails, if anything does.
func failure(_ body: () async throws -> Void) async throws -> Failure? {
  do {
    try await body()
    return nil
  } catch let failure as Failure {
    return failure
  }
}
