package import PatchbayCore

extension SQLiteStore {
  var blobTable: BlobTable { BlobTable(database: data, organisation: organisation) }

  package func note(_ blob: Blob, nowMS: Int64) throws(Failure) {
    try blobTable.note(blob, nowMS: nowMS)
  }

  package func blob(_ id: String) throws(Failure) -> Blob? { try blobTable.find(id) }

  package func uses(of blob: String) throws(Failure) -> Int64 { try blobTable.uses(of: blob) }

  package func unusedBlobs(storedBeforeMS: Int64) throws(Failure) -> [String] {
    try blobTable.unused(storedBeforeMS: storedBeforeMS)
  }

  package func forgetBlob(_ id: String, storedBeforeMS: Int64) throws(Failure) -> Bool {
    try blobTable.forget(id, storedBeforeMS: storedBeforeMS)
  }

  /// Within the transaction of the records.
  func store(_ blobs: [String: [String]], of stream: Int64) throws(Failure) {
    for (key, ids) in blobs.sorted(by: { $0.key < $1.key }) {
      let row = try data.prepare("SELECT id FROM \(RecordTables.name(stream)) WHERE key = ?")
        .bind(.text(key)).first { $0.integer(0) }
      guard let row else {
        throw Failure(
          .bug, "blob.record", "a blob is to be used by a record “\(key)”, which is not there")
      }
      try blobTable.setUses(ids, ofRow: row, in: stream)
    }
  }
}
