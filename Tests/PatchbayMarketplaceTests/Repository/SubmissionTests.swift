import Built
import PatchbayCore
import PatchbayCrypto
import PatchbayHost
import PatchbayJSON
import PatchbayTUF
import Testing

@testable import PatchbayMarketplace

@Suite("What publishers hand in") struct SubmissionTests {
  static let folder = "plugins/acme/books/1.0.0"
  static let release = "\(folder)/release.json"

  /// A marketplace, and a submission of one version that it takes.
  static func begin() async throws -> (Bazaar, Submission) {
    let bazaar = try await Bazaar()
    return (bazaar, try bazaar.submission([PluginDraft().pack(in: bazaar.folder)]))
  }

  /// Why a submission is refused; nothing of the repository may change by it.
  static func refusal(_ submission: Submission, _ bazaar: Bazaar) async throws -> Failure? {
    func state() throws -> [String] {
      try FileBytes.tree(of: bazaar.path).map {
        "\($0) \(Hex.encode(Digest.sha256(try FileBytes.read("\(bazaar.path)/\($0)"))))"
      }
    }
    let before = try state()
    let refusal = try await failure { try await bazaar.accept(submission) }
    #expect(try refusal == nil || state() == before)
    return refusal
  }

  @Test func `it is written, read and accepted elsewhere`() async throws {
    let (bazaar, submission) = try await Self.begin()
    let path = bazaar.folder.file("submission")
    try submission.write(to: path)
    let read = try Submission(reading: path)
    #expect(read.namespace == "acme" && read.files == submission.files)
    try await bazaar.accept(read)
    #expect(try bazaar.repository.catalogue().entries.map(\.name) == ["acme/books"])
    let again = try await Self.refusal(read, bazaar)
    #expect(
      again?.message.contains("it is version 1, and 2 is next") == true, "\(again?.message ?? "")")
  }

  @Test func `the registry is shown what admins will be shown`() async throws {
    let bazaar = try await Bazaar()
    try await bazaar.publish(PluginDraft { $0.terms = PluginDraft.terms([PluginDraft.price(400)]) })
    try await bazaar.install("books")
    let next = PluginDraft("1.1.0") {
      $0.hosts.append("more.example.com")
      $0.terms = PluginDraft.terms([PluginDraft.price(500)])
    }
    let other = PluginDraft { ($0.id, $0.title) = ("letters", "Letters") }
    let submission = try bazaar.submission([next, other].map { try $0.pack(in: bazaar.folder) })
    let shown = try bazaar.repository.review(submission, Bazaar.rules, nowMS: bazaar.nowMS)
    #expect(shown.map(\.release.name) == ["acme/books", "acme/letters"])
    #expect(shown.map(\.before) == ["1.0.0", nil] && shown[1].wider == [])
    #expect(try bazaar.repository.catalogue().entries.map(\.name) == ["acme/books"])
    try await bazaar.accept(submission)
    let candidate = try await bazaar.market().prepare(InstallRequest("books")).disclosure
    #expect(candidate.wider == ["may reach more.example.com"] && candidate.dearer.count == 1)
    #expect(shown[0].wider == candidate.wider && shown[0].dearer == candidate.dearer)
    #expect(shown[0].tier == candidate.tier && shown[0].platformPPM == candidate.platformPPM)
    #expect(shown[0].artifacts == candidate.artifacts && shown[0].libraries == candidate.libraries)
  }

  /// Who packs is told of what who publishes is refused for.
  @Test func `what is refused is what the author is told when it is packed`() async throws {
    let bazaar = try await Bazaar()
    let failing: PublishingRules.Gate = { (_, _) throws(Failure) in
      throw Failure(.permission, "market.kit", "it breaks rules", mend: "mend it")
    }
    func file(_ path: String, _ text: String) -> Pack.File {
      .init(path: path, bytes: Array(text.utf8))
    }
    let good = try PluginDraft().pack(in: bazaar.folder)
    let other = try PluginDraft { $0.id = "films" }.pack(in: bazaar.folder)
    let secret = "ghp_" + "q7Xw2Lp9Zt4Rm8Vk3Hs6Nd1Yb5Gc0JfUa7Te"
    func with(_ file: Pack.File) throws -> Pack {
      try Pack(files: good.files.filter { $0.path != file.path } + [file])
    }
    let listing = try #require(other[Listing.fileName])
    let cases: [(String?, Pack, PublishingRules.Gate)] = [
      (nil, good, Bazaar.rules.gate), ("market.kit", good, failing),
      ("listing.shape", try with(file(Listing.fileName, "{}")), failing),
      ("listing.plugin", try with(listing), failing),
      ("market.scan", try with(file("docs/a.md", secret)), failing),
      ("plugin.refused", try with(file(Release.libraryName, "no ELF")), failing),
    ]
    for (code, pack, gate) in cases {
      let review = PackReview(pack, gate: gate)
      #expect(review.refusal?.code == code, "\(review.refusal?.message ?? "taken")")
      #expect(review.findings.contains { $0.level == .error } == (code != nil))
      let refusal = try await failure {
        _ = try bazaar.submission([pack], PublishingRules(gate: gate))
      }
      #expect(refusal == review.refusal)
    }
  }

  @Test func `a file that was changed, or is gone, is refused`() async throws {
    let (bazaar, submission) = try await Self.begin()
    for path in submission.files.keys {
      let bytes = try #require(submission.files[path])
      var files = submission.files
      files[path] = bytes.dropLast() + [bytes.last.map { $0 ^ 1 } ?? 0]
      let other = Submission("acme", submission.documents, files: files)
      #expect(try await Self.refusal(other, bazaar)?.code == "tuf.hash")
      files[path] = nil
      let fewer = Submission("acme", submission.documents, files: files)
      #expect(try await Self.refusal(fewer, bazaar)?.message.contains("\(path) is missing") == true)
    }
  }

  @Test func `what another key signed is refused`() async throws {
    let (bazaar, submission) = try await Self.begin()
    for key in ["core-team", "registry", "targets"] {
      let other = try submission.forged(bazaar, key: key) { _, _ in }
      #expect(try await Self.refusal(other, bazaar)?.code == "tuf.signatures")
    }
    let stranger = Submission("ada", submission.documents, files: submission.files)
    #expect(try await Self.refusal(stranger, bazaar)?.code == "market.publisher")
    let registry = try submission.forged(bazaar, key: "registry") { _, _ in }
    let upstart = Submission("registry", registry.documents, files: [:])
    #expect(try await Self.refusal(upstart, bazaar)?.code == "tuf.signatures")
  }

  /// Changes that a publisher could sign, and what they are refused for.
  static let changes:
    [(String, @Sendable (inout TargetsMetadata, inout [String: [UInt8]]) throws -> Void)] = [
      ("it is version 2, and 1 is next", { metadata, _ in metadata.version = 2 }),
      ("/version", { metadata, _ in metadata.version = 0 }),
      ("it trusts others", { metadata, _ in metadata.delegations = Delegations() }),
      ("it ends at", { metadata, _ in metadata.expiresMS = Bazaar.nowMS }),
      (
        "it does not name plugins/acme/books/1.0.0/more",
        { _, files in files["\(folder)/more"] = [1] }
      ),
      (
        "a release has no packs",
        { metadata, files in
          for path in files.keys where path != release {
            (metadata.targets[path], files[path]) = (nil, nil)
          }
        }
      ),
      (
        "a pack has no release",
        { metadata, files in (metadata.targets[release], files[release]) = (nil, nil) }
      ),
      (
        "has the pack of plugins/acme/books/1.0.0/linux",
        { metadata, files in
          for (path, bytes) in files where path != release {
            let other = "\(folder)/other.patchbay"
            (metadata.targets[path], files[path]) = (nil, nil)
            metadata.targets[other] = TargetFile(path: other, contents: bytes)
            files[other] = bytes
          }
        }
      ),
      (
        "is not in its namespace",
        { metadata, files in
          for (path, bytes) in files {
            let other = path.replacing("/acme/", with: "/core-team/")
            metadata.targets[path] = nil
            metadata.targets[other] = TargetFile(path: other, contents: bytes)
            files[path] = nil
            files[other] = bytes
          }
        }
      ),
      (
        "is not what its packs say",
        { metadata, files in
          let text = String(decoding: files[release] ?? [], as: UTF8.self)
          let bytes = Array(text.replacing("EUR", with: "USD").utf8)
          metadata.targets[release] = TargetFile(path: release, contents: bytes)
          files[release] = bytes
        }
      ),
      (
        "is not what its packs say",
        { metadata, files in
          let path = "plugins/acme/books/2.0.0/release.json"
          metadata.targets[path] = files[release].map { TargetFile(path: path, contents: $0) }
          files[path] = files[release]
        }
      ),
    ]

  @Test(arguments: changes.indices)
  func `what a publisher must not sign is refused`(index: Int) async throws {
    let (bazaar, submission) = try await Self.begin()
    let (why, change) = Self.changes[index]
    let refusal = try await Self.refusal(submission.forged(bazaar, change), bazaar)
    #expect(refusal?.message.contains(why) == true, "\(why): \(refusal?.message ?? "it was taken")")
  }

  /// The catalogue of all would have it from there.
  @Test func `nobody hands in the release of another publisher`() async throws {
    let (bazaar, _) = try await Self.begin()
    try await bazaar.publish(
      PluginDraft { ($0.publisher, $0.id, $0.title) = ("core-team", "hub", "Hub") })
    let before = try bazaar.repository.catalogue().entries[0].title
    let path = "plugins/core-team/hub/1.0.0/release.json"
    let repository = try bazaar.repository
    let releases = try repository.releases(of: "core-team") { (target) throws(Failure) in
      try repository.read(target)
    }
    let text = try #require(releases.first?.release.json.text)
    let forged = try bazaar.submission([PluginDraft().pack(in: bazaar.folder)]).forged(bazaar) {
      _, files in
      files[path] = Array(text.replacing("\"Hub\"", with: "\"Hell\"").utf8)
    }
    let refusal = try await Self.refusal(forged, bazaar)
    #expect(
      refusal?.message.contains("it does not name \(path)") == true, "\(refusal?.message ?? "")")
    #expect(try bazaar.repository.catalogue().entries.map(\.title) == [before])
  }

  @Test func `versions that are published stay as they are`() async throws {
    let (bazaar, submission) = try await Self.begin()
    try await bazaar.accept(submission)
    let next = try bazaar.submission([PluginDraft("1.1.0").pack(in: bazaar.folder)])
    let withdrawn = try next.forged(bazaar) { metadata, _ in metadata.targets[Self.release] = nil }
    let refusal = try await Self.refusal(withdrawn, bazaar)
    #expect(refusal?.message.contains("changes or withdraws \(Self.release)") == true)
    let packs = [try PluginDraft { $0.hosts = ["other.example.com"] }.pack(in: bazaar.folder)]
    let twice = try await failure { try await bazaar.publish(packs) }
    #expect(twice?.code == "market.published" && twice?.mend.contains("new version") == true)
    // A marketplace that only its maker uses may: with other packs, and with the same.
    var rules = Bazaar.rules
    rules.replaces = true
    for _ in 0..<2 { try await bazaar.publish(packs, rules) }
    let lists = try await bazaar.market().refresh()
    #expect(try lists.catalogue.entries.map(\.versions.count) == [1])
    let store = try await bazaar.install("books")
    #expect(store.active.first?.manifest.hosts == ["other.example.com"])
  }

  @Test func `a folder that is no submission is refused`() throws {
    let folder = try TestFolder()
    let failure = #expect(throws: Failure.self) { try Submission(reading: folder.path) }
    #expect(failure?.code == "market.submission" && failure?.mend.contains("--submission") == true)
  }
}
