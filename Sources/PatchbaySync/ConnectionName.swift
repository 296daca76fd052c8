package import PatchbayCore

/// What a connection may be called. Its name begins the names of its views, `crm__contacts`, so it
/// has nothing in it that would let two such names be the same.
package enum ConnectionName {
  package static let rule =
    "up to \(limit) letters and digits, with single dashes or underscores in between, "
    + "not beginning with sqlite"
  private static let limit = 64

  package static func check(_ name: String) throws(Failure) {
    if isValid(name) { return }
    throw Failure(
      .config, "usage.name", "“\(name.prefix(100))” cannot name a connection", mend: "use \(rule)")
  }

  static func isValid(_ name: String) -> Bool {
    // SQLite keeps what begins with sqlite_ for itself.
    guard (1...limit).contains(name.utf8.count), !name.lowercased().hasPrefix("sqlite") else {
      return false
    }
    var mayJoin = false
    for byte in name.utf8 {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"):
        mayJoin = true
      case UInt8(ascii: "_"), UInt8(ascii: "-"):
        if !mayJoin { return false }
        mayJoin = false
      default: return false
      }
    }
    return mayJoin
  }
}
