internal import Glibc
package import PatchbayCore

// Unsafe: lstat, getcwd and readlink fill in local structs and arrays.

extension Rights {
  private static let linkLimit = 40

  /// Throws `store.rights` unless only this user and root could put something else at a path: looks
  /// at every folder on the way, also behind links, and at what lies there. Others may put their
  /// own files into a folder such as /tmp, where nobody may touch another's, as long as it is on
  /// the way and not the end of it. What is not there is for whoever opens it to refuse.
  package static func checkWay(to path: String) throws(Failure) {
    var rest = Array(
      (path.hasPrefix("/") ? path : here + "/" + path).split(separator: "/").reversed())
    var place = ""
    var links = 0
    try checkStep("/", isLast: rest.isEmpty)
    while let part = rest.popLast() {
      if part == "." { continue }
      if part == ".." {
        place = place.split(separator: "/").dropLast().map { "/\($0)" }.joined()
        continue
      }
      let next = "\(place)/\(part)"
      guard let info = try checkStep(next, isLast: rest.isEmpty) else { return }
      guard info.st_mode & S_IFMT == S_IFLNK else {
        place = next
        continue
      }
      links += 1
      guard links <= linkLimit, let target = target(of: next) else {
        throw Failure(
          .config, "store.rights", "\(path) leads through too many links",
          mend: "name the place that is meant")
      }
      rest += target.split(separator: "/").reversed()
      if target.hasPrefix("/") { place = "" }
    }
  }

  @discardableResult
  private static func checkStep(_ path: String, isLast: Bool) throws(Failure) -> stat? {
    var info = stat()
    guard unsafe lstat(path, &info) == 0 else { return nil }
    let (owner, user) = (info.st_uid, geteuid())
    if owner != user && owner != 0 {
      throw Failure(
        .permission, "store.rights",
        "\(path) belongs to another user (\(owner)), who could change it",
        mend: "use a place that belongs to user \(user), or to root")
    }
    let kind = info.st_mode & S_IFMT
    // The rights of a link say nothing; those of the folder that it is in do.
    if kind == S_IFLNK { return info }
    let isShared = kind == S_IFDIR && info.st_mode & S_ISVTX != 0 && !isLast
    if info.st_mode & 0o022 != 0 && !isShared {
      throw Failure(
        .permission, "store.rights",
        "others may change \(path) (mode \(String(info.st_mode & 0o7777, radix: 8)))",
        mend: "chmod go-w \(path)")
    }
    return info
  }

  private static var here: String {
    var buffer = [CChar](repeating: 0, count: 4096)
    guard unsafe getcwd(&buffer, buffer.count) != nil else { return "" }
    return text(buffer)
  }

  private static func target(of link: String) -> String? {
    var buffer = [CChar](repeating: 0, count: 4096)
    let count = unsafe readlink(link, &buffer, buffer.count - 1)
    return count > 0 ? text(buffer) : nil
  }

  private static func text(_ buffer: [CChar]) -> String {
    String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}
