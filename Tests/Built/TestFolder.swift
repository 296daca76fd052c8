internal import Glibc
internal import PatchbayCore

/// A folder for one test, gone with it.
package final class TestFolder {
  package let path: String

  package struct Fault: Error, CustomStringConvertible {
    package let description: String
    package init(description: String) { self.description = description }
  }

  package init() throws {
    var template = Array("/tmp/patchbay-test-XXXXXX".utf8CString)
    // Unsafe: mkdtemp writes into our own array.
    guard unsafe mkdtemp(&template) != nil else { throw Fault(description: "no folder in /tmp") }
    path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  deinit { _ = try? run(["/bin/rm", "-rf", path]) }

  package func file(_ name: String) -> String { "\(path)/\(name)" }

  package func has(_ name: String) -> Bool {
    // Unsafe: the path is read during the call only.
    unsafe access(file(name), F_OK) == 0
  }

  @discardableResult
  package func write(_ bytes: [UInt8], to name: String) throws -> String {
    // Unsafe: the C stream is closed here, and only our own array is read.
    guard let stream = unsafe fopen(file(name), "wb") else {
      throw Fault(description: "cannot write \(name)")
    }
    defer { unsafe fclose(stream) }
    let count = unsafe fwrite(bytes, 1, bytes.count, stream)
    if count != bytes.count { throw Fault(description: "cannot write all of \(name)") }
    return file(name)
  }

  package func cut(_ name: String, to size: Int) throws {
    // Unsafe: the path is read during the call only.
    guard unsafe truncate(file(name), size) == 0 else {
      throw Fault(description: "cannot cut \(name)")
    }
  }

  /// Overwrites a file, so that only its content tells that it changed.
  package func replaceUnseen(_ name: String, with bytes: [UInt8]) throws {
    var info = stat()
    // Unsafe: both calls use local structs during the call only.
    guard unsafe stat(file(name), &info) == 0 else { throw Fault(description: "no file \(name)") }
    try write(bytes, to: name)
    let times = [info.st_atim, info.st_mtim]
    guard unsafe utimensat(AT_FDCWD, file(name), times, 0) == 0 else {
      throw Fault(description: "cannot set the time of \(name)")
    }
  }

  /// Puts a manifest into a copy of a library.
  @discardableResult
  package func embed(_ manifest: [UInt8], into library: String, as name: String) throws -> String {
    let json = try write(manifest, to: "\(name).json")
    try run(["\(Built.root)/Plugins/embed-manifest", library, json, file(name)])
    return file(name)
  }
}

/// Runs a program to its end; fails unless it succeeds.
package func run(_ arguments: [String]) throws {
  // Unsafe: the C strings live until the program has ended.
  var texts: [UnsafeMutablePointer<CChar>?] = unsafe arguments.map { unsafe strdup($0) }
  defer { unsafe texts.forEach { unsafe free($0) } }
  unsafe texts.append(nil)
  var process = pid_t()
  guard unsafe posix_spawn(&process, arguments[0], nil, nil, texts, environ) == 0 else {
    throw TestFolder.Fault(description: "cannot start \(arguments[0])")
  }
  var status: Int32 = 0
  while unsafe waitpid(process, &status, 0) < 0 && errno == EINTR { continue }
  if status != 0 {
    throw TestFolder.Fault(description: "\(arguments.joined(separator: " ")) failed: \(status)")
  }
}
