internal import PatchbayCore
internal import PatchbayHost

/// What is looked at before a pack is taken: each of its files, the plugin's file without running
/// it, and then whether it runs, in a worker.
struct Probe {
  let libraries: [String]

  init(_ pack: Pack, _ artifact: Release.Artifact, _ release: Release, in folder: String)
    throws(Failure)
  {
    let source = "\(release.name) \(release.version)"
    func refuse(_ text: String) -> Failure {
      Failure(
        .permission, "market.pack", "the pack of \(source) is not what was signed: \(text)",
        mend: "tell the marketplace")
    }
    let found = pack.files.map {
      Release.Artifact.File(path: $0.path, size: $0.bytes.count, sha256: $0.sha256)
    }
    let signed = artifact.files.sorted { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }
    if found != signed {
      let other = found.first { !signed.contains($0) } ?? signed.first { !found.contains($0) }
      throw refuse("\(other?.path ?? "a file") differs")
    }
    guard let library = pack[Release.libraryName] else {
      throw refuse("there is no \(Release.libraryName)")
    }
    let file = try PluginFile(checking: library.bytes, name: source)
    if file.manifest.json != release.manifest.json {
      throw refuse("the manifest in \(Release.libraryName) is another one")
    }
    if file.libc ?? LibcVersion(0, 0) > artifact.libc ?? LibcVersion(0, 0) {
      throw refuse(
        "it needs the C library \(file.libc?.description ?? "?"), and says "
          + "\(artifact.libc?.description ?? "none")")
    }
    libraries = file.libraries
    do throws(Failure) {
      let place = try FolderDraft("\(folder)/probe-\(artifact.sha256)", folderMode: 0o700)
      defer { withExtendedLifetime(place) {} }
      try place.write(Release.libraryName, library.bytes)
      try LoadedPlugin.probe(PluginFile(reading: place.place(of: Release.libraryName)))
    } catch {
      throw Failure(
        error.kind, "market.probe", "\(source) does not run: \(error.message)", mend: error.mend)
    }
  }
}
