internal import PatchbayCore
internal import PatchbayCrypto
internal import PatchbayHost
internal import PatchbayJSON

/// A pack that was looked through: by rules, by the scan, and by trying its plugin.
struct Inspection {
  let listing: Listing
  let manifest: Manifest
  let artifact: Release.Artifact
  let bytes: [UInt8]

  /// “NAMESPACE/ID VERSION”.
  var version: String { "\(listing.name) \(manifest.version)" }

  /// `packed` are the bytes that it was read from, which another machine may have packed.
  init(_ pack: Pack, _ rules: PublishingRules, packed: [UInt8]? = nil) throws(Failure) {
    guard let library = pack[Release.libraryName], let words = pack[Listing.fileName] else {
      throw Failure(.config, "pack.incomplete", "a pack lacks its plugin, or its listing")
    }
    listing = try Listing(reading: words.bytes, from: "the pack")
    let file = try PluginFile(
      checking: library.bytes, name: library.path, forAnyMachine: true)
    manifest = file.manifest
    try listing.check(against: manifest)
    let errors = PackScan.findings(in: pack).filter { $0.level == .error }
    if let first = errors.first {
      throw Failure(
        .permission, "market.scan",
        "the pack of \(listing.name) cannot be published: "
          + errors.map { "\($0.file): \($0.what) (\($0.rule))" }.joined(separator: "; "),
        mend: first.mend)
    }
    // What is for other machines cannot be tried here.
    if file.architecture == PluginFile.architecture { try Self.run(rules.gate, on: pack) }
    let bytes = if let packed { packed } else { try pack.archived() }
    self.bytes = bytes
    let platform = "linux-\(file.architecture)"
    artifact = Release.Artifact(
      os: "linux", arch: file.architecture, libc: file.libc,
      path: "\(Release.folder(listing.name, manifest.version))/\(platform).patchbay",
      size: bytes.count, sha256: Hex.encode(Digest.sha256(bytes)),
      files: pack.files.map {
        .init(path: $0.path, size: $0.bytes.count, sha256: $0.sha256)
      })
  }

  private static func run(_ gate: PublishingRules.Gate, on pack: Pack) throws(Failure) {
    let temporary = try TemporaryFolder()
    let place = try FolderDraft("\(temporary.path)/pack", folderMode: 0o700)
    defer { withExtendedLifetime((temporary, place)) {} }
    var fixtures: [String] = []
    for file in pack.files where file.path == Release.libraryName || file.isFixture {
      try place.write(file.path, file.bytes)
      if file.isFixture { fixtures.append(place.place(of: file.path)) }
    }
    try gate(place.place(of: Release.libraryName), fixtures)
  }

  /// The release of the packs of one version, in any order, which must say the same of it.
  static func release(_ packs: [Inspection]) throws(Failure) -> Release {
    let packs = packs.sorted { $0.artifact.arch < $1.artifact.arch }
    guard let first = packs.first else {
      throw Failure(.permission, "market.submission", "a release has no packs")
    }
    for other in packs.dropFirst() {
      if other.listing.json != first.listing.json || other.manifest.json != first.manifest.json {
        throw Failure(
          .config, "pack.differs", "the packs of \(first.version) say different things of it",
          mend: "pack them from the same listing.json and plugin.json")
      }
      if other.artifact.arch == first.artifact.arch {
        throw Failure(
          .config, "pack.twice", "\(first.version) has two packs for \(first.artifact.arch)",
          mend: "give one for each kind of machine")
      }
    }
    return try Release(first.listing, first.manifest, artifacts: packs.map(\.artifact))
  }
}
