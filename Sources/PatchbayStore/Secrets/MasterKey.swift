// Unsafe: open, read, write and link take pointers to local arrays and texts.
internal import Glibc
internal import PatchbayCore
internal import PatchbayCrypto

/// The key under which the data keys of secrets are sealed. Its bytes never leave this module.
struct MasterKey: Sendable {
  let bytes: [UInt8]

  /// The first bytes of its hash: tells keys apart without telling anything of them.
  var id: [UInt8] { Array(Digest.sha256(bytes).prefix(8)) }

  init(bytes: [UInt8]) { self.bytes = bytes }

  /// A key for one purpose alone, which tells nothing of this one.
  func derived(for purpose: String) -> [UInt8] {
    Digest.sha256(bytes + Array(purpose.utf8))
  }

  static func fresh() throws(Failure) -> MasterKey {
    MasterKey(bytes: try Envelope.freshKey())
  }

  /// From `PATCHBAY_MASTER_KEY` (64 hex digits), or from the file, which must be mode 0600. Made
  /// where there is neither, and nothing is sealed yet: with `mayMake`.
  static func load(folder: String, environment: [String: String], mayMake: Bool) throws(Failure)
    -> MasterKey
  {
    if let text = environment["PATCHBAY_MASTER_KEY"] {
      guard let bytes = Hex.decode(text), bytes.count == AESGCM.keySize else {
        throw Failure(
          .config, "secrets.master_key",
          "PATCHBAY_MASTER_KEY holds something else than 64 hexadecimal digits",
          mend: "make one with: openssl rand -hex 32")
      }
      return MasterKey(bytes: bytes)
    }
    let path = file(in: folder)
    if let bytes = try read(path) { return MasterKey(bytes: bytes) }
    guard mayMake else {
      throw Failure(
        .config, "secrets.master_key", "\(path) is gone, and secrets are sealed under it",
        mend: "bring it back from a backup, or set PATCHBAY_MASTER_KEY to what it held")
    }
    let key = try fresh()
    try key.write(to: path)
    return key
  }

  static func file(in folder: String) -> String { "\(folder)/master.key" }

  /// The key of a file, or `nil` where there is none.
  static func read(_ path: String) throws(Failure) -> [UInt8]? {
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
    if descriptor < 0 {
      if errno == ENOENT { return nil }
      throw Failure(.config, "secrets.master_key", "cannot read \(path)")
    }
    defer { close(descriptor) }
    var info = stat()
    unsafe fstat(descriptor, &info)
    guard info.st_mode & 0o077 == 0 else {
      throw Failure(
        .permission, "secrets.master_key",
        "\(path) can be read by others (mode \(String(info.st_mode & 0o777, radix: 8)))",
        mend: "chmod 600 \(path), and rotate: patchbay secret rotate")
    }
    var text = [UInt8](repeating: 0, count: 128)
    let count = unsafe Glibc.read(descriptor, &text, text.count)
    let line = String(decoding: text.prefix(max(0, count)), as: UTF8.self)
    guard let bytes = Hex.decode(line.filter { !$0.isWhitespace }), bytes.count == AESGCM.keySize
    else {
      throw Failure(
        .config, "secrets.master_key", "\(path) holds something else than 64 hexadecimal digits",
        mend: "restore it from a backup: without it the stored secrets are lost")
    }
    return bytes
  }

  /// Writes a file that must not exist yet, and makes sure that it is on disk. It gets its name
  /// once it is whole, so that a process that dies in between leaves no half of a key.
  func write(to path: String) throws(Failure) {
    let part = "\(path).part.\(getpid())"
    unsafe unlink(part)
    defer { unsafe unlink(part) }
    let text = Array("\(Hex.encode(bytes))\n".utf8)
    let descriptor = unsafe open(part, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
    let written = descriptor < 0 ? -1 : unsafe Glibc.write(descriptor, text, text.count)
    if descriptor >= 0 {
      fsync(descriptor)
      close(descriptor)
    }
    guard written == text.count, unsafe link(part, path) == 0 else {
      throw Failure(
        .config, "secrets.master_key", "cannot write the master key to \(path)",
        mend: "make the folder writable, or set PATCHBAY_MASTER_KEY")
    }
  }
}
