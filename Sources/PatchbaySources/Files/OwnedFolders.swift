internal import PatchbayCore

/// The folders of this machine that connections of an organisation may read. The hub's owner names
/// them, in `PATCHBAY_FOLDERS`, with colons between them: a connection's settings alone open
/// nothing. A path by itself is for the standard organisation, `acme=/srv/acme` for another. The
/// data folder is never among them.
struct OwnedFolders: Sendable {
  static let variable = "PATCHBAY_FOLDERS"
  private let roots: [String]
  /// The data folder, without links.
  private let hub: String?

  init(_ organisation: Organisation, hubFolder: String, environment: [String: String])
    throws(Failure)
  {
    var roots: [String] = []
    for entry in (environment[Self.variable] ?? "").split(separator: ":").map(String.init) {
      let isNamed = !entry.hasPrefix("/") && entry.contains("=/")
      let owner = isNamed ? String(entry.prefix { $0 != "=" }) : Organisation.standard.name
      let path = isNamed ? String(entry.drop { $0 != "=" }.dropFirst()) : entry
      guard path.hasPrefix("/") else {
        throw Failure(
          .config, "hub.folders", "\(Self.variable) names “\(path)”, which is no absolute path",
          mend: "write whole paths, with colons between them: \(Self.variable)=/srv/exports")
      }
      // What is not there yet, such as a disk that is not mounted, opens nothing.
      if owner == organisation.name, let root = FileBytes.absolute(path) { roots.append(root) }
    }
    self.roots = roots
    hub = FileBytes.absolute(hubFolder)
  }

  /// The path of a file or folder without links, if it lies in one of the folders.
  func admit(_ path: String, setting: String) throws(Failure) -> String {
    guard path.hasPrefix("/") else {
      throw .setting(setting, "is no absolute path", mend: "write the whole path, from / on")
    }
    let found = FileBytes.absolute(path)
    if let found, let hub, Self.contains(hub, found) || Self.contains(found, hub) {
      throw .setting(
        setting, "leads to \(path), where the hub keeps what belongs to all organisations",
        mend: "put what is to be read into a folder of its own")
    }
    if let found, roots.contains(where: { Self.contains($0, found) }) { return found }
    // Whether something is there is nobody's business outside of the folders.
    let isInside = roots.contains { Self.contains($0, path) }
    throw .setting(
      setting,
      isInside && found == nil
        ? "leads to nothing: \(path)"
        : "leads to \(path), which is in none of the folders that this hub may read",
      mend: isInside
        ? "correct the path, or make the folder"
        : "the hub's owner names them: \(Self.variable)=/folder:/another")
  }

  private static func contains(_ root: String, _ path: String) -> Bool {
    // Byte by byte: letters may be the same to people and others to the system.
    Array(path.utf8) == Array(root.utf8)
      || path.utf8.starts(with: (root == "/" ? "/" : root + "/").utf8)
  }
}
