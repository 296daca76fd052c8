import PatchbayCore
import PatchbayJSON
import PatchbayTUF
import Synchronization

/// A repository in memory, with a key for each role: what a test changes, it publishes.
struct Repo {
  static let nowMS = Time.parse("2030-06-01T12:00:00Z") ?? 0
  static let dayMS: Int64 = 86_400_000

  var root: RootMetadata
  var timestamp = TimestampMetadata(
    version: 0, expiresMS: Repo.later, snapshot: MetadataFile(version: 1))
  var snapshot = SnapshotMetadata(version: 0, expiresMS: Repo.later, files: [:])
  var targets = ["targets": TargetsMetadata(version: 0, expiresMS: Repo.later)]
  /// Who signs, by role.
  var signers: [String: [PrivateKey]] = [:]
  /// Whether other files say how long metadata is, and its hashes.
  var hasHashes = false
  /// The metadata that is served: a test may put anything there.
  var files: [String: [UInt8]] = [:]
  /// The targets that are served, by their names with hashes.
  var contents: [String: [UInt8]] = [:]
  /// What is asked for stays in one list, whatever is published in between.
  let log = RequestLog()

  private static let later = nowMS + 30 * dayMS

  init() throws {
    var roles: [TopLevelRole: RoleKeys] = [:]
    for role in TopLevelRole.allCases {
      let key = try PrivateKey.make()
      signers[role.rawValue] = [key]
      roles[role] = RoleKeys(keys: [key.publicKey], threshold: 1)
    }
    root = RootMetadata(version: 0, expiresMS: Self.later, roles: roles)
    try publish("root", "targets", "snapshot", "timestamp")
  }

  // MARK: Publishing

  /// Writes a new version of each role, in this order; what describes one knows of it.
  mutating func publish(_ roles: String...) throws {
    for role in roles {
      switch role {
      case "root":
        root.version += 1
        files["\(root.version).root.json"] = try signed(root.json, role)
      case "timestamp":
        timestamp.version += 1
        files["timestamp.json"] = try signed(timestamp.json, role)
      case "snapshot":
        snapshot.version += 1
        let bytes = try signed(snapshot.json, role)
        files["\(snapshot.version).snapshot.json"] = bytes
        timestamp.snapshot = described(snapshot.version, bytes)
      default:
        var metadata = try targets[role].orThrow()
        metadata.version += 1
        targets[role] = metadata
        let bytes = try signed(metadata.json, role)
        files["\(metadata.version).\(percentEncoded(role)).json"] = bytes
        snapshot.files["\(role).json"] = described(metadata.version, bytes)
      }
    }
  }

  private func described(_ version: Int, _ bytes: [UInt8]) -> MetadataFile {
    hasHashes ? MetadataFile(version, contents: bytes) : MetadataFile(version: version)
  }

  func signed(_ json: JSON, _ role: String) throws -> [UInt8] {
    var file = SignedMetadata(signed: json)
    for key in signers[role] ?? [] { try file.sign(with: key) }
    return file.bytes
  }

  /// The newest file of a role.
  func newest(_ role: String) throws -> [UInt8] {
    let version =
      switch role {
      case "root": root.version
      case "snapshot": snapshot.version
      default: targets[role]?.version ?? 0
      }
    let name = role == "timestamp" ? "timestamp.json" : "\(version).\(percentEncoded(role)).json"
    return try files[name].orThrow()
  }

  /// Keys and signers of a top-level role, all new.
  mutating func rotate(_ role: TopLevelRole) throws {
    let key = try PrivateKey.make()
    root[role] = RoleKeys(keys: [key.publicKey], threshold: 1)
    signers[role.rawValue] = [key]
  }

  // MARK: Targets

  mutating func add(_ bytes: [UInt8], at path: String, to role: String = "targets") throws {
    try add(TargetFile(path: path, contents: bytes), bytes, to: role)
  }

  mutating func add(_ target: TargetFile, _ bytes: [UInt8], to role: String = "targets") throws {
    targets[role]?.targets[target.path] = target
    contents[target.path(isConsistent: true)] = bytes
  }

  /// Delegates to a role, with a new key of its own; the role is made where there is none.
  mutating func delegate(
    to role: String, from delegator: String = "targets",
    _ paths: Delegation.Paths = .patterns(["*"]),
    isTerminating: Bool = false
  ) throws {
    let key = try PrivateKey.make()
    var delegations = targets[delegator]?.delegations ?? Delegations()
    delegations.keys[key.publicKey.id] = key.publicKey
    delegations.roles.append(
      Delegation(
        name: role, keyIDs: [key.publicKey.id], isTerminating: isTerminating, paths: paths))
    targets[delegator]?.delegations = delegations
    signers[role, default: []].append(key)
    if targets[role] == nil {
      targets[role] = TargetsMetadata(version: 0, expiresMS: Self.later)
    }
  }

  /// Publishes every targets role, and what describes them.
  mutating func publishAll() throws {
    for role in targets.keys.sorted() { try publish(role) }
    try publish("snapshot", "timestamp")
  }

  // MARK: Serving

  var source: RepoSource { RepoSource(files: files, contents: contents, log: log) }

  /// A client in a folder that trusts the first root.
  func client(_ folder: TrustFolder, atMS nowMS: Int64 = Repo.nowMS) throws -> TUFClient {
    if !folder.has("root.json") {
      try TUFClient.initialize(folder.path, root: files["1.root.json"].orThrow())
    }
    return try TUFClient(folder.path, source: source, nowMS: nowMS)
  }

  /// Refreshes in a new client; returns what went wrong.
  @discardableResult
  func refresh(_ folder: TrustFolder, atMS nowMS: Int64 = Repo.nowMS) async throws -> Failure? {
    log.clear()
    var client = try client(folder, atMS: nowMS)
    do throws(Failure) {
      try await client.refresh()
      return nil
    } catch {
      return error
    }
  }

  /// Who describes a path, in a new client; nobody where that fails.
  func find(_ path: String, _ folder: TrustFolder) async throws -> (role: String?, Failure?) {
    log.clear()
    var client = try client(folder)
    do throws(Failure) {
      return (try await client.find(path)?.role, nil)
    } catch {
      return (nil, error)
    }
  }
}

/// What a source was asked for.
final class RequestLog: Sendable {
  private let entries = Mutex<[(name: String, limit: Int)]>([])

  func append(_ name: String, _ limit: Int) { entries.withLock { $0.append((name, limit)) } }
  func clear() { entries.withLock { $0 = [] } }
  var names: [String] { entries.withLock { $0.map(\.name) } }
  func limit(of name: String) -> Int? { entries.withLock { $0.last { $0.name == name }?.limit } }
}

/// Serves what a repository had at one moment.
struct RepoSource: TUFSource {
  var files: [String: [UInt8]]
  var contents: [String: [UInt8]]
  let log: RequestLog
  /// After so many answers the connection breaks.
  var answers = Int.max

  func metadata(_ fileName: String, limit: Int) async throws(Failure) -> [UInt8]? {
    try ask(fileName, limit)
    return files[fileName]
  }

  func target(_ path: String, limit: Int) async throws(Failure) -> [UInt8]? {
    try ask("targets/\(path)", limit)
    return contents[path]
  }

  private func ask(_ name: String, _ limit: Int) throws(Failure) {
    if log.names.count >= answers {
      throw Failure(.transient, "test.broken", "the connection broke", isRetryable: true)
    }
    log.append(name, limit)
  }
}

struct Missing: Error {}

extension Optional {
  func orThrow() throws -> Wrapped {
    if let self { return self }
    throw Missing()
  }
}
