import PatchbayCore
import PatchbayJSON
import PatchbayTUF
import Testing

@Suite("Metadata files") struct MetadataTests {
  static let inAYear = Time.parse("2031-01-02T03:04:05Z") ?? 0

  @Test func `Every kind of metadata is read as it was written`() throws {
    let key = try PrivateKey.make().publicKey
    let keys = RoleKeys(keys: [key], threshold: 1)
    let root = RootMetadata(
      version: 3, expiresMS: Self.inAYear,
      roles: [.root: keys, .timestamp: keys, .snapshot: keys, .targets: keys])
    #expect(try RootMetadata(Self.again(root.json)) == root)
    #expect(root.json["expires"] == "2031-01-02T03:04:05Z")

    let timestamp = TimestampMetadata(
      version: 1, expiresMS: Self.inAYear, snapshot: MetadataFile(7, contents: [1, 2, 3]))
    #expect(try TimestampMetadata(Self.again(timestamp.json)) == timestamp)

    let snapshot = SnapshotMetadata(
      version: 2, expiresMS: Self.inAYear,
      files: ["targets.json": MetadataFile(version: 1), "a.json": MetadataFile(4, contents: [])])
    #expect(try SnapshotMetadata(Self.again(snapshot.json)) == snapshot)

    let delegations = Delegations(
      keys: [key],
      roles: [
        Delegation(name: "a", keyIDs: [key.id], isTerminating: true, paths: .patterns(["a/*"])),
        Delegation(name: "b", keyIDs: [], threshold: 2, paths: .hashPrefixes(["0a", "ff"])),
      ])
    let targets = TargetsMetadata(
      version: 9, expiresMS: Self.inAYear,
      targets: [TargetFile(path: "x/y", contents: [1], custom: ["a": [1, "b"]])],
      delegations: delegations)
    #expect(try TargetsMetadata(Self.again(targets.json)) == targets)
  }

  private static func again(_ json: JSON) throws -> JSON {
    var file = SignedMetadata(signed: json)
    try file.sign(with: PrivateKey.make())
    return try SignedMetadata(reading: file.bytes, limit: 1 << 20).signed
  }

  @Test func `Enough different keys must sign`() throws {
    let keys = try (0..<3).map { _ in try PrivateKey.make() }
    let role = RoleKeys(keys: keys.map(\.publicKey), threshold: 2)
    var file = SignedMetadata(signed: ["a": 1])
    #expect(throws: Failure.self) { try file.check(role, name: "it") }
    try file.sign(with: keys[0])
    try file.sign(with: keys[0])
    #expect(file.signatures.count == 1)
    let failure = #expect(throws: Failure.self) { try file.check(role, name: "it") }
    #expect(failure?.code == "tuf.signatures")
    #expect(failure?.message == "it has valid signatures of 1 of its keys, and needs 2")
    try file.sign(with: PrivateKey.make())
    #expect(throws: Failure.self) { try file.check(role, name: "it") }
    try file.sign(with: keys[2])
    try file.check(role, name: "it")
    let read = try SignedMetadata(reading: file.bytes, limit: 1 << 20)
    try read.check(role, name: "it")
  }

  @Test func `A key counts once under whatever ids`() throws {
    let key = try PrivateKey.make()
    var object = try #require(key.publicKey.json.object)
    object["x-other"] = 1
    let same = try PublicKey(.object(object))
    #expect(same.id != key.publicKey.id)
    var file = SignedMetadata(signed: ["a": 1])
    try file.sign(with: key)
    let hex = file.signatures[0].hex
    let text =
      #"{"signed":{"a":1},"signatures":[{"keyid":"\#(key.publicKey.id)","sig":"\#(hex)"},"#
      + #"{"keyid":"\#(same.id)","sig":"\#(hex)"}]}"#
    let twice = try SignedMetadata(reading: Array(text.utf8), limit: 1 << 20)
    try twice.check(RoleKeys(keys: [key.publicKey, same], threshold: 1), name: "it")
    #expect(throws: Failure.self) {
      try twice.check(RoleKeys(keys: [key.publicKey, same], threshold: 2), name: "it")
    }
  }

  @Test func `Two signatures of one key id refuse the file`() {
    let text = #"{"signed":{},"signatures":[{"keyid":"a","sig":""},{"keyid":"a","sig":""}]}"#
    let failure = #expect(throws: Failure.self) {
      try SignedMetadata(reading: Array(text.utf8), limit: 1 << 20)
    }
    #expect(failure?.code == "tuf.signatures")
  }

  @Test func `The bytes that were read are kept`() throws {
    var file = SignedMetadata(signed: ["b": 1, "a": 2])
    try file.sign(with: PrivateKey.make())
    let bytes = Array(" \n".utf8) + file.bytes + Array("  ".utf8)
    #expect(try SignedMetadata(reading: bytes, limit: bytes.count).bytes == bytes)
    let failure = #expect(throws: Failure.self) {
      try SignedMetadata(reading: bytes, limit: bytes.count - 1)
    }
    #expect(failure?.code == "tuf.length")
  }

  @Test(arguments: [
    (#"{"signatures":[]}"#, "tuf.shape"), (#"{"signed":[],"signatures":[]}"#, "tuf.shape"),
    (#"{"signed":{},"signatures":[{"keyid":1,"sig":""}]}"#, "tuf.shape"), ("", "tuf.json"),
    ("[", "tuf.json"), (#"{"signed":{},"signed":{},"signatures":[]}"#, "tuf.json"),
  ]) func `What is no metadata is refused`(_ text: String, _ code: String) {
    let failure = #expect(throws: Failure.self) {
      try SignedMetadata(reading: Array(text.utf8), limit: 1 << 20)
    }
    #expect(failure?.code == code)
  }

  @Test func `Another type, or another specification, is refused`() throws {
    let json = TimestampMetadata(
      version: 1, expiresMS: Self.inAYear, snapshot: MetadataFile(version: 1)
    ).json
    var object = try #require(json.object)
    object["_type"] = "snapshot"
    let type = #expect(throws: Failure.self) { try TimestampMetadata(.object(object)) }
    #expect(type?.code == "tuf.type")
    let wrong: [(String, JSON)] = [
      ("spec_version", "2.0"), ("spec_version", "10.0"), ("version", 0), ("version", "1"),
      ("expires", "tomorrow"), ("expires", "2030-01-01T00:00:00+01:00"), ("meta", [:]),
      ("meta", ["snapshot.json": ["version": 0]]),
    ]
    for (name, value) in wrong {
      var object = try #require(json.object)
      object[name] = value
      let failure = #expect(throws: Failure.self) { try TimestampMetadata(.object(object)) }
      #expect(failure?.code == "tuf.shape", "\(name)")
      #expect(failure?.message.contains(name) == true)
    }
  }

  @Test(arguments: [
    ("*.md", "README.md", true), ("*.md", "README.MD", false), ("*.md", "a/README.md", false),
    ("foo-?.tgz", "foo-1.tgz", true), ("foo-?.tgz", "foo-alpha.tgz", false),
    ("foo-?.tgz", "foo-é.tgz", true), ("foo-?.tgz", "foo-.tgz", false),
    ("releases/*/*", "releases/x/y", true), ("releases/*/*", "releases/x", false),
    ("releases/*/*", "releases/x/y/z", false), ("*", "", true), ("", "", true), ("", "a", false),
    ("a*b*c", "aXbYbZc", true), ("a*b*c", "aXbYbZ", false), ("*/a*b", "x/aab", true),
    ("*/b", "a/a/b", false), ("?", "/", false), ("a?b", "a/b", false), ("**", "ab", true),
    ("[a]", "a", false), ("[a]", "[a]", true), ("caf\u{E9}", "cafe\u{301}", false),
    (#"\*"#, "*", false), ("*a", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab", false),
  ]) func `Patterns match like those of the shell`(
    _ pattern: String, _ path: String, _ matches: Bool
  ) {
    let role = Delegation(name: "a", keyIDs: [], paths: .patterns([pattern]))
    #expect(role.covers(path) == matches)
  }

  @Test func `Prefixes of hashes cover their paths`() {
    // SHA-256 of “a” begins with ca978112.
    for (prefixes, covers) in [
      (["ca"], true), (["ca978112"], true), (["cb"], false), (["00", "c"], true), ([], false),
    ] {
      let role = Delegation(name: "a", keyIDs: [], paths: .hashPrefixes(prefixes))
      #expect(role.covers("a") == covers)
    }
  }

  @Test(arguments: [
    #"{"name":"a","keyids":[],"threshold":1}"#,
    #"{"name":"a","keyids":[],"threshold":1,"paths":[],"path_hash_prefixes":[]}"#,
    #"{"name":"","keyids":[],"threshold":1,"paths":[]}"#,
    #"{"name":"targets","keyids":[],"threshold":1,"paths":[]}"#,
    #"{"name":"a","keyids":["b","b"],"threshold":1,"paths":[]}"#,
    #"{"name":"a","keyids":[],"threshold":0,"paths":[]}"#,
  ]) func `Delegations without a clear meaning are refused`(_ role: String) throws {
    var object = try #require(TargetsMetadata(version: 1, expiresMS: 0).json.object)
    object["delegations"] = ["keys": [:], "roles": [try JSON(reading: role)]]
    #expect(throws: Failure.self) { try TargetsMetadata(.object(object)) }
    object["delegations"] = nil
    _ = try TargetsMetadata(.object(object))
  }

  @Test func `A target is held against its length and hashes`() throws {
    let target = TargetFile(path: "a", contents: [1, 2, 3])
    try target.check([1, 2, 3])
    #expect(throws: Failure.self) { try target.check([1, 2]) }
    #expect(throws: Failure.self) { try target.check([1, 2, 4]) }
    #expect(target.path(isConsistent: false) == "a")
    let hash = try #require(target.hashes["sha256"])
    #expect(target.path(isConsistent: true) == "\(hash).a")
    let deep = TargetFile(path: "x/y/a", contents: [1, 2, 3])
    #expect(deep.path(isConsistent: true) == "x/y/\(hash).a")
  }

  /// é in one code point or in two: two files to everybody but Swift.
  @Test func `Names are compared byte by byte`() {
    let targets = TargetsMetadata(
      version: 1, expiresMS: 0, targets: [TargetFile(path: "caf\u{E9}", contents: [])])
    #expect(targets.target("caf\u{E9}") != nil)
    #expect(targets.target("cafe\u{301}") == nil)
  }
}
