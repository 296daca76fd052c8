// Unsafe: mkdtemp writes the name into our own array.
internal import Glibc

/// A folder that nobody else can enter, gone with this value.
public final class TemporaryFolder: Sendable {
  public let path: String

  public init() throws(Failure) {
    let parent = unsafe getenv("TMPDIR").map { unsafe String(cString: $0) } ?? "/tmp"
    var template = Array("\(parent)/patchbay-XXXXXX".utf8CString)
    guard unsafe mkdtemp(&template) != nil else {
      throw Failure(
        .config, "file.write", "cannot make a folder in \(parent)",
        mend: "name another with TMPDIR")
    }
    path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  deinit { FileBytes.removeTree(path) }
}
