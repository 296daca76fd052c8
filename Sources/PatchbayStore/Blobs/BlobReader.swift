package import PatchbayCore

/// Reads a blob, any part of it. It stays readable while it is open, whoever sweeps.
package struct BlobReader: Sendable {
  package let blob: Blob
  private let file: BlobFile
  private let dataKey: [UInt8]

  init(_ blob: Blob, _ layout: BlobLayout, path: String) throws(Failure) {
    self.blob = blob
    file = try BlobFile.read(path)
    let chunks = max(1, (blob.size + chunkBytes - 1) / chunkBytes)
    let sealed = Int64(BlobLayout.sealedChunkBytes) - chunkBytes
    guard file.size == Int64(BlobLayout.headBytes) + blob.size + chunks * sealed,
      let key = layout.dataKey(head: try file.read(BlobLayout.headBytes, at: 0), of: blob.id)
    else { throw Self.damaged(blob) }
    dataKey = key
  }

  /// Bytes from a place on: as many as there are, up to a count. Throws `blob.damaged` where what
  /// is on the disk is not what was stored.
  package func read(_ count: Int, at offset: Int64) throws(Failure) -> [UInt8] {
    guard offset >= 0, offset < blob.size, count > 0 else { return [] }
    let end = offset + min(blob.size - offset, Int64(count))
    var bytes: [UInt8] = []
    bytes.reserveCapacity(Int(end - offset))
    for number in offset / chunkBytes...(end - 1) / chunkBytes {
      let chunk = try chunk(number)
      let start = number * chunkBytes
      let part = Int(max(offset, start) - start)..<Int(min(end, start + chunkBytes) - start)
      guard part.upperBound <= chunk.count else { throw Self.damaged(blob) }
      bytes += chunk[part]
    }
    return bytes
  }

  private func chunk(_ number: Int64) throws(Failure) -> [UInt8] {
    let place = Int64(BlobLayout.headBytes) + number * Int64(BlobLayout.sealedChunkBytes)
    let sealed = try file.read(BlobLayout.sealedChunkBytes, at: place)
    let isLast = (number + 1) * chunkBytes >= blob.size
    guard let chunk = BlobLayout.open(sealed, number: number, isLast: isLast, key: dataKey) else {
      throw Self.damaged(blob)
    }
    return chunk
  }

  private static func damaged(_ blob: Blob) -> Failure {
    Failure(
      .data, "blob.damaged", "the blob \(blob.id.prefix(12))… is not what was stored",
      mend: "restore the folder of blobs from a backup, or read the record again with --full")
  }
}

private let chunkBytes = Int64(BlobLayout.chunkBytes)
