import PatchbayCore
import PatchbayJSON
import PatchbayTUF
import Seeded
import Testing

@Suite struct VersionNumberTests {
  @Test func `A version that no other can follow is refused`() throws {
    let key = try PrivateKey.make()
    let keys = RoleKeys(keys: [key.publicKey], threshold: 1)
    func root(_ version: Int) -> JSON {
      RootMetadata(
        version: version, expiresMS: MetadataTests.inAYear,
        roles: [.root: keys, .timestamp: keys, .snapshot: keys, .targets: keys]
      ).json
    }
    #expect(try RootMetadata(root(.max - 1)).version == .max - 1)
    let failure = #expect(throws: Failure.self) { try RootMetadata(root(.max)) }
    #expect(failure?.message.contains("/version") == true, "\(String(describing: failure))")
    // A hub asks for the root after the one that it trusts.
    var file = SignedMetadata(signed: root(.max - 1))
    try file.sign(with: key)
    var trusted = try TrustedMetadata(root: file.bytes, nowMS: 0)
    #expect(throws: Failure.self) { try trusted.update(root: file.bytes) }
  }

  @Test func `Metadata of any numbers and times is taken or refused`() throws {
    let snapshot = """
      {"_type":"snapshot","spec_version":"1.0.31","version":1,"expires":"2031-01-02T03:04:05Z",
      "meta":{"targets.json":{"version":1,"length":5}}}
      """
    _ = try SnapshotMetadata(JSON(reading: snapshot))
    let targets = """
      {"_type":"targets","spec_version":"1.0.31","version":1,"expires":"2031-01-02T03:04:05Z",
      "targets":{"a":{"length":5,"hashes":{"sha256":"\(String(repeating: "00", count: 32))"}}},
      "delegations":{"keys":{},"roles":[{"name":"a","keyids":[],"threshold":1,
      "terminating":false,"paths":["*"]}]}}
      """
    _ = try TargetsMetadata(JSON(reading: targets))
    for text in Extreme.variants(of: snapshot) {
      guard let read = try? SnapshotMetadata(JSON(reading: text)) else { continue }
      #expect(read.version < .max && (try? SnapshotMetadata(read.json)) == read, "\(text)")
    }
    for text in Extreme.variants(of: targets) {
      guard let read = try? TargetsMetadata(JSON(reading: text)) else { continue }
      #expect(read.version < .max && (try? TargetsMetadata(read.json)) == read, "\(text)")
    }
  }
}
