package import PatchbayCore
internal import PatchbayCrypto

/// Stores a body piece by piece, whatever its size: one chunk is held. Used by one task at a time;
/// what is not finished leaves nothing.
package final class BlobWriter {
  private let blobs: Blobs
  private let layout: BlobLayout
  private let file: BlobFile
  private let dataKey: [UInt8]
  private let limitBytes: Int64
  private var digest = IncrementalSHA256()
  private var chunk: [UInt8] = []
  private var chunks: Int64 = 0
  /// Bytes so far.
  package private(set) var size: Int64 = 0
  private var isFinished = false

  init(_ blobs: Blobs, _ layout: BlobLayout, limitBytes: Int64) throws(Failure) {
    (self.blobs, self.layout, self.limitBytes) = (blobs, layout, limitBytes)
    dataKey = try Envelope.freshKey()
    file = try blobs.makeDraft()
  }

  deinit { if !isFinished { FileBytes.removeTree(file.path) } }

  /// Throws `blob.size` for more bytes than were allowed, and what the disk says.
  package func write(_ bytes: [UInt8]) throws(Failure) {
    size += Int64(bytes.count)
    if size > limitBytes {
      throw Failure(
        .data, "blob.size", "the body is larger than \(limitBytes) bytes",
        mend: "raise the limit, or leave such bodies out")
    }
    digest.update(bytes)
    chunk += bytes
    // The last chunk is known as such only when all is there.
    var rest = chunk[...]
    while rest.count > BlobLayout.chunkBytes {
      try put(Array(rest.prefix(BlobLayout.chunkBytes)), isLast: false)
      rest = rest.dropFirst(BlobLayout.chunkBytes)
    }
    chunk = Array(rest)
  }

  private func put(_ bytes: [UInt8], isLast: Bool) throws(Failure) {
    let sealed = try BlobLayout.seal(bytes, number: chunks, isLast: isLast, key: dataKey)
    let offset = Int64(BlobLayout.headBytes) + chunks * Int64(BlobLayout.sealedChunkBytes)
    try file.write(sealed, at: offset)
    chunks += 1
  }

  /// Ends the body. It is on disk under its id when this returns; the same content is stored once.
  package consuming func finish() async throws(Failure) -> Blob {
    try put(chunk, isLast: true)
    var ended = IncrementalSHA256()
    swap(&ended, &digest)
    let id = layout.id(ofDigest: ended.finish())
    try file.write(try layout.head(dataKey, of: id), at: 0)
    try file.sync()
    let blob = Blob(id: id, size: size)
    try await blobs.keep(blob, draft: file.path)
    isFinished = true
    return blob
  }
}
