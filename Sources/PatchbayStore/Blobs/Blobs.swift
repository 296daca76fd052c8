package import PatchbayCore
internal import PatchbayCrypto

/// Bodies of one organisation, of any size: stored once by their content, encrypted on the disk,
/// and kept for as long as a record uses them.
package struct Blobs: Sendable {
  private let store: any BlobStore
  private let vault: Vault
  private let leases: any LeaseStore
  private let folder: String

  /// `hubFolder`: the data folder; the files are in `blobs/` of the organisation's own folder.
  package init(
    store: any BlobStore, vault: Vault, leases: any LeaseStore, hubFolder: String
  ) {
    (self.store, self.vault, self.leases) = (store, vault, leases)
    folder = "\(store.organisation.folder(in: hubFolder))/blobs"
  }

  private func layout() async throws(Failure) -> BlobLayout {
    BlobLayout(key: try await vault.key("blobs"), store.organisation)
  }

  /// Begins to store a body of at most so many bytes.
  package func write(limitBytes: Int64) async throws(Failure) -> BlobWriter {
    try BlobWriter(self, try await layout(), limitBytes: limitBytes)
  }

  /// Opens a blob. Throws `blob.unknown` for one that is not there, `blob.damaged` for one that is
  /// not what was stored.
  package func read(_ id: String) async throws(Failure) -> BlobReader {
    guard let blob = try await store.blob(id) else {
      throw Failure(.config, "blob.unknown", "there is no blob “\(id.prefix(80))”")
    }
    return try BlobReader(blob, try await layout(), path: path(id))
  }

  /// Removes blobs that no record has used for a while, and what writers that were killed left.
  /// Returns how many. It may run beside writers and readers.
  package func sweep(unusedForMS: Int64 = 86_400_000, nowMS: Int64 = Time.nowMS())
    async throws(Failure) -> Int
  {
    let before = nowMS - unusedForMS
    var swept = 0
    FileBytes.removeDrafts(in: folder)
    while true {
      let unused = try await store.unusedBlobs(storedBeforeMS: before)
      for id in unused { if try await remove(id, storedBeforeMS: before) { swept += 1 } }
      if unused.isEmpty { break }
    }
    for id in stored() where try await store.blob(id) == nil {
      if try await remove(id, storedBeforeMS: before) { swept += 1 }
    }
    return swept
  }

  /// The row first: a file without one is found by the next sweep, a row without one would be a
  /// blob that cannot be read. Nobody stores the same content meanwhile.
  private func remove(_ id: String, storedBeforeMS: Int64) async throws(Failure) -> Bool {
    let lease = try await leases.lease("blob@\(id)")
    defer { lease.endForGood() }
    let isForgotten = try await store.forgetBlob(id, storedBeforeMS: storedBeforeMS)
    guard try await store.blob(id) == nil else { return false }
    FileBytes.removeTree(path(id))
    return isForgotten
  }

  /// Puts a whole file in its place, and notes it. What has the content already stays.
  func keep(_ blob: Blob, draft: String) async throws(Failure) {
    let lease = try await leases.lease("blob@\(blob.id)")
    defer { lease.endForGood() }
    try FileBytes.makeFolder("\(folder)/\(blob.id.prefix(2))")
    let path = path(blob.id)
    // One that was damaged since is replaced by what has just been written.
    guard FileBytes.move(draft, to: path) else {
      throw Failure(
        .config, "blob.file", "cannot put a blob into \(folder)",
        mend: "make the folder writable for this user")
    }
    FileBytes.syncFolder("\(folder)/\(blob.id.prefix(2))")
    try await store.note(blob, nowMS: Time.nowMS())
  }

  /// A file for a body that is being written, named so that it is swept when its process is gone.
  func makeDraft() throws(Failure) -> BlobFile {
    try FileBytes.makeFolder(folder)
    let name = try Envelope.randomBytes(16)
    return try BlobFile.make("\(folder)/\(Hex.encode(name)).\(ThisProgram.processID).next")
  }

  private func path(_ id: String) -> String { "\(folder)/\(id.prefix(2))/\(id)" }

  /// Ids of all files.
  private func stored() -> [String] {
    FileBytes.names(in: folder).filter { $0.count == 2 }
      .flatMap { FileBytes.names(in: "\(folder)/\($0)") }
  }
}
