internal import Glibc
package import PatchbayCore
internal import PatchbayJSON
internal import PatchbayStore

/// Which plugins there are: those that were installed, and those in folders. Folders are looked
/// through when they changed; otherwise one index file is read and no plugin is touched.
package struct Registry: Sendable {
  package private(set) var files: [PluginFile] = []
  /// What the host does by itself. Nobody else's plugin takes such a name.
  package let builtIn: [PluginFile]
  /// Installed versions that are not in use any more: found by their version alone.
  private let kept: [PluginFile]
  /// Files in the folders that were refused, and why.
  package private(set) var refused: [(path: String, failure: Failure)] = []

  /// A file as the index knows it.
  private struct Entry {
    let path: String
    let size: Int64
    let modifiedNS: Int64
    let sha256: String
    let manifest: JSON
  }

  /// `index` is a file of Patchbay's own, remade whenever it does not fit.
  package init(
    folders: [String], index path: String,
    installed: any InstalledPlugins = NothingInstalled(), builtIn: [PluginFile] = []
  ) throws(Failure) {
    self.builtIn = builtIn
    files = installed.active
    kept = installed.kept
    refused = installed.refused
    let libraries = folders.flatMap(Self.libraries).filter { file in
      do throws(Failure) {
        try Rights.checkWay(to: file)
        return true
      } catch {
        refused.append((file, error))
        return false
      }
    }
    // Where there is nothing in folders, what is installed has an index of its own.
    let known = libraries.isEmpty ? [:] : Self.readIndex(path)
    var entries: [Entry] = []
    var isChanged = false
    for file in libraries {
      guard let (size, modifiedNS) = Self.status(file) else { continue }
      if let entry = known[file], entry.size == size, entry.modifiedNS == modifiedNS,
        let manifest = try? Manifest(entry.manifest, from: file), manifest.fitsABI
      {
        entries.append(entry)
        files.append(PluginFile(path: file, sha256: entry.sha256, manifest: manifest))
        continue
      }
      isChanged = true
      do throws(Failure) {
        let read = try PluginFile(reading: file)
        files.append(read)
        entries.append(
          Entry(
            path: file, size: size, modifiedNS: modifiedNS, sha256: read.sha256,
            manifest: read.manifest.json))
      } catch {
        refused.append((file, error))
      }
    }
    if isChanged || entries.count != known.count { Self.writeIndex(entries, to: path) }
    files.sort {
      $0.manifest.id == $1.manifest.id
        ? $0.manifest.semantic < $1.manifest.semantic : $0.manifest.id < $1.manifest.id
    }
  }

  /// The newest version of a plugin, or the one that is asked for as ID@VERSION. With an identity,
  /// that of nobody else; without one, what is not signed must be of one publisher.
  package func find(_ name: String, of identity: PluginIdentity? = nil) throws(Failure)
    -> PluginFile
  {
    let parts = name.split(separator: "@", maxSplits: 1).map(String.init)
    let id = parts.first ?? ""
    if let found = builtIn.first(where: { $0.manifest.id == id }) { return found }
    let candidates = (parts.count == 2 ? files + kept : files).filter { $0.manifest.id == id }
    let wanted =
      parts.count == 2 ? candidates.filter { $0.manifest.version == parts[1] } : candidates
    // What was installed goes before what lies in a folder, of whatever version.
    let installed = wanted.filter { $0.grant != nil }
    let mine = identity.map { identity in wanted.filter { $0.identity == identity } }
    let chosen = mine ?? (installed.isEmpty ? wanted : installed)
    try Self.refuseOthers(chosen, wanted, identity)
    let best = chosen.max { $0.manifest.semantic < $1.manifest.semantic }
    if let best { return best }
    if !id.isEmpty,
      let broken = refused.first(where: { $0.path.lowercased().contains(id.lowercased()) })
    {
      throw broken.failure
    }
    // What was refused unread could be it.
    if let unread = refused.first(where: { $0.failure.code == "store.rights" }) {
      throw Failure(
        .config, "plugin.unknown",
        "there is no plugin “\(name)”, and \(unread.path) was not looked at: "
          + unread.failure.message, mend: unread.failure.mend)
    }
    let known = Set((files + builtIn).map(\.manifest.id)).sorted().joined(separator: ", ")
    throw Failure(
      .config, "plugin.unknown", "there is no plugin “\(name)”",
      mend: (files.isEmpty
        ? "install it: patchbay market search; or name a folder with plugin files: --plugins DIR; "
        : "") + "known plugins: \(known)")
  }

  /// Refuses to go by a name alone.
  private static func refuseOthers(
    _ chosen: [PluginFile], _ named: [PluginFile], _ identity: PluginIdentity?
  ) throws(Failure) {
    if let identity, chosen.isEmpty, let other = named.first {
      throw Failure(
        .permission, "plugin.publisher",
        "the plugin is to be \(identity), and there is only \(other.identity) at \(other.path)",
        mend: "bring back the plugin that it was connected to (patchbay market install "
          + "\(identity.name)); or agree to the other: patchbay connection accept NAME")
    }
    let publishers = Set(chosen.map(\.identity.name)).sorted()
    if publishers.count > 1 {
      throw Failure(
        .config, "plugin.ambiguous",
        "“\(chosen[0].manifest.id)” are several plugins in folders: "
          + chosen.map { "\($0.identity.name) at \($0.path)" }.joined(separator: ", "),
        mend: "name the folder of the one that is meant alone: --plugins DIR")
    }
  }

  private static func libraries(in folder: String) -> [String] {
    FileBytes.names(in: folder).filter { $0.hasSuffix(".so") }.map { "\(folder)/\($0)" }
  }

  // Unsafe: stat fills in a local struct.
  private static func status(_ path: String) -> (Int64, Int64)? {
    var info = stat()
    guard unsafe stat(path, &info) == 0, info.st_mode & S_IFMT == S_IFREG else { return nil }
    return (Int64(info.st_size), Time.nanoseconds(of: info.st_mtim))
  }

  private static func readIndex(_ path: String) -> [String: Entry] {
    guard let bytes = try? FileBytes.read(path, limit: 64 << 20),
      let json = try? JSON(reading: bytes), json["index"]?.integer == 1
    else { return [:] }
    var entries: [String: Entry] = [:]
    for item in json["plugins"]?.array ?? [] {
      guard let file = item["path"]?.string, let size = item["size"]?.integer,
        let modified = item["modified_ns"]?.integer, let hash = item["sha256"]?.string,
        let manifest = item["manifest"]
      else { continue }
      entries[file] = Entry(
        path: file, size: size, modifiedNS: modified, sha256: hash, manifest: manifest)
    }
    return entries
  }

  private static func writeIndex(_ entries: [Entry], to path: String) {
    let json: JSON = [
      "index": 1,
      "plugins": .array(
        entries.map {
          [
            "path": .string($0.path), "size": .integer($0.size),
            "modified_ns": .integer($0.modifiedNS), "sha256": .string($0.sha256),
            "manifest": $0.manifest,
          ]
        }),
    ]
    // Without an index the next start reads the plugins again: slower, not wrong.
    try? FileBytes.replace(path, with: json.bytes)
  }
}
