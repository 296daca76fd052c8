import PatchbayCore
import PatchbayJSON

@testable import PatchbayTUF

extension FuzzTarget {
  /// Metadata of a signed repository: what is read is written and read as the same, its canonical
  /// form does not depend on how it was written, and nothing unsigned passes.
  static let tuf = FuzzTarget(
    name: "tuf", seeds: { signedFiles },
    words: [
      "\"signed\":{", "\"signatures\":[", "\"_type\":\"root\"", "\"_type\":\"targets\"",
      "\"keyid\":\"a\"", "\"sig\":\"00\"", "\"spec_version\":\"1.0\"", "\"version\":1",
      "\"expires\":\"2030-01-01T00:00:00Z\"", "\"meta\":{\"snapshot.json\":{\"version\":1}}",
      "\"length\":1", "\"hashes\":{\"sha256\":\"", "\"targets\":{", "\"delegations\":{\"keys\":{}",
      "\"roles\":[{\"name\":\"a\"", "\"keyids\":[", "\"threshold\":1", "\"terminating\":true",
      "\"paths\":[\"*\"]", "\"path_hash_prefixes\":[\"0\"]", "\"keytype\":\"ed25519\"",
      "\"scheme\":\"rsassa-pss-sha256\"", "\"keyval\":{\"public\":\"", "-----BEGIN PUBLIC KEY-----",
    ], run: checkMetadata)
}

/// One file of each kind, signed.
private let signedFiles: [[UInt8]] = {
  guard let key = try? PrivateKey.make() else { return [] }
  let keys = RoleKeys(keys: [key.publicKey], threshold: 1)
  let expiresMS = Time.parse("2030-01-01T00:00:00Z") ?? 0
  let delegations = Delegations(
    keys: [key.publicKey],
    roles: [
      Delegation(name: "a", keyIDs: [key.publicKey.id], paths: .patterns(["a/*", "?"])),
      Delegation(name: "b", keyIDs: [], isTerminating: true, paths: .hashPrefixes(["0", "ff"])),
    ])
  let all = [
    RootMetadata(
      version: 1, expiresMS: expiresMS,
      roles: [.root: keys, .timestamp: keys, .snapshot: keys, .targets: keys]
    ).json,
    TimestampMetadata(
      version: 1, expiresMS: expiresMS, snapshot: MetadataFile(1, contents: [1])
    ).json,
    SnapshotMetadata(
      version: 1, expiresMS: expiresMS, files: ["targets.json": MetadataFile(version: 1)]
    ).json,
    TargetsMetadata(
      version: 1, expiresMS: expiresMS,
      targets: [TargetFile(path: "a/b", contents: [], custom: ["c": 1])], delegations: delegations
    ).json,
  ]
  return all.compactMap { json in
    var file = SignedMetadata(signed: json)
    return (try? file.sign(with: key)).map { file.bytes }
  }
}()

private func checkMetadata(_ bytes: [UInt8]) {
  let file: SignedMetadata
  do throws(Failure) {
    file = try SignedMetadata(reading: bytes, limit: 1 << 20)
  } catch {
    expect(error.code.hasPrefix("tuf."), "a file is refused with \(error)")
    return
  }
  expect(file.bytes == bytes, "the bytes are not kept")
  checkCanonical(file.signed)
  let isSigned = (try? file.check(RoleKeys(keys: [], threshold: 1), name: "it")) != nil
  expect(!isSigned, "a file is signed by nobody's keys")
  check(file, RootMetadata.init, \.json) { root in
    for role in TopLevelRole.allCases { _ = try? file.check(root[role], name: "it") }
  }
  check(file, TimestampMetadata.init, \.json) { _ in }
  check(file, SnapshotMetadata.init, \.json) { _ = $0.file(of: "targets") }
  check(file, TargetsMetadata.init, \.json) { targets in
    for target in targets.targets.values { _ = try? target.check([]) }
    for role in targets.delegations?.roles ?? [] {
      _ = role.covers("a/b")
      if case .patterns(let patterns) = role.paths {
        for pattern in patterns where !pattern.utf8.contains(where: { "*?".utf8.contains($0) }) {
          expect(PathPattern.matches(pattern, pattern), "“\(pattern)” does not match itself")
        }
      }
    }
  }
}

/// What is read as a kind of metadata is the same when it is written and read again.
private func check<T: Equatable>(
  _ file: SignedMetadata, _ read: (JSON) throws -> T, _ json: KeyPath<T, JSON>, _ use: (T) -> Void
) {
  guard let value = try? read(file.signed) else { return }
  let again = try? read(value[keyPath: json])
  expect(again == value, "metadata is read as \(value), and then as \(String(describing: again))")
  use(value)
}

private func checkCanonical(_ json: JSON) {
  guard let canonical = try? CanonicalJSON.bytes(of: json) else { return }
  for text in [json.bytes, Array(json.prettyText.utf8)] {
    guard let again = try? JSON(reading: text) else {
      expect(false, "what is written cannot be read")
      return
    }
    expect((try? CanonicalJSON.bytes(of: again)) == canonical, "the canonical form is another")
  }
  // Control characters are not escaped in it, so it need not be JSON.
  if canonical.contains(where: { $0 < 0x20 }) { return }
  guard let again = try? JSON(reading: canonical) else {
    expect(false, "a canonical form is no JSON")
    return
  }
  expect((try? CanonicalJSON.bytes(of: again)) == canonical, "a canonical form has another")
}
