internal import Glibc

/// Which files of a folder are meant: a path below it, in which `*` and `?` stand for characters of
/// a name and `**` for any folders. Names that begin with a dot are not meant.
struct FilePattern: Sendable {
  private let parts: [String]

  /// `nil` for what leads out of the folder, or to nothing.
  init?(_ text: String) {
    var parts: [String] = []
    for part in text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
    where part != "**" || parts.last != "**" {
      parts.append(part)
    }
    self.parts = parts
    guard parts.count <= 64, !parts.contains(""), !parts.contains("."), !parts.contains(".."),
      parts.last != "**",
      !text.utf8.contains(0)
    else { return nil }
  }

  /// Takes as long as the parts times the names, whatever the pattern is.
  func matches(_ path: String) -> Bool {
    let names = path.split(separator: "/").map(String.init)
    // Which beginnings of the names the parts so far stand for.
    var fits = [true] + Array(repeating: false, count: names.count)
    for part in parts {
      var next = Array(repeating: false, count: names.count + 1)
      if part == "**" {
        for index in fits.indices {
          next[index] =
            fits[index] || (index > 0 && next[index - 1] && !names[index - 1].hasPrefix("."))
        }
      } else {
        for (index, name) in names.enumerated() where fits[index] {
          next[index + 1] = Self.fits(name, part)
        }
      }
      fits = next
    }
    return fits[names.count]
  }

  /// Whether something in a folder of this path may be meant.
  func mayMatch(inside folder: String) -> Bool {
    let names = folder.split(separator: "/").map(String.init)
    for (index, part) in parts.enumerated() {
      if index == names.count { return true }
      if part == "**" { return true }
      if !Self.fits(names[index], part) { return false }
    }
    return false
  }

  private static func fits(_ name: String, _ part: String) -> Bool {
    // Unsafe: both texts are lent for the call.
    unsafe fnmatch(part, name, FNM_PERIOD) == 0
  }
}
