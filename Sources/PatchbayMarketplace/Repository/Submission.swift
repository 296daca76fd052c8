package import PatchbayCore
internal import PatchbayTUF

/// What a publisher hands in: its metadata with new versions in it, signed by its key, and the
/// files that it names. One with many plugins signs several roles.
package struct Submission: Sendable {
  package let namespace: String
  /// By role.
  let documents: [String: SignedMetadata]
  private(set) var files: [String: [UInt8]]

  static let metadataName = "submission.json"

  init(
    _ namespace: String, _ documents: [String: SignedMetadata], files: [String: [UInt8]]
  ) {
    (self.namespace, self.documents, self.files) = (namespace, documents, files)
  }

  /// Writes it to a folder that must not exist.
  package func write(to folder: String) throws(Failure) {
    let draft = try FolderDraft(folder)
    for (role, metadata) in documents {
      try draft.write("\(role).\(Self.metadataName)", metadata.bytes)
    }
    for (path, bytes) in files { try draft.write("targets/\(path)", bytes) }
    try draft.publish()
  }

  /// Reads what ``write(to:)`` wrote. Nothing of it is trusted.
  package init(reading folder: String) throws(Failure) {
    let suffix = ".\(Self.metadataName)"
    let roles = FileBytes.names(in: folder).filter { $0.hasSuffix(suffix) }
      .map { String($0.dropLast(suffix.count)) }
    let namespaces = Set(roles.map(PublisherRoles.namespace))
    guard namespaces.count == 1, let namespace = namespaces.first else {
      throw Failure(
        .config, "market.submission", "\(folder) is no submission of a publisher",
        mend: "give the folder that “patchbay market publish --submission” made")
    }
    self.namespace = namespace
    var documents: [String: SignedMetadata] = [:]
    for role in roles {
      let name = "\(role)\(suffix)"
      documents[role] = try SignedMetadata(
        reading: FileBytes.read("\(folder)/\(name)"), limit: 5_000_000, name: name)
    }
    self.documents = documents
    // Only what is signed is looked at; what is already public need not be there.
    self.files = [:]
    var files: [String: [UInt8]] = [:]
    for (path, target) in try signedTargets() {
      try RepositoryURLs.checkInside(path)
      let place = "\(folder)/targets/\(path)"
      if !FileBytes.exists(place) { continue }
      files[path] = try FileBytes.readPlain(place, limit: target.length)
    }
    self.files = files
  }

  private func signedTargets() throws(Failure) -> [String: TargetFile] {
    var all: [String: TargetFile] = [:]
    for metadata in documents.values {
      all.merge(try TargetsMetadata(metadata.signed).targets) { one, _ in one }
    }
    return all
  }
}
