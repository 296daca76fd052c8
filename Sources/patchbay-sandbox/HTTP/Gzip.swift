internal import CZlib

/// Compression for answers.
enum Gzip {
  /// Shorter bodies than this are not worth it.
  static let threshold = 512

  // Unsafe: zlib reads from and writes to buffers that are borrowed for the call.
  /// The bytes in gzip's format, fast rather than small; `nil` if zlib refuses.
  static func compressed(_ bytes: [UInt8]) -> [UInt8]? {
    var stream = unsafe z_stream()
    let gzipWindowBits: CInt = 15 + 16
    guard
      unsafe deflateInit2_(
        &stream, 1, Z_DEFLATED, gzipWindowBits, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
        CInt(MemoryLayout<z_stream>.size)) == Z_OK
    else { return nil }
    defer { unsafe deflateEnd(&stream) }
    let room = Int(unsafe deflateBound(&stream, UInt(bytes.count)))
    var input = bytes
    return unsafe input.withUnsafeMutableBufferPointer { source -> [UInt8]? in
      var isDone = false
      let output = unsafe [UInt8](unsafeUninitializedCapacity: room) { target, count in
        unsafe stream.next_in = source.baseAddress
        unsafe stream.avail_in = UInt32(source.count)
        unsafe stream.next_out = target.baseAddress
        unsafe stream.avail_out = UInt32(room)
        isDone = unsafe deflate(&stream, Z_FINISH) == Z_STREAM_END
        count = unsafe room - Int(stream.avail_out)
      }
      return isDone ? output : nil
    }
  }
}
