package import PatchbayCore

/// Which blobs one organisation has, and which records use them. Their bytes are in ``Blobs``.
package protocol BlobStore: Sendable {
  var organisation: Organisation { get }
  /// Notes that a blob is stored, or was stored again: nobody sweeps it for a while.
  func note(_ blob: Blob, nowMS: Int64) async throws(Failure)
  func blob(_ id: String) async throws(Failure) -> Blob?
  /// Records that use a blob.
  func uses(of blob: String) async throws(Failure) -> Int64
  /// Blobs that no record uses and that were stored before a time: the next few thousand.
  func unusedBlobs(storedBeforeMS: Int64) async throws(Failure) -> [String]
  /// Forgets one of those, unless it is used or was stored again since.
  func forgetBlob(_ id: String, storedBeforeMS: Int64) async throws(Failure) -> Bool
}

/// A stored body of any size.
package struct Blob: Sendable, Equatable {
  /// Made of its content, and of a key of the organisation: the same bytes have one id, which
  /// tells nothing of them to others.
  package let id: String
  /// Bytes.
  package let size: Int64

  package init(id: String, size: Int64) { (self.id, self.size) = (id, size) }
}
