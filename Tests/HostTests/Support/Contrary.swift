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

extension Contrary {
  /// Where a program header lies, and its kind.
  func programHeaders() throws -> [(place: Int, kind: UInt64)] {
    let bytes = try FileBytes.read(path)
    return (0..<Int(bytes[56])).map {
      let place = Int(bytes.number(at: 32)) + 56 * $0
      return (place, bytes.number(at: place) & 0xFFFF_FFFF)
    }
  }

  /// What the loader is told: where each entry lies, its kind and its value, the end included.
  func dynamicEntries() throws -> [(place: Int, tag: UInt64, value: UInt64)] {
    let bytes = try FileBytes.read(path)
    let header = try programHeaders().first { $0.kind == 2 }
    guard let header else { throw TestFolder.Fault(description: "there is no dynamic segment") }
    var place = Int(bytes.number(at: header.place + 8))
    var entries: [(place: Int, tag: UInt64, value: UInt64)] = []
    repeat {
      entries.append((place, bytes.number(at: place), bytes.number(at: place + 8)))
      place += 16
    } while entries.last?.tag != 0
    return entries
  }

  func dynamicRange() throws -> Range<Int> {
    let places = try dynamicEntries().map(\.place)
    return (places.min() ?? 0)..<((places.max() ?? 0) + 16)
  }
}

extension [UInt8] {
  /// Eight bytes, the lowest first.
  func number(at place: Int) -> UInt64 {
    self[place..<(place + 8)].reversed().reduce(0) { $0 << 8 | UInt64($1) }
  }

  mutating func put(_ number: UInt64, at place: Int, size: Int = 8) {
    for index in 0..<size { self[place + index] = UInt8(truncatingIfNeeded: number >> (8 * index)) }
  }
}
