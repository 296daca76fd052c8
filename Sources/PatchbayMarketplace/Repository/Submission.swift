public import PatchbayCore
internal import PatchbayTUF

/// What a publisher hands in: its metadata with new versions in it, signed by its key, and the
/// files that it names.
public struct Submission: Sendable {
  public let namespace: String
  let metadata: SignedMetadata
  let files: [String: [UInt8]]

  static let metadataName = "submission.json"

  init(_ namespace: String, _ metadata: SignedMetadata, files: [String: [UInt8]]) {
    (self.namespace, self.metadata, self.files) = (namespace, metadata, files)
  }

  /// Writes it to a folder that must not exist.
  public func write(to folder: String) throws(Failure) {
    let draft = try FolderDraft(folder)
    try draft.write("\(namespace).\(Self.metadataName)", metadata.bytes)
    for (path, bytes) in files { try draft.write("targets/\(path)", bytes) }
    try draft.publish()
  }

  /// Reads what ``write(to:)`` wrote. Nothing of it is trusted.
  public init(reading folder: String) throws(Failure) {
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
    var files: [String: [UInt8]] = [:]
    for path in FileBytes.tree(of: "\(folder)/targets") {
      files[path] = try FileBytes.read("\(folder)/targets/\(path)", limit: 400 << 20)
    }
    self.files = files
  }
}
