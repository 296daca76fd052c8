internal import Glibc

/// Which files of a folder are meant: a path below it, in which `*` and `?` stand for characters of
/// a name and `**` for any folders. Names that begin with a dot are not meant.
struct FilePattern: Sendable {
  private let parts: [String]

  /// `nil` for what leads out of the folder, or to nothing.
  init?(_ text: String) {
    parts = text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
    guard !parts.contains(""), !parts.contains("."), !parts.contains(".."), parts.last != "**",
      !text.utf8.contains(0)
    else { return nil }
  }

  func matches(_ path: String) -> Bool {
    Self.matches(path.split(separator: "/").map(String.init)[...], parts[...])
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

  private static func matches(_ names: ArraySlice<String>, _ parts: ArraySlice<String>) -> Bool {
    guard let part = parts.first else { return names.isEmpty }
    if part == "**" {
      return matches(names, parts.dropFirst())
        || (names.first.map { !$0.hasPrefix(".") && matches(names.dropFirst(), parts) } ?? false)
    }
    guard let name = names.first, fits(name, part) else { return false }
    return matches(names.dropFirst(), parts.dropFirst())
  }

  private static func fits(_ name: String, _ part: String) -> Bool {
    // Unsafe: both texts are lent for the call.
    unsafe fnmatch(part, name, FNM_PERIOD) == 0
  }
}
