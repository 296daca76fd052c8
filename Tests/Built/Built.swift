internal import Glibc
internal import PatchbayCore
package import PatchbayHost
package import PatchbayJSON

/// The plugin files that `Plugins/build` made.
package enum Built {
  package struct Missing: Error, CustomStringConvertible {
    let path: String
    package var description: String {
      "\(path) is not there: build the plugins with “make build”, or name the folder of the built "
        + "programs in PATCHBAY_BIN"
    }
  }

  package static let root: String = {
    let parts = #filePath.split(separator: "/", omittingEmptySubsequences: false)
    return parts.dropLast(3).joined(separator: "/")
  }()

  /// Of the release, unless the environment names another folder of built programs.
  package static let folder: String = {
    // Unsafe: the text is copied at once.
    let named = unsafe getenv("PATCHBAY_BIN").map { unsafe String(cString: $0) }
    return (named ?? root + "/.build/release") + "/test-plugins"
  }()

  package static func path(_ name: String) throws -> String {
    let path = "\(folder)/\(name)"
    // Unsafe: the path is read during the call only.
    guard unsafe access(path, R_OK) == 0 else { throw Missing(path: path) }
    return path
  }

  package static func bytes(_ name: String) throws -> [UInt8] {
    try FileBytes.read(path(name), limit: 64 << 20)
  }

  package static func load(_ name: String, in isolation: Isolation = .process) throws
    -> LoadedPlugin
  {
    nameWorker()
    return try LoadedPlugin.load(PluginFile(reading: path(name)), in: isolation)
  }

  /// Where this process finds the worker.
  package static func nameWorker() {
    // Unsafe: no other thread changes the environment; all set the same.
    unsafe setenv("PATCHBAY_WORKER", folder + "/../patchbay-worker", 1)
  }

  /// The plugin.json of a test plugin, with some members set, or removed with `nil`.
  package static func manifest(_ plugin: String, _ changes: [(String, JSON?)] = []) throws -> JSON {
    let json = try JSON(reading: FileBytes.read("\(root)/Tests/Plugins/\(plugin)/plugin.json"))
    var members = json.object ?? JSONObject()
    for (name, value) in changes { members[name] = value }
    return .object(members)
  }
}
