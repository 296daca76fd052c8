import Glibc
import PatchbayCore
import PatchbayHost
import PatchbayJSON

/// The plugin files that `Plugins/build` made.
enum Built {
  struct Missing: Error, CustomStringConvertible {
    let path: String
    var description: String {
      "\(path) is not there: build the plugins with “make build”, or name the folder of the built "
        + "programs in PATCHBAY_BIN"
    }
  }

  static let root: String = {
    let parts = #filePath.split(separator: "/", omittingEmptySubsequences: false)
    return parts.dropLast(4).joined(separator: "/")
  }()

  /// Of the release, unless the environment names another folder of built programs.
  private static let folder: String = {
    // Unsafe: the text is copied at once.
    let named = unsafe getenv("PATCHBAY_BIN").map { unsafe String(cString: $0) }
    return (named ?? root + "/.build/release") + "/test-plugins"
  }()

  static func path(_ name: String) throws -> String {
    let path = "\(folder)/\(name)"
    // Unsafe: the path is read during the call only.
    guard unsafe access(path, R_OK) == 0 else { throw Missing(path: path) }
    return path
  }

  static func bytes(_ name: String) throws -> [UInt8] {
    try FileBytes.read(path(name), limit: 64 << 20)
  }

  static func load(_ name: String, in isolation: Isolation = .process) throws -> LoadedPlugin {
    // Unsafe: no other thread changes the environment; all set the same.
    unsafe setenv("PATCHBAY_WORKER", folder + "/../patchbay-worker", 1)
    return try LoadedPlugin.load(PluginFile(reading: path(name)), in: isolation)
  }

  /// The plugin.json of a test plugin, with some members set, or removed with `nil`.
  static func manifest(_ plugin: String, _ changes: [(String, JSON?)] = []) throws -> JSON {
    let json = try JSON(reading: FileBytes.read("\(root)/Tests/Plugins/\(plugin)/plugin.json"))
    var members = json.object ?? JSONObject()
    for (name, value) in changes { members[name] = value }
    return .object(members)
  }
}

extension TestFolder {
  /// Puts a manifest into a copy of a library.
  @discardableResult
  func embed(_ manifest: [UInt8], into library: String, as name: String) throws -> String {
    let json = try write(manifest, to: "\(name).json")
    try run(["\(Built.root)/Plugins/embed-manifest", library, json, file(name)])
    return file(name)
  }
}

/// A copy of the contrary plugin, with a trace that shows whether any of its code ran.
struct Contrary {
  let folder: TestFolder
  let path: String
  let name: String

  var hasRun: Bool { folder.has("\(name).ran") }

  /// `variant` is a file that Contrary/build makes; `entryWay` how its entry and `open` behave.
  init(
    in folder: TestFolder, name: String = "contrary.so", variant: String = "contrary.bare",
    entryWay: String = "good", version: String = "1.0.0", manifest: [UInt8]? = nil
  ) throws {
    self.folder = folder
    self.name = name
    var bytes = try Built.bytes(variant)
    try bytes.overwrite(after: "contrary.trace:", with: folder.file("\(name).ran"))
    try bytes.overwrite(after: "contrary.entry:", with: entryWay)
    let library = try folder.write(bytes, to: "\(name).bare")
    let json = try manifest ?? Built.manifest("Contrary", [("version", .string(version))]).bytes
    path = try folder.embed(json, into: library, as: name)
  }

  func read() throws -> PluginFile {
    defer { withExtendedLifetime(folder) {} }
    return try PluginFile(reading: path)
  }

  func load() throws -> LoadedPlugin {
    defer { withExtendedLifetime(folder) {} }
    return try LoadedPlugin.load(read())
  }

  /// Changes bytes of the finished file.
  func edit(_ change: (inout [UInt8]) throws -> Void) throws {
    var bytes = try FileBytes.read(path, limit: 64 << 20)
    try change(&bytes)
    try folder.write(bytes, to: name)
  }
}

extension [UInt8] {
  func place(of text: String) -> Int? {
    let wanted = Array(text.utf8)
    guard count >= wanted.count else { return nil }
    return (0...(count - wanted.count)).first {
      self[$0..<($0 + wanted.count)].elementsEqual(wanted)
    }
  }

  /// Writes a text and a NUL over what follows a marker.
  mutating func overwrite(after marker: String, with text: String) throws {
    guard let at = place(of: marker) else {
      throw TestFolder.Fault(description: "the file holds no “\(marker)”")
    }
    let start = at + marker.utf8.count
    let new = Array(text.utf8) + [0]
    replaceSubrange(start..<(start + new.count), with: new)
  }

  mutating func overwrite(_ text: String, with other: String) throws {
    guard let at = place(of: text), text.utf8.count == other.utf8.count else {
      throw TestFolder.Fault(description: "the file holds no “\(text)”")
    }
    replaceSubrange(at..<(at + text.utf8.count), with: Array(other.utf8))
  }
}
