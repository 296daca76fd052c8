internal import PatchbayCore
internal import PatchbayCrypto
internal import PatchbayHost
internal import PatchbayJSON

/// A pack that was looked through: by rules, by the scan, and by trying its plugin.
struct Inspection {
  let listing: Listing
  let manifest: Manifest
  let artifact: Release.Artifact
  /// Libraries of the system that its plugin asks for.
  let libraries: [String]
  let bytes: [UInt8]

  /// “NAMESPACE/ID VERSION”.
  var version: String { "\(listing.name) \(manifest.version)" }

  /// `packed` are the bytes that it was read from, which another machine may have packed.
  init(_ pack: Pack, _ rules: PublishingRules, packed: [UInt8]? = nil) throws(Failure) {
    let review = PackReview(pack, gate: rules.gate)
    if let refusal = review.refusal { throw refusal }
    guard let listing = review.listing, let file = review.file else {
      throw Failure(.bug, "pack.incomplete", "a pack was taken without its plugin or its listing")
    }
    self.listing = listing
    manifest = file.manifest
    libraries = file.libraries
    let bytes = if let packed { packed } else { try pack.archived() }
    self.bytes = bytes
    artifact = Self.artifact(
      pack, file, listing, size: bytes.count, sha256: Hex.encode(Digest.sha256(bytes)))
  }

  /// The pack as its release has it.
  static func artifact(
    _ pack: Pack, _ file: PluginFile, _ listing: Listing, size: Int, sha256: String
  ) -> Release.Artifact {
    let folder = Release.folder(listing.name, file.manifest.version)
    return Release.Artifact(
      os: "linux", arch: file.architecture, libc: file.libc,
      path: "\(folder)/linux-\(file.architecture).patchbay", size: size, sha256: sha256,
      files: pack.files.map { .init(path: $0.path, size: $0.bytes.count, sha256: $0.sha256) })
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
