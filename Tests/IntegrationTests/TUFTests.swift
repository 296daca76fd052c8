import Foundation
import Loopback
import PatchbayCore
import PatchbayJSON
import PatchbayTUF
import Testing

/// `patchbay-tuf` over loopback: its exit codes, its files and its requests.
@Suite struct TUFTests {
  /// A repository whose one key signs everything, and a place for what is downloaded from it.
  private final class Repository: Sendable {
    let server: LoopbackServer
    let scratch: Scratch

    init(_ contents: [(path: String, bytes: [UInt8])]) throws {
      let key = try PrivateKey.make()
      let expiresMS = Time.nowMS() + 86_400_000
      func signed(_ json: JSON) throws -> [UInt8] {
        var file = SignedMetadata(signed: json)
        try file.sign(with: key)
        return file.bytes
      }
      let keys = RoleKeys(keys: [key.publicKey], threshold: 1)
      let root = RootMetadata(
        version: 1, expiresMS: expiresMS,
        roles: [.root: keys, .timestamp: keys, .snapshot: keys, .targets: keys])
      let files = contents.map { TargetFile(path: $0.path, contents: $0.bytes) }
      let targets = try signed(
        TargetsMetadata(version: 1, expiresMS: expiresMS, targets: files).json)
      let snapshot = try signed(
        SnapshotMetadata(
          version: 1, expiresMS: expiresMS,
          files: ["targets.json": MetadataFile(1, contents: targets)]
        ).json)
      let timestamp = TimestampMetadata(
        version: 1, expiresMS: expiresMS, snapshot: MetadataFile(1, contents: snapshot))
      var served = [
        "/m/1.targets.json": targets, "/m/1.snapshot.json": snapshot,
        "/m/timestamp.json": try signed(timestamp.json),
      ]
      for (file, content) in zip(files, contents) {
        let path = percentEncoded(file.path(isConsistent: true), keeping: "-._~/")
        served["/t/\(path)"] = content.bytes
      }
      let answers = served
      server = try LoopbackServer { request in
        answers[request.target].map { .answer(200, $0) } ?? .answer(404, "there is none")
      }
      scratch = try Scratch()
      try FileBytes.replace("\(scratch.path)/first", with: signed(root.json))
      try FileManager.default.createDirectory(
        atPath: "\(scratch.path)/files", withIntermediateDirectories: true)
    }

    deinit { server.stop() }

    func run(_ arguments: String...) throws -> Program.Result {
      let common = ["--metadata-dir", "\(scratch.path)/trust", "--metadata-url", "\(server.url)/m"]
      return try Program("patchbay-tuf", common + arguments).wait()
    }

    func download(_ names: String...) throws -> Program.Result {
      let common = [
        "--metadata-url", "\(server.url)/m/", "--metadata-dir", "\(scratch.path)/trust",
        "--target-base-url", "\(server.url)/t", "--target-dir", "\(scratch.path)/files",
      ]
      let targets = names.flatMap { ["--target-name", $0] }
      return try Program("patchbay-tuf", common + targets + ["download"]).wait()
    }

    var files: [String] { FileBytes.names(in: "\(scratch.path)/files", withHidden: true) }
  }

  @Test func `Targets are downloaded, checked, and kept under flat names`() throws {
    let repository = try Repository([
      ("a/b c?.txt", [1, 2, 3]), ("..up/ü", [4]), ("late", [5]), ("empty", []), ("a/../up", [6]),
    ])
    #expect(try repository.run("init", "\(repository.scratch.path)/first").exitCode == 0)
    #expect(repository.server.requests.isEmpty)
    #expect(try repository.run("refresh").exitCode == 0)
    let result = try repository.download("a/b c?.txt", "..up/ü", "empty")
    #expect(result.exitCode == 0, "\(result.errors)")
    #expect(repository.files == ["..up%2F%C3%BC", "a%2Fb%20c%3F.txt", "empty"])
    let place = "\(repository.scratch.path)/files/a%2Fb%20c%3F.txt"
    #expect(try FileBytes.read(place) == [1, 2, 3])
    // What is there is not fetched again, unless it was changed.
    let before = repository.server.requests.count { $0.target.hasPrefix("/t/") }
    #expect(before == 3)
    #expect(try repository.download("a/b c?.txt").exitCode == 0)
    #expect(repository.server.requests.count { $0.target.hasPrefix("/t/") } == before)
    try FileBytes.replace(place, with: [1, 2, 4])
    #expect(try repository.download("a/b c?.txt").exitCode == 0)
    #expect(try FileBytes.read(place) == [1, 2, 3])
    // It would be another file of the server.
    let up = try repository.download("a/../up")
    #expect(up.exitCode == 1 && up.errors.contains("leads out of the repository"))
    // One that is not there ends it.
    let failed = try repository.download("none", "late")
    #expect(failed.exitCode == 1 && !repository.files.contains("late"))
    #expect(failed.errors.contains("the repository describes no target “none”"))
  }

  @Test func `What is missing is said`() throws {
    let repository = try Repository([])
    let early = try repository.run("refresh")
    #expect(early.exitCode == 1 && early.errors.contains("there is no root.json"))
    #expect(try repository.run("init", "/nowhere").exitCode == 1)
    #expect(try repository.run().output.contains("usage"))
    #expect(try repository.run("download").exitCode == 2)
    #expect(try Program("patchbay-tuf", ["refresh"]).wait().errors.contains("--metadata-dir"))
    #expect(repository.server.requests.isEmpty)
  }
}
