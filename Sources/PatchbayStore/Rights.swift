internal import Glibc
package import PatchbayCore

/// What others than the owner may do with a file or a folder of the hub.
package enum Rights {
  package enum Others {
    /// Neither read nor write.
    case mayNothing
    /// A group may read, such as that of programs for reports.
    case mayReadInGroup
    /// Everybody may read names; nobody may put anything there.
    case mayRead

    var forbidden: mode_t {
      switch self {
      case .mayNothing: 0o077
      case .mayReadInGroup: 0o027
      case .mayRead: 0o022
      }
    }

    /// The command's word that takes the rights away.
    fileprivate var mend: String {
      switch self {
      case .mayNothing: "go-rwx"
      case .mayReadInGroup: "g-w,o-rwx"
      case .mayRead: "go-w"
      }
    }
  }

  /// Throws `store.rights` where others may do more. What is not there, or is neither file nor
  /// folder, is for whoever opens it to refuse.
  package static func check(_ path: String, others: Others) throws(Failure) {
    var info = stat()
    // Unsafe: stat fills in a local struct.
    guard unsafe stat(path, &info) == 0 else { return }
    let wanted = others == .mayRead ? S_IFDIR : S_IFREG
    guard info.st_mode & S_IFMT == wanted else { return }
    let mode = info.st_mode & 0o777
    guard mode & others.forbidden != 0 else { return }
    let octal = String(mode, radix: 8)
    throw Failure(
      .permission, "store.rights",
      "\(path) is open to others (mode \(octal)): they could read or change what the hub keeps",
      mend: "chmod \(others.mend) \(path)")
  }
}
