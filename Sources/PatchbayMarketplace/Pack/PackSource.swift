package import PatchbayCore

/// The folder that a pack is made of: the plugin's file, and beside it what belongs to it.
package struct PackSource: Sendable {
  /// The path of the plugin's file, by whatever name.
  package let plugin: String
  private let folder: String
  private let listing: String?

  /// Finds the plugin: `place` is its file, or a folder with one .so file in it. `listing` is what
  /// to take for listing.json, by default the one in the folder.
  package init(_ place: String, listing: String? = nil) throws(Failure) {
    self.listing = listing
    if place.hasSuffix(".so") {
      plugin = place
      folder = place.lastIndex(of: "/").map { String(place[...$0]) } ?? "./"
      return
    }
    folder = place.hasSuffix("/") ? place : place + "/"
    let found = FileBytes.names(in: folder).filter { $0.hasSuffix(".so") }
    if found.isEmpty {
      throw Failure(
        .config, "usage.plugin", "there is no .so file in \(place)",
        mend: "build the plugin first, and name the folder in which its file is")
    }
    if found.count > 1 {
      throw Failure(
        .config, "usage.plugin",
        "there are \(found.count) .so files in \(place): \(found.joined(separator: ", "))",
        mend: "name the one that is meant, such as \(folder)\(found[0])")
    }
    plugin = folder + found[0]
  }

  /// Reads all that a pack has a place for; what else lies in the folder stays out.
  package func pack() throws(Failure) -> Pack {
    var files = [try Self.file(PackRules.plugin, at: plugin)]
    if let listing { files.append(try Self.file(PackRules.listing, at: listing)) }
    let present = FileBytes.names(in: folder)
    for name in PackRules.single where present.contains(name) {
      if name == PackRules.plugin || name == PackRules.listing && listing != nil { continue }
      files.append(try Self.file(name, at: folder + name))
    }
    for (name, suffix) in PackRules.folders {
      for entry in FileBytes.names(in: folder + name) where entry.hasSuffix(suffix) {
        files.append(try Self.file("\(name)/\(entry)", at: "\(folder)\(name)/\(entry)"))
      }
    }
    return try Pack(files: files)
  }

  private static func file(_ path: String, at place: String) throws(Failure) -> Pack.File {
    Pack.File(path: path, bytes: try FileBytes.read(place, limit: PackRules.sizeLimit))
  }
}
