// Unsafe: system calls take C strings.
internal import Glibc
package import PatchbayCore
internal import PatchbayCrypto
internal import PatchbayHost

/// A plugin's file as one build made it, kept under its hash: no later build touches it.
package struct DevPlugin: Sendable {
  package let id: String
  package let version: String
  package let path: String
  package let sha256: String
}

/// The folder of a plugin that is worked on.
package struct DevFolder: Sendable {
  /// From the root on.
  package let path: String
  /// The command that its files are built with.
  package let build: BuildCommand

  /// Where builds are kept, each in a folder by its hash.
  private var kept: String { "\(path)/.build/dev" }
  /// A link to the folder of the last good one.
  private static let good = "good"

  /// - Parameters:
  ///   - named: the folder, as the author wrote it.
  ///   - line: the command that builds it; `nil` for make.
  package init(_ named: String, build line: String?) throws(Failure) {
    guard FileBytes.isFolder(named), let full = FileBytes.absolute(named) else {
      throw Failure(
        .config, "usage.folder",
        FileBytes.exists(named) ? "\(named) is not a folder" : "the folder \(named) was not found",
        mend: "name the plugin's folder, or begin a plugin: patchbay plugin new NAME")
    }
    path = full
    build = BuildCommand(line ?? "make", in: full)
    guard FileBytes.exists("\(full)/plugin.json") else {
      throw Failure(
        .config, "dev.manifest", "there is no plugin.json in \(named)",
        mend: "name the folder with the plugin's manifest in it, or begin a plugin: "
          + "patchbay plugin new NAME")
    }
    if line == nil { try Self.checkMake(full, named) }
  }

  private static func checkMake(_ full: String, _ named: String) throws(Failure) {
    let makefiles = ["GNUmakefile", "makefile", "Makefile"].filter {
      FileBytes.exists("\(full)/\($0)")
    }
    if makefiles.isEmpty {
      throw Failure(
        .config, "dev.makefile", "there is no Makefile in \(named)",
        mend: "say how the plugin is built: patchbay plugin dev \(named) --build COMMAND")
    }
    let places = unsafe getenv("PATH").map { unsafe String(cString: $0) } ?? "/usr/bin:/bin"
    let isThere = places.split(separator: ":").contains {
      unsafe access("\($0)/make", X_OK) == 0
    }
    if isThere { return }
    throw Failure(
      .config, "dev.make", "make was not found in the PATH",
      mend: "install it (apt install make), or build with another command: --build COMMAND")
  }

  /// The manifest as it is in the source.
  func manifest() throws(Failure) -> Manifest {
    try Manifest(reading: FileBytes.read("\(path)/plugin.json"), from: "plugin.json")
  }

  /// Takes what the build made: copies the plugin's file under its hash, and reads it. Of what was
  /// taken before, the last good one is kept.
  func take(_ manifest: Manifest) throws(Failure) -> DevPlugin {
    let bytes = try FileBytes.read(builtFile(manifest.id), limit: 256 << 20)
    let sha256 = Hex.encode(Digest.sha256(bytes))
    let folder = "\(kept)/\(sha256)"
    let copy = "\(folder)/\(manifest.id).so"
    forget(but: [sha256, lastGood()?.sha256 ?? ""])
    try FileBytes.makeFolders(folder)
    try FileBytes.replace(copy, with: bytes)
    let file = try PluginFile(reading: copy)
    guard file.manifest.json == manifest.json else {
      throw Failure(
        .config, "dev.embedded", "the plugin's file has another manifest than plugin.json",
        mend: "let the build put plugin.json into the file again (embed-manifest in the SDK)")
    }
    return DevPlugin(id: manifest.id, version: manifest.version, path: copy, sha256: sha256)
  }

  /// The .so that the build made: the one that is called as the plugin, or the only one.
  private func builtFile(_ id: String) throws(Failure) -> String {
    let found = FileBytes.names(in: path).filter { $0.hasSuffix(".so") }
    if found.contains("\(id).so") { return "\(path)/\(id).so" }
    if found.count == 1 { return "\(path)/\(found[0])" }
    throw Failure(
      .config, "dev.file",
      found.isEmpty
        ? "the build ended well, but made no .so file in \(path)"
        : "the build made several .so files, and none of them is \(id).so: "
          + found.joined(separator: ", "),
      mend: "let the build (\(build.line)) write \(id).so there, as a new plugin's Makefile does")
  }

  /// The plugin of the last build that passed, of this session or of one before; `nil` for none.
  package func lastGood() -> DevPlugin? {
    let folder = "\(kept)/\(Self.good)"
    for name in FileBytes.names(in: folder) where name.hasSuffix(".so") {
      guard let file = try? PluginFile(reading: "\(folder)/\(name)") else { continue }
      return DevPlugin(
        id: file.manifest.id, version: file.manifest.version,
        path: "\(kept)/\(file.sha256)/\(name)", sha256: file.sha256)
    }
    return nil
  }

  /// Names a plugin the last good one, in one step.
  func keep(_ plugin: DevPlugin) throws(Failure) {
    let link = "\(kept)/\(Self.good)"
    let next = "\(link).\(ThisProgram.processID).next"
    FileBytes.removeTree(next)
    guard unsafe symlink(plugin.sha256, next) == 0, FileBytes.move(next, to: link) else {
      let reason = unsafe String(cString: strerror(errno))
      throw Failure(
        .config, "dev.keep", "cannot write \(link): \(reason)",
        mend: "check the free space, and that you may write there")
    }
  }

  private func forget(but wanted: [String]) {
    for name in FileBytes.names(in: kept) where name != Self.good && !wanted.contains(name) {
      FileBytes.removeTree("\(kept)/\(name)")
    }
  }
}
