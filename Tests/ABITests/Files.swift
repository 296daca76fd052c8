import Glibc
import PatchbayCore

/// Reads and writes files below the root of the repository.
enum Files {
  struct Missing: Error { let path: String }

  static let root: String = {
    let parts = #filePath.split(separator: "/", omittingEmptySubsequences: false)
    return parts.dropLast(3).joined(separator: "/")
  }()

  static let transcripts = "Sources/Patchbay.docc/Transcripts"
  static let schemas = "Sources/Patchbay.docc/Messages"

  static func bytes(_ path: String) throws(Missing) -> [UInt8] {
    // Unsafe: the C stream is closed here, and `fread` writes into our own array only.
    guard let file = unsafe fopen("\(root)/\(path)", "rb") else { throw Missing(path: path) }
    defer { unsafe fclose(file) }
    var content: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 65536)
    while true {
      let count = unsafe fread(&chunk, 1, chunk.count, file)
      if count == 0 { return content }
      content += chunk[..<count]
    }
  }

  static func text(_ path: String) throws(Missing) -> String {
    String(decoding: try bytes(path), as: UTF8.self)
  }

  static func write(_ text: String, to path: String) throws(Missing) {
    // Unsafe: the C stream is closed here.
    guard let file = unsafe fopen("\(root)/\(path)", "wb") else { throw Missing(path: path) }
    defer { unsafe fclose(file) }
    let bytes = Array(text.utf8)
    if unsafe fwrite(bytes, 1, bytes.count, file) != bytes.count { throw Missing(path: path) }
  }

  static func lines(_ path: String) throws(Missing) -> [String] {
    try text(path).split(separator: "\n").map(String.init)
  }

  static func names(in folder: String) -> [String] {
    FileBytes.names(in: "\(root)/\(folder)")
  }

  /// The names that a C header defines as one value.
  static func definitions(_ path: String) throws(Missing) -> [String: String] {
    var found: [String: String] = [:]
    for line in try lines(path) {
      let words = line.split(separator: " ")
      guard words.count >= 3, words[0] == "#define" else { continue }
      found[String(words[1])] = words[2...].prefix { $0 != "//" }.joined(separator: " ")
    }
    return found
  }

  static func environment(_ name: String) -> String? {
    // Unsafe: the text is copied at once.
    unsafe getenv(name).map { unsafe String(cString: $0) }
  }
}
