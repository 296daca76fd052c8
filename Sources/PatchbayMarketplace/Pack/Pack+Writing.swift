// Unsafe: libarchive's handles are freed in the call that makes them; it borrows texts and bytes
// for each of its calls, and the array that is written to for the whole of it.
internal import CArchive
package import PatchbayCore

extension Pack {
  /// The pack as a file. It names no user, no time and no machine.
  package func archived() throws(Failure) -> [UInt8] { try Self.archive(files) }

  /// An archive of files, in their order.
  static func archive(_ files: [File]) throws(Failure) -> [UInt8] {
    guard let archive = unsafe archive_write_new() else {
      throw Failure(.transient, "pack.memory", "there is no memory for a pack")
    }
    defer { unsafe archive_write_free(archive) }
    var output: [UInt8] = []
    let isWritten = unsafe withUnsafeMutablePointer(to: &output) { output in
      let options = "gzip:compression-level=9,gzip:!timestamp"
      return unsafe archive_write_set_format_ustar(archive) == ARCHIVE_OK
        && archive_write_add_filter_gzip(archive) == ARCHIVE_OK
        && archive_write_set_options(archive, options) == ARCHIVE_OK
        // The last block is as long as it is.
        && archive_write_set_bytes_in_last_block(archive, 1) == ARCHIVE_OK
        && archive_write_open(archive, output, nil, takeBytes, nil) == ARCHIVE_OK
        && files.allSatisfy { unsafe write($0, to: archive) }
        && archive_write_close(archive) == ARCHIVE_OK
    }
    guard isWritten else {
      let reason = unsafe archive_error_string(archive).map { unsafe String(cString: $0) }
      throw Failure(.bug, "pack.write", "the pack cannot be written: \(reason ?? "no reason")")
    }
    return output
  }

  private static func write(_ file: File, to archive: OpaquePointer) -> Bool {
    guard let entry = unsafe archive_entry_new() else { return false }
    defer { unsafe archive_entry_free(entry) }
    unsafe archive_entry_set_pathname(entry, file.path)
    unsafe archive_entry_set_filetype(entry, archive_type_file)
    unsafe archive_entry_set_perm(entry, file.path == PackRules.plugin ? 0o755 : 0o644)
    unsafe archive_entry_set_size(entry, Int64(file.bytes.count))
    unsafe archive_entry_set_mtime(entry, 0, 0)
    guard unsafe archive_write_header(archive, entry) == ARCHIVE_OK else { return false }
    return unsafe file.bytes.withUnsafeBytes { bytes in
      let written = unsafe archive_write_data(archive, bytes.baseAddress, bytes.count)
      return written == bytes.count
    }
  }
}

private let takeBytes:
  @convention(c) (
    OpaquePointer?, UnsafeMutableRawPointer?, UnsafeRawPointer?, Int
  ) -> Int = { _, context, bytes, count in
    let output = unsafe context?.assumingMemoryBound(to: [UInt8].self)
    unsafe output?.pointee.append(contentsOf: UnsafeRawBufferPointer(start: bytes, count: count))
    return count
  }
