import PatchbayCore
import PatchbayJSON
import PatchbayTUF
import Testing

@Suite("Changes of keys") struct RotationTests {
  /// One version of a role: its keys by number, and who signs it.
  struct Version: Sendable {
    let keys: [Int]
    let threshold: Int
    let signers: [Int]

    init(_ keys: [Int], _ threshold: Int, signedBy signers: [Int]) {
      self.keys = keys
      self.threshold = threshold
      self.signers = signers
    }
  }

  struct Case: Sendable, CustomTestStringConvertible {
    let testDescription: String
    /// Of a root, one after the other; all but perhaps the last are taken.
    let versions: [Version]
    let isTaken: Bool

    init(_ name: String, _ versions: Version..., isTaken: Bool = true) {
      testDescription = name
      self.versions = versions
      self.isTaken = isTaken
    }
  }

  static let roots: [Case] = [
    Case(
      "one key for another", Version([1], 1, signedBy: [1]), Version([2], 1, signedBy: [2, 1]),
      Version([2], 1, signedBy: [2])),
    Case(
      "signatures that nobody asked for", Version([1], 1, signedBy: [3, 1, 4]),
      Version([2], 1, signedBy: [3, 2, 1, 4]), Version([2], 1, signedBy: [3, 2, 4])),
    Case(
      "three of five, always others", Version([0, 1, 2, 3, 4], 3, signedBy: [0, 2, 4]),
      Version([0, 1, 2, 3, 4], 3, signedBy: [0, 4, 1]),
      Version([0, 1, 2, 3, 4], 3, signedBy: [0, 1, 3]),
      Version([0, 1, 2, 3, 4], 3, signedBy: [0, 1, 3])),
    Case(
      "three of five, one key for another", Version([0, 1, 2, 3, 4], 3, signedBy: [0, 2, 4]),
      Version([0, 1, 3, 4, 5], 3, signedBy: [0, 4, 1])),
    Case(
      "three of five, one key for another in two steps",
      Version([0, 1, 2, 3, 4], 3, signedBy: [0, 2, 4]),
      Version([0, 1, 3, 4, 5], 3, signedBy: [0, 2, 4, 5]),
      Version([0, 1, 3, 4, 5], 3, signedBy: [0, 4, 5])),
    Case(
      "three of five, all keys for others", Version([0, 1, 2, 3, 4], 3, signedBy: [0, 2, 4]),
      Version([5, 6, 7, 8, 9], 3, signedBy: [0, 2, 4, 5, 6, 7]),
      Version([5, 6, 7, 8, 9], 3, signedBy: [5, 6, 7])),
    Case(
      "from one of three to two of three", Version([1, 2, 3], 1, signedBy: [1]),
      Version([1, 2, 3], 2, signedBy: [1, 2])),
    Case(
      "from two of three to one of three", Version([1, 2, 3], 2, signedBy: [1, 2]),
      Version([1, 2, 3], 1, signedBy: [1, 2]), Version([1, 2, 3], 1, signedBy: [1])),
    Case(
      "from one of one to two of two", Version([1], 1, signedBy: [1]),
      Version([1, 2], 2, signedBy: [1, 2])),
    Case(
      "not signed with the old key", Version([1], 1, signedBy: [1]),
      Version([2], 1, signedBy: [2, 3, 4]), isTaken: false),
    Case(
      "not signed with the new key", Version([1], 1, signedBy: [1]),
      Version([2], 1, signedBy: [1, 3, 4]), isTaken: false),
    Case(
      "three of five, not with three of the new ones",
      Version([0, 1, 2, 3, 4], 3, signedBy: [0, 2, 4]),
      Version([0, 1, 3, 4, 5], 3, signedBy: [0, 2, 4]), isTaken: false),
    Case(
      "three of five, not with three of the old ones",
      Version([0, 1, 2, 3, 4], 3, signedBy: [0, 2, 4]),
      Version([0, 1, 3, 4, 5], 3, signedBy: [0, 4, 5]), isTaken: false),
    Case(
      "a higher threshold that is not reached", Version([1, 2, 3], 1, signedBy: [1]),
      Version([1, 2, 3], 2, signedBy: [2]), isTaken: false),
    Case(
      "a lower threshold, but the old one is not reached",
      Version([1, 2, 3], 2, signedBy: [1, 2]), Version([1, 2, 3], 1, signedBy: [1]),
      isTaken: false),
  ]

  static let others: [Case] = [
    Case("one key for another", Version([2], 1, signedBy: [2])),
    Case("signatures that nobody asked for", Version([1], 1, signedBy: [3, 1, 4])),
    Case("not signed with the new key", Version([2], 1, signedBy: [1, 3, 4]), isTaken: false),
    Case(
      "one of three is no key of it", Version([0, 1, 3, 4, 5], 3, signedBy: [0, 2, 4]),
      isTaken: false),
    Case(
      "one of three is missing", Version([0, 1, 3, 4, 5], 3, signedBy: [0, 4]), isTaken: false),
    Case("0, 2 and 4 of five", Version([0, 1, 2, 3, 4], 3, signedBy: [0, 2, 4])),
    Case("0, 4 and 1 of five", Version([0, 1, 2, 3, 4], 3, signedBy: [0, 4, 1])),
    Case("0, 1 and 3 of five", Version([0, 1, 2, 3, 4], 3, signedBy: [0, 1, 3])),
    Case("1, 2 and 3 of five", Version([0, 1, 2, 3, 4], 3, signedBy: [1, 2, 3])),
    Case("2, 3 and 4 of five", Version([0, 1, 2, 3, 4], 3, signedBy: [2, 3, 4])),
  ]

  private let folder: TrustFolder
  private var repo: Repo
  private let keys: [PrivateKey]

  init() throws {
    folder = try TrustFolder()
    repo = try Repo()
    keys = try (0..<10).map { _ in try PrivateKey.make() }
  }

  private mutating func set(_ role: TopLevelRole, _ version: Version) {
    repo.root[role] = RoleKeys(
      keys: version.keys.map { keys[$0].publicKey }, threshold: version.threshold)
    repo.signers[role.rawValue] = version.signers.map { keys[$0] }
  }

  @Test(arguments: roots) mutating func `A root follows another if both say so`(_ chain: Case)
    async throws
  {
    repo.root.version = 0
    for version in chain.versions {
      set(.root, version)
      try repo.publish("root")
    }
    let failure = try await repo.refresh(folder)
    #expect((failure == nil) == chain.isTaken)
    #expect(failure == nil || failure?.code == "tuf.signatures")
    let last = chain.isTaken ? chain.versions.count : chain.versions.count - 1
    #expect(try folder.read("root.json") == repo.files["\(last).root.json"])
  }

  @Test(arguments: others) mutating func `The other roles follow the root`(_ change: Case)
    async throws
  {
    for role in [TopLevelRole.timestamp, .snapshot, .targets] {
      set(role, change.versions[0])
      try repo.publish("root", "targets", "snapshot", "timestamp")
      let failure = try await repo.refresh(folder)
      #expect((failure == nil) == change.isTaken)
      #expect(failure == nil || failure?.code == "tuf.signatures")
      let isKept = folder.names.contains("\(role.rawValue).json")
      #expect(isKept == change.isTaken)
      if isKept { #expect(try folder.read("\(role.rawValue).json") == repo.newest(role.rawValue)) }
    }
  }

  @Test mutating func `A threshold that no number of keys reaches refuses`() async throws {
    for _ in 0..<4 {
      let key = try PrivateKey.make()
      repo.root[.snapshot].keys.append(key.publicKey)
      repo.signers["snapshot"]?.append(key)
    }
    repo.root[.snapshot].threshold = 6
    try repo.publish("root", "snapshot", "timestamp")
    let failure = try await repo.refresh(folder)
    #expect(failure?.code == "tuf.signatures")
    #expect(failure?.message.contains("has valid signatures of 5 of its keys, and needs 6") == true)
    #expect(try folder.versions == "root 2, timestamp 2")
  }

  @Test mutating func `A root that names a key twice is refused`() async throws {
    let key = try repo.signers["snapshot"].orThrow()[0].publicKey
    repo.root[.snapshot] = RoleKeys(keys: [key, key], threshold: 2)
    try repo.publish("root")
    #expect(try await repo.refresh(folder)?.code == "tuf.keys")
    #expect(try folder.versions == "root 1")
  }

  @Test(arguments: KeyMaker.Kind.allCases) mutating func `Roots of every kind of key`(
    _ kind: KeyMaker.Kind
  ) async throws {
    let key = try KeyMaker.make(kind)
    repo.root[.root].keys.append(key.publicKey)
    repo.root[.root].threshold = 2
    repo.signers["root"]?.append(key)
    try repo.publish("root")
    #expect(try await repo.refresh(folder) == nil)
    #expect(try folder.versions.hasPrefix("root 2"))
    try repo.publish("root")
    let text = String(decoding: try repo.newest("root"), as: UTF8.self)
    let hex = try SignedMetadata(reading: repo.newest("root"), limit: 1 << 20).signatures[1].hex
    for wrong in [String(hex.reversed()), "", "zz", String(hex.dropLast())] {
      repo.files["3.root.json"] = Array(text.replacing(hex, with: wrong).utf8)
      #expect(try await repo.refresh(folder)?.code == "tuf.signatures")
    }
    repo.files["3.root.json"] = Array(text.utf8)
    #expect(try await repo.refresh(folder) == nil)
  }

  @Test mutating func `A signature that is wrong does no harm beside enough that are right`()
    async throws
  {
    let more = try PrivateKey.make()
    repo.root[.timestamp].keys.append(more.publicKey)
    repo.signers["timestamp"]?.append(more)
    try repo.publish("root", "timestamp")
    let text = String(decoding: try repo.newest("timestamp"), as: UTF8.self)
    let hex = try SignedMetadata(reading: repo.newest("timestamp"), limit: 1 << 20).signatures[0]
      .hex
    for wrong in [String(hex.reversed()), "", "no digits"] {
      repo.files["timestamp.json"] = Array(text.replacing(hex, with: wrong).utf8)
      #expect(try await repo.refresh(TrustFolder()) == nil)
    }
  }

  /// Clients are older than the repositories that they follow.
  @Test mutating func `A kind of key that is not known yet verifies nothing, and does no harm`()
    async throws
  {
    var object = try repo.root.json.object.orThrow()
    object["version"] = 2
    var all = try (object["keys"]?.object).orThrow()
    all["f00d"] = [
      "keytype": "lattice", "scheme": "lattice-1", "keyval": ["public": "AAAA", "more": 1],
    ]
    object["keys"] = .object(all)
    var roles = try (object["roles"]?.object).orThrow()
    let role = try (roles["timestamp"]?.object).orThrow()
    var changed = role
    changed["keyids"] = .array((role["keyids"]?.array ?? []) + ["f00d"])
    roles["timestamp"] = .object(changed)
    object["roles"] = .object(roles)
    repo.files["2.root.json"] = try repo.signed(.object(object), "root")
    #expect(try await repo.refresh(folder) == nil)
    let root = try RootMetadata(
      SignedMetadata(reading: folder.read("root.json"), limit: 1 << 20).signed)
    let key = try root[.timestamp].keys.last.orThrow()
    #expect(key.id == "f00d" && !key.verifies([1], of: [1]) && key.pem.isEmpty)
    changed["threshold"] = 2
    roles["timestamp"] = .object(changed)
    object["roles"] = .object(roles)
    object["version"] = 3
    repo.files["3.root.json"] = try repo.signed(.object(object), "root")
    try repo.publish("timestamp")
    #expect(try await repo.refresh(folder)?.code == "tuf.signatures")
  }
}
