package import PatchbayCore
package import PatchbayStore

/// A body that is stored somewhere, of which any part can be read.
///
/// It is read on the thread that all traffic goes through, and must come back soon: from a local
/// file, never from a network.
package protocol StoredBody: Sendable {
  /// Which body it is, among those of an organisation.
  var id: String { get }
  /// Bytes.
  var size: Int64 { get }
  /// Bytes from a place on: as many as there are, up to a count. None is the end.
  func read(_ count: Int, at offset: Int64) throws(Failure) -> [UInt8]
}

extension BlobReader: StoredBody {
  package var id: String { blob.id }
  package var size: Int64 { blob.size }
}
