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
    // What SQLite keeps beside a file says the same as the file.
    for end in others == .mayRead ? [""] : ["", "-wal", "-shm"] {
      try check(one: path + end, others)
    }
  }

  private static func check(one path: String, _ others: Others) throws(Failure) {
    var info = stat()
    // Unsafe: stat fills in a local struct.
    guard unsafe stat(path, &info) == 0 else { return }
    let wanted = others == .mayRead ? S_IFDIR : S_IFREG
    guard info.st_mode & S_IFMT == wanted else { return }
    let mode = info.st_mode & 0o777
    if mode & others.forbidden != 0 {
      throw Failure(
        .permission, "store.rights",
        "\(path) is open to others (mode \(String(mode, radix: 8))): they could read or change "
          + "what the hub keeps",
        mend: "chmod \(others.mend) \(path)")
    }
    let (owner, user) = (info.st_uid, geteuid())
    if owner != user && owner != 0 {
      throw Failure(
        .permission, "store.rights", "\(path) belongs to another user (\(owner)), not to \(user)",
        mend: "run it as that user, or: chown -R \(user) \(path)")
    }
  }
}
