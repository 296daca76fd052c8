/// Paths of people's folders, as compilers leave them in what they build.
enum BuildPath {
  private static let roots = ["home", "Users", "root"].map { Array("/\($0)/".utf8) }
  /// Where Swift's own libraries, which every plugin in Swift contains, were built.
  private static let known = Array("/home/build-user/".utf8)
  private static let shownCount = 80

  /// The first of them, shortened, and where it stands.
  static func first(in bytes: [UInt8]) -> (text: String, offset: Int)? {
    var offset = 0
    while let at = bytes[offset...].firstIndex(of: UInt8(ascii: "/")) {
      offset = at + 1
      let rest = bytes[at...]
      let isWhole = at == 0 || !isPart(bytes[at - 1])
      guard isWhole, let root = roots.first(where: rest.starts), !rest.starts(with: known) else {
        continue
      }
      let path = rest.prefix(shownCount).prefix { isPart($0) || $0 == UInt8(ascii: "/") }
      if path.count >= root.count + 3 { return (String(decoding: path, as: UTF8.self), at) }
    }
    return nil
  }

  private static func isPart(_ byte: UInt8) -> Bool {
    ByteClass.isWord(byte) || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "-")
  }
}
