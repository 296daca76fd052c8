package import PatchbayCore
internal import PatchbayTUF

/// What a publisher hands in: its metadata with new versions in it, signed by its key, and the
/// files that it names.
package struct Submission: Sendable {
  package let namespace: String
  let metadata: SignedMetadata
  let files: [String: [UInt8]]

  static let metadataName = "submission.json"

  init(_ namespace: String, _ metadata: SignedMetadata, files: [String: [UInt8]]) {
    (self.namespace, self.metadata, self.files) = (namespace, metadata, files)
  }

  /// Writes it to a folder that must not exist.
  package func write(to folder: String) throws(Failure) {
    let draft = try FolderDraft(folder)
    try draft.write("\(namespace).\(Self.metadataName)", metadata.bytes)
    for (path, bytes) in files { try draft.write("targets/\(path)", bytes) }
    try draft.publish()
  }

  /// Reads what ``write(to:)`` wrote. Nothing of it is trusted.
  package init(reading folder: String) throws(Failure) {
    let suffix = ".\(Self.metadataName)"
    let names = FileBytes.names(in: folder).filter { $0.hasSuffix(suffix) }
    guard names.count == 1, let name = names.first else {
      throw Failure(
        .config, "market.submission", "\(folder) is no submission of a publisher",
        mend: "give the folder that “patchbay market publish --submission” made")
    }
    namespace = String(name.dropLast(suffix.count))
    metadata = try SignedMetadata(
      reading: FileBytes.read("\(folder)/\(name)"), limit: 5_000_000, name: name)
    // Only what is signed is looked at; what is already public need not be there.
    var files: [String: [UInt8]] = [:]
    for (path, target) in try TargetsMetadata(metadata.signed).targets {
      try RepositoryURLs.checkInside(path)
      let place = "\(folder)/targets/\(path)"
      if !FileBytes.exists(place) { continue }
      files[path] = try FileBytes.readPlain(place, limit: target.length)
    }
    self.files = files
  }

  /// The files that its metadata names, and no others.
  func namedFiles() throws(Failure) -> [String: [UInt8]] {
    let named = try TargetsMetadata(metadata.signed)
    return files.filter { named.target($0.key) != nil }
  }
}
