// Unsafe: system calls fill in a local buffer, which is read within its bounds.
import Glibc
import PatchbayCore

/// In which order files of a folder get their names, from when it is made on.
final class WriteLog {
  private let descriptor: Int32
  private var folders: [Int32: String] = [:]

  /// Looks at a folder and at those in it that are there now.
  init(_ root: String) {
    descriptor = inotify_init1(Int32(IN_NONBLOCK))
    var waiting = [""]
    while let inner = waiting.popLast() {
      let watch = unsafe inotify_add_watch(descriptor, root + inner, UInt32(IN_MOVED_TO))
      folders[watch] = inner
      for name in FileBytes.names(in: root + inner)
      where FileBytes.isFolder("\(root)\(inner)/\(name)") {
        waiting.append("\(inner)/\(name)")
      }
    }
  }

  deinit { close(descriptor) }

  /// The paths from the folder on.
  var written: [String] {
    var found: [String] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 20)
    let count = unsafe read(descriptor, &buffer, buffer.count)
    var at = 0
    func number(_ at: Int) -> Int32 {
      (0..<4).reduce(0) { $0 | Int32(buffer[at + $1]) << Int32(8 * $1) }
    }
    while at + 16 <= count {
      let length = Int(number(at + 12))
      let name = String(
        decoding: buffer[(at + 16)..<(at + 16 + length)].prefix { $0 != 0 }, as: UTF8.self)
      found.append(String("\(folders[number(at)] ?? "?")/\(name)".dropFirst()))
      at += 16 + length
    }
    return found
  }
}
