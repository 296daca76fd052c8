internal import CLinux

/// A version of the GNU C library.
package struct LibcVersion: Sendable, Equatable, Comparable, CustomStringConvertible {
  package let major: Int
  package let minor: Int

  /// Of a text such as 2.36.
  package init?(_ text: String) {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false).map { Int($0) }
    guard parts.count == 2, let major = parts[0], let minor = parts[1] else { return nil }
    self.init(major, minor)
  }

  /// Of this system.
  package static var here: LibcVersion? {
    // Unsafe: the library's own constant text, copied at once.
    LibcVersion(unsafe String(cString: gnu_get_libc_version()))
  }

  package init(_ major: Int, _ minor: Int) { (self.major, self.minor) = (major, minor) }

  /// Of a symbol's version, such as GLIBC_2.36; `nil` for any other.
  init?(symbol: String) {
    guard symbol.hasPrefix("GLIBC_") else { return nil }
    let parts = symbol.dropFirst("GLIBC_".count).split(separator: ".").map { Int($0) }
    guard parts.count >= 2, let major = parts[0], let minor = parts[1] else { return nil }
    self.init(major, minor)
  }

  package static func < (one: LibcVersion, other: LibcVersion) -> Bool {
    (one.major, one.minor) < (other.major, other.minor)
  }

  package var description: String { "\(major).\(minor)" }
}
