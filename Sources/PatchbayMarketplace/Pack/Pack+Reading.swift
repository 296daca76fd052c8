// Unsafe: libarchive's handle is freed in the call that makes it; the bytes and the stream that it
// reads from live through that call.
internal import CArchive
package import PatchbayCore

extension Pack {
  /// Reads a pack from a stranger. Fails with code `pack.…` at the first broken rule; what is held
  /// in memory stays below the bound of a pack.
  package init(reading bytes: [UInt8]) throws(Failure) {
    // The rules were kept as the files came; this one is for all of them.
    try self.init(files: Self.files(in: bytes, PackRules()))
  }

  /// The files of an archive that keeps some rules.
  static func files(in bytes: [UInt8], _ rules: PackRules) throws(Failure) -> [File] {
    guard bytes.count <= PackRules.totalLimit else {
      throw PackReader.broken("is larger than \(PackRules.totalLimit) bytes")
    }
    let result: Result<[File], Failure> = unsafe bytes.withUnsafeBufferPointer { input in
      do throws(Failure) {
        var reader = unsafe PackReader(input, rules)
        return .success(try reader.files())
      } catch {
        return .failure(error)
      }
    }
    return try result.get()
  }
}

/// Reads the files of an archive: plain ustar, and nothing behind it.
private struct PackReader {
  private let stream: GzipStream
  /// Deflate makes nothing smaller than by this: a file that claims more is not there.
  private static let ratio = 1032
  private static let block = 512
  /// How many bytes programs round archives up to.
  private static let record = 20 * block
  private let inputSize: Int
  private var rules: PackRules

  init(_ input: UnsafeBufferPointer<UInt8>, _ rules: PackRules) {
    self.rules = rules
    inputSize = input.count
    let around = PackRules.fileLimit * 2 * Self.block + Self.record
    stream = unsafe GzipStream(input, limit: PackRules.totalLimit + around)
  }

  static func broken(_ rule: String) -> Failure {
    Failure(
      .data, "pack.broken", "the pack \(rule)",
      mend: "fetch it again, or make it with “patchbay plugin pack”")
  }

  mutating func files() throws(Failure) -> [Pack.File] {
    guard let archive = unsafe archive_read_new() else {
      throw Failure(.transient, "pack.memory", "there is no memory for a pack")
    }
    defer { unsafe archive_read_free(archive) }
    let source = unsafe Unmanaged.passUnretained(stream).toOpaque()
    let isOpen =
      unsafe archive_read_support_format_tar(archive) == ARCHIVE_OK
      && archive_read_open(archive, source, nil, giveBytes, nil) == ARCHIVE_OK
    guard isOpen else { throw flaw("is no tar archive") }
    var files: [Pack.File] = []
    // What plain entries take: a header, and the bytes in whole blocks.
    var size = 0
    while let file = unsafe try next(archive) {
      files.append(file)
      size += Self.block + (file.bytes.count + Self.block - 1) / Self.block * Self.block
    }
    while unsafe !stream.next().isEmpty {}
    if stream.flaw != nil { throw flaw("") }
    guard stream.size >= size + 2 * Self.block else { throw Self.broken("is cut short") }
    guard stream.usedSize <= size, stream.size < size + 2 * Self.block + Self.record else {
      throw Self.broken("holds something besides its files")
    }
    return files
  }

  private mutating func next(_ archive: OpaquePointer) throws(Failure) -> Pack.File? {
    var entry: OpaquePointer?
    let code = unsafe archive_read_next_header(archive, &entry)
    if code == ARCHIVE_EOF { return nil }
    guard code == ARCHIVE_OK, let entry = unsafe entry else {
      throw flaw("is cut short, or no tar archive")
    }
    let raw = unsafe archive_entry_pathname(entry)
    guard let raw = unsafe raw, let path = unsafe String(validatingCString: raw) else {
      throw Self.broken("has a file whose name is not UTF-8")
    }
    let kind = unsafe archive_entry_filetype(entry)
    let isLink = unsafe archive_entry_hardlink(entry) != nil
    if isLink || kind != archive_type_file {
      let names = [archive_type_link: "a symbolic link", archive_type_folder: "a folder"]
      let name = isLink ? "a link" : names[kind] ?? "a device or a pipe"
      throw PackRules.refusal("pack.kind", path, "is \(name)", "put plain files into a pack alone")
    }
    guard unsafe archive_format(archive) == ARCHIVE_FORMAT_TAR_USTAR,
      unsafe archive_entry_sparse_count(entry) == 0
    else {
      throw PackRules.refusal(
        "pack.format", path, "is not stored as plain ustar",
        "make the pack with “patchbay plugin pack”, or with tar --format=ustar")
    }
    let size = Int(unsafe archive_entry_size(entry))
    try rules.admit(path, size: size)
    guard size >= 0, size <= inputSize * Self.ratio else { throw Self.broken("is cut short") }
    // Unsafe: what is not written is not counted.
    let bytes = unsafe [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
      count = max(0, unsafe archive_read_data(archive, buffer.baseAddress, size))
    }
    guard bytes.count == size else { throw flaw("is cut short in \(path)") }
    return Pack.File(path: path, bytes: bytes)
  }

  /// What ended the reading: something in the compressed bytes, or else in the archive.
  private func flaw(_ ofArchive: String) -> Failure {
    switch stream.flaw {
    case .noGzip: Self.broken("is not compressed by gzip")
    case .isCut: Self.broken("is cut short")
    case .isDamaged: Self.broken("is damaged")
    case .isTooLarge: Self.broken("becomes larger than \(PackRules.totalLimit) bytes")
    case .hasMore: Self.broken("has something behind its end")
    case nil: Self.broken(ofArchive)
    }
  }
}

private let giveBytes:
  @convention(c) (
    OpaquePointer?, UnsafeMutableRawPointer?, UnsafeMutablePointer<UnsafeRawPointer?>?
  ) -> Int = { _, context, place in
    guard let context = unsafe context else { return -1 }
    let stream = unsafe Unmanaged<GzipStream>.fromOpaque(context).takeUnretainedValue()
    let bytes = unsafe stream.next()
    unsafe place?.pointee = bytes.baseAddress
    return stream.flaw == nil ? bytes.count : Int(ARCHIVE_FATAL)
  }
