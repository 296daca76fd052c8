internal import PatchbayCore

/// Blobs of one organisation, and the rows of records that use them.
struct BlobTable {
  let database: any SQLConnection
  let organisation: Organisation

  func note(_ blob: Blob, nowMS: Int64) throws(Failure) {
    try database.statement(
      """
      INSERT INTO blobs (id, organisation, size, stored_ms) VALUES (?, ?, ?, ?)
      ON CONFLICT (id) DO UPDATE SET stored_ms = excluded.stored_ms
      """
    ).bind(.text(blob.id), .text(organisation.name), .integer(blob.size), .integer(nowMS)).run()
  }

  func find(_ id: String) throws(Failure) -> Blob? {
    try database.statement("SELECT id, size FROM blobs WHERE id = ? AND organisation = ?")
      .bind(.text(id), .text(organisation.name))
      .first { Blob(id: $0.text(0), size: $0.count(1)) }
  }

  func uses(of blob: String) throws(Failure) -> Int64 {
    try database.statement("SELECT count(*) FROM blob_uses WHERE blob = ?").bind(.text(blob))
      .first { $0.count(0) } ?? 0
  }

  /// Within the transaction of the record: these are all that it uses from now on.
  func setUses(_ blobs: [String], ofRow row: Int64, in stream: Int64) throws(Failure) {
    try forgetUses(ofRow: row, in: stream)
    for id in Set(blobs) {
      guard try find(id) != nil else {
        throw Failure(
          .data, "blob.missing", "a record uses the blob \(id.prefix(12))…, which is not stored",
          mend: "store the body before the record; nothing of the batch was stored")
      }
      try database.statement("INSERT INTO blob_uses (blob, stream_id, row) VALUES (?, ?, ?)")
        .bind(.text(id), .integer(stream), .integer(row)).run()
    }
  }

  func forgetUses(ofRow row: Int64, in stream: Int64) throws(Failure) {
    try database.statement("DELETE FROM blob_uses WHERE stream_id = ? AND row = ?")
      .bind(.integer(stream), .integer(row)).run()
  }

  func forgetUses(in stream: Int64) throws(Failure) {
    try database.statement("DELETE FROM blob_uses WHERE stream_id = ?").bind(.integer(stream))
      .run()
  }

  private static let stride = 5_000
  private static let unused =
    "stored_ms < ? AND NOT EXISTS (SELECT 1 FROM blob_uses WHERE blob_uses.blob = blobs.id)"

  func unused(storedBeforeMS: Int64) throws(Failure) -> [String] {
    try database.statement("SELECT id FROM blobs WHERE \(Self.unused) LIMIT \(Self.stride)")
      .bind(.integer(storedBeforeMS)).rows { $0.text(0) }
  }

  func forget(_ id: String, storedBeforeMS: Int64) throws(Failure) -> Bool {
    try database.statement("DELETE FROM blobs WHERE \(Self.unused) AND id = ?")
      .bind(.integer(storedBeforeMS), .text(id)).run() == 1
  }
}
