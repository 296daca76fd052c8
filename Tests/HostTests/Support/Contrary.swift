import Built
import PatchbayCore
import PatchbayHost
import PatchbayJSON

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
