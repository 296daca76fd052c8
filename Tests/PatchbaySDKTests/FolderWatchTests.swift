import Foundation
import PatchbayCore
import PatchbaySDKTesting
import Testing

/// What the kernel tells of a folder, as the saves of an author.
@Suite struct FolderWatchTests {
  private let folder = SourceFolder()

  private func next(_ watch: FolderWatch) throws -> FolderWatch.Change? {
    // All that is to be seen has happened: there is nothing to wait for.
    try watch.next(StopSwitch(), quietMS: 0)
  }

  @Test func `Several saves that come together are one change`() throws {
    let watch = try FolderWatch(folder.path, SourceFilter())
    for name in ["Sources/a.c", "Sources/b.c", "plugin.json"] { try folder.write(name, "new") }
    let files: Set = ["Sources/a.c", "Sources/b.c", "plugin.json"]
    #expect(try next(watch) == .files(files))
    #expect(try watch.take() == nil)
  }

  @Test func `A file that is renamed over another is a save of it`() throws {
    let watch = try FolderWatch(folder.path, SourceFilter())
    let before = SourceSnapshot(of: folder.path, SourceFilter())
    try folder.write("Sources/4913", "")
    try folder.remove("Sources/4913")
    try folder.write("Sources/a.c~", "one")
    try folder.write("Sources/a.new", "two")
    #expect(FileBytes.move(folder.path + "/Sources/a.new", to: folder.path + "/Sources/a.c"))
    guard case .files(let files) = try next(watch) else { throw Wanted(what: "files") }
    #expect(files.contains("Sources/a.c"))
    // What came and went does not differ.
    let after = SourceSnapshot(of: folder.path, SourceFilter(), after: before)
    #expect(after.changes(since: before) == ["Sources/a.c"])
  }

  @Test func `A new folder is watched, with those in it`() throws {
    let watch = try FolderWatch(folder.path, SourceFilter())
    try folder.write("Sources/new/deep/one.c", "1")
    #expect(try next(watch) != nil)
    try folder.write("Sources/new/deep/two.c", "2")
    #expect(try next(watch) == .files(["Sources/new/deep/two.c"]))
    // Under another name it is still watched, and by that.
    #expect(FileBytes.move(folder.path + "/Sources/new", to: folder.path + "/Sources/other"))
    #expect(try next(watch) != nil)
    try folder.write("Sources/other/deep/two.c", "3")
    #expect(try next(watch) == .files(["Sources/other/deep/two.c"]))
  }

  @Test func `What the build and editors write is no save`() throws {
    try folder.write("target/debug/x.d", "")
    let watch = try FolderWatch(folder.path, SourceFilter(ignoring: ["gen", "Sources/made.h"]))
    for name in [
      "shop.so", "Sources/a.o", ".build/release/a.txt", "target/debug/x.d", "Sources/a.c~",
      "Sources/.a.c.swp", "Sources/#a.c#", "gen/parser.c", "Sources/made.h", "shop.patchbay",
    ] {
      try folder.write(name, "x")
    }
    #expect(try watch.take() == nil)
    try folder.write("made.h", "x")
    #expect(try watch.take() == .files(["made.h"]))
  }

  @Test func `Where more happened than the kernel keeps, everything may have changed`() throws {
    let limit = try FileBytes.read("/proc/sys/fs/inotify/max_queued_events")
    let text = String(decoding: limit, as: UTF8.self).trimmingCharacters(in: .newlines)
    let watch = try FolderWatch(folder.path, SourceFilter())
    // Never two alike in a row, which would be told once. Some more, since a process that is begun
    // elsewhere may hold a file open for a moment.
    for index in 0...(try #require(Int(text))) + 1000 {
      let path = folder.path + (index % 2 == 0 ? "/plugin.json" : "/Sources/a.c")
      // Unsafe: the path is read during the call only.
      close(unsafe open(path, O_WRONLY | O_CLOEXEC))
    }
    try folder.write("Sources/unseen/a.c", "1")
    #expect(try next(watch) == .everything)
    try folder.write("Sources/unseen/a.c", "2")
    #expect(try next(watch) == .files(["Sources/unseen/a.c"]))
  }

  @Test func `A folder that is gone is said to be`() throws {
    let watch = try FolderWatch(folder.path, SourceFilter())
    FileBytes.removeTree(folder.path)
    let failure = #expect(throws: Failure.self) {
      while try watch.take() != nil {}
    }
    #expect(failure?.code == "dev.folder")
  }

  @Test func `Only contents that differ are a change`() throws {
    let before = SourceSnapshot(of: folder.path, SourceFilter())
    try folder.write("Sources/a.c", folder.text)
    let same = SourceSnapshot(of: folder.path, SourceFilter(), after: before)
    #expect(same.changes(since: before) == [])
    try folder.write("Sources/a.c", String(folder.text.reversed()))
    try folder.remove("Sources/b.c")
    try folder.write("Sources/c.c", "")
    let other = SourceSnapshot(of: folder.path, SourceFilter(), after: same)
    #expect(other.changes(since: same) == ["Sources/a.c", "Sources/b.c", "Sources/c.c"])
  }
}

struct Wanted: Error { let what: String }

/// A plugin's folder with two files in C, gone with this value.
final class SourceFolder {
  let path = FileManager.default.temporaryDirectory.appending(path: "dev-\(UUID().uuidString)").path
  let text = "int a;\n"

  init() {
    for name in ["Sources/a.c", "Sources/b.c", "plugin.json"] { try? write(name, text) }
  }

  deinit { FileBytes.removeTree(path) }

  /// Writes in place, as some editors do.
  func write(_ name: String, _ text: String) throws {
    let file = URL(fileURLWithPath: "\(path)/\(name)")
    try FileBytes.makeFolders(file.deletingLastPathComponent().path)
    try Data(text.utf8).write(to: file)
  }

  func remove(_ name: String) throws {
    try FileManager.default.removeItem(atPath: "\(path)/\(name)")
  }
}
