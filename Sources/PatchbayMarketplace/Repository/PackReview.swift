package import PatchbayCore
internal import PatchbayHost

/// A pack looked through by all rules that can be kept without knowing a marketplace: whoever packs
/// is told of what whoever publishes would be refused for.
package struct PackReview: Sendable {
  /// What its author should know, errors and warnings.
  package let findings: [Finding]
  /// Why it cannot be published; `nil` where nothing stands in the way.
  package let refusal: Failure?
  let listing: Listing?
  let file: PluginFile?

  /// Runs the plugin only where `gate` does, and only if all else is well.
  package init(_ pack: Pack, gate: PublishingRules.Gate) {
    var review = Findings()
    let library = pack[Release.libraryName]
    let words = pack[Listing.fileName]
    if library == nil || words == nil {
      review.refuse(
        Failure(
          .config, "pack.incomplete", "a pack lacks its plugin, or its listing",
          mend: "put both beside each other, and pack them again"), Listing.fileName)
    }
    let listing = review.read(Listing.fileName) { () throws(Failure) in
      try words.map { words throws(Failure) in try Listing(reading: words.bytes, from: "the pack") }
    }
    let file = review.read(Release.libraryName) { () throws(Failure) in
      try library.map { library throws(Failure) in
        try PluginFile(checking: library.bytes, name: library.path, forAnyMachine: true)
      }
    }
    if let listing, let file {
      review.attempt(Listing.fileName) { () throws(Failure) in
        try listing.check(against: file.manifest)
        // Of the archive nothing is known yet that could not fit.
        let unknown = String(repeating: "0", count: 64)
        let artifact = Inspection.artifact(pack, file, listing, size: 1, sha256: unknown)
        _ = try Release(listing, file.manifest, artifacts: [artifact])
      }
    }
    review.scan(pack, listing?.name ?? "the plugin")
    // What is for other machines cannot be tried here.
    if review.refusal == nil, file?.architecture == PluginFile.architecture {
      review.attempt(Release.libraryName) { () throws(Failure) in try Self.run(gate, on: pack) }
    }
    (self.listing, self.file) = (listing, file)
    (findings, refusal) = (review.all, review.refusal)
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

  /// What was found so far, and the first of it that stands in the way.
  private struct Findings {
    var all: [Finding] = []
    var refusal: Failure?

    mutating func refuse(_ failure: Failure, _ path: String) {
      if refusal == nil { refusal = failure }
      all.append(
        Finding(
          level: .error, rule: failure.code, file: path, what: failure.message, mend: failure.mend))
    }

    mutating func attempt(_ path: String, _ body: () throws(Failure) -> Void) {
      do throws(Failure) { try body() } catch { refuse(error, path) }
    }

    mutating func read<R>(_ path: String, _ body: () throws(Failure) -> R?) -> R? {
      do throws(Failure) {
        return try body()
      } catch {
        refuse(error, path)
        return nil
      }
    }

    mutating func scan(_ pack: Pack, _ name: String) {
      // What a plugin's file is refused for was told already.
      let found = PackScan.findings(in: pack).filter { refusal == nil || $0.rule != "file.elf" }
      let errors = found.filter { $0.level == .error }
      if let first = errors.first, refusal == nil {
        refusal = Failure(
          .permission, "market.scan",
          "the pack of \(name) cannot be published: "
            + errors.map { "\($0.file): \($0.what) (\($0.rule))" }.joined(separator: "; "),
          mend: first.mend)
      }
      all += found
    }
  }
}
