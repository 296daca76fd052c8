// Unsafe: zlib reads the borrowed input and writes the buffer that this owns, both for as long as
// this lives.
internal import CZlib
internal import Glibc

/// One gzip member, inflated piece by piece within a bound.
///
/// libarchive could do this, but takes what follows the member, and does not compare its checksum.
@safe final class GzipStream {
  enum Flaw: Equatable { case noGzip, isCut, isDamaged, isTooLarge, hasMore }

  private(set) var flaw: Flaw?
  /// How many bytes came out.
  private(set) var size = 0
  /// Where the last of them ends that is not zero.
  private(set) var usedSize = 0
  private(set) var isDone = false

  private var stream = unsafe z_stream()
  private let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 64 << 10, alignment: 16)
  private let limit: Int

  /// The input, below 4 GiB, is borrowed as long as the stream is used.
  init(_ input: UnsafeBufferPointer<UInt8>, limit: Int) {
    self.limit = limit
    unsafe stream.next_in = UnsafeMutablePointer(mutating: input.baseAddress)
    unsafe stream.avail_in = UInt32(input.count)
    // 15 for the largest window, and 16 for gzip alone.
    let code = unsafe inflateInit2_(
      &stream, 15 + 16, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
    if code != Z_OK { flaw = .isDamaged }
  }

  deinit {
    unsafe inflateEnd(&stream)
    unsafe buffer.deallocate()
  }

  /// The next bytes, which stand until the next call; none at the end and where there is a flaw.
  func next() -> UnsafeRawBufferPointer {
    let empty = unsafe UnsafeRawBufferPointer(start: nil, count: 0)
    if isDone || flaw != nil { return unsafe empty }
    unsafe stream.next_out = buffer.baseAddress?.assumingMemoryBound(to: UInt8.self)
    unsafe stream.avail_out = UInt32(buffer.count)
    let code = unsafe inflate(&stream, Z_NO_FLUSH)
    let count = unsafe buffer.count - Int(stream.avail_out)
    switch code {
    case Z_STREAM_END:
      isDone = true
      if unsafe stream.avail_in > 0 { flaw = .hasMore }
    case Z_OK: if count == 0 { flaw = .isCut }
    case Z_BUF_ERROR: flaw = .isCut
    default: flaw = size == 0 && count == 0 ? .noGzip : .isDamaged
    }
    let bytes = unsafe UnsafeRawBufferPointer(rebasing: buffer[..<count])
    if let last = unsafe Self.lastUsed(bytes) { usedSize = size + last + 1 }
    size += count
    if size > limit { flaw = .isTooLarge }
    return unsafe flaw == nil ? bytes : empty
  }

  /// Where the last byte is that is not zero. Zeros come in bulk: if the first byte is zero and
  /// each is like the one before it, all are.
  private static func lastUsed(_ bytes: UnsafeRawBufferPointer) -> Int? {
    guard let base = bytes.baseAddress, bytes.count > 0 else { return nil }
    if unsafe bytes[0] == 0 && memcmp(base, base + 1, bytes.count - 1) == 0 { return nil }
    return unsafe bytes.lastIndex { $0 != 0 }
  }
}
