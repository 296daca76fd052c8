import CZlib
import PatchbayCore
import Seeded
import Testing

@testable import PatchbayMarketplace

@Suite("Packs") struct PackTests {
  static func file(_ path: String, _ text: String = "x") -> Pack.File {
    Pack.File(path: path, bytes: Array(text.utf8))
  }

  static let least = [file("plugin.so", "\u{7F}ELF"), file("listing.json", "{}")]

  /// The code and the text of the refusal of a pack with some files more.
  static func refusal(_ files: [Pack.File], of all: [Pack.File] = least) -> Failure? {
    do throws(Failure) {
      _ = try Pack(files: all + files)
      return nil
    } catch {
      return error
    }
  }

  @Test func `the same files in any order are the same bytes, without a date`() throws {
    let files = Self.least + [Self.file("docs/b.md"), Self.file("docs/a.md"), Self.file("LICENSE")]
    let pack = try Pack(files: files)
    #expect(
      pack.files.map(\.path)
        == ["LICENSE", "docs/a.md", "docs/b.md", "listing.json", "plugin.so"])
    let bytes = try pack.archived()
    #expect(try Pack(files: files.reversed()).archived() == bytes)
    // Gzip's header: no name, and no time.
    #expect(Array(bytes.prefix(8)) == [0x1F, 0x8B, 8, 0, 0, 0, 0, 0])
    let tar = try Tape.inflated(bytes)
    #expect(tar.count == 10 * 512 + 2 * 512)
    let header = Tape.Header(Array(tar[(8 * 512)...].prefix(512)))
    #expect(header.path == "plugin.so" && header.mode == "000755 ", "\(header)")
    #expect(
      header.owners == ["000000 ", "000000 ", "", ""] && header.seconds == "00000000000 ",
      "\(header)")
    #expect(Tape.Header(Array(tar.prefix(512))).mode == "000644 ")
  }

  @Test func `what is written is read again`() throws {
    let seed = Scale.fresh
    var draw = Draw(seed)
    for _ in 0..<Scale.count(quick: 40, nightly: 100) {
      let names =
        ["README.md", "LICENSE", "icon.svg"]
        + ["docs/ä \(draw.below(9)).md", "docs/日本.md", "Fixtures/\(draw.below(99)).ndjson"]
        + ["docs/\(String(repeating: "n", count: 97)).md"]
      var files = Self.least
      for name in names where draw.below(2) == 0 {
        let size = draw.pick([0, 1, 511, 512, 513, 70_000])
        files.append(.init(path: name, bytes: (0..<size).map { _ in UInt8(draw.below(256)) }))
      }
      let pack = try Pack(files: files)
      let again = try Pack(reading: pack.archived())
      #expect(again.files == pack.files, "seed \(seed)")
      for file in files { #expect(again[file.path]?.sha256 == file.sha256, "seed \(seed)") }
    }
  }

  @Test(arguments: [
    ("/etc/passwd", "absolute path"), ("docs/../a.md", "“..”"), ("./docs/a.md", "“.”"),
    ("docs//a.md", "empty part"), ("", "without a name"), ("docs/a\\b.md", "a backslash"),
    ("docs/a\n.md", "a control character"), ("docs/a\u{202E}.md", "an invisible one"),
    ("docs/a\u{200B}b.md", "an invisible one"),
    ("docs/" + String(repeating: "a", count: 98) + ".md", "too long a name"),
    ("docs/" + String(repeating: "a/", count: 98) + ".md", "too long a name"),
  ])
  func `a path that leads astray is refused`(path: String, rule: String) throws {
    let failure = try #require(Self.refusal([Self.file(path)]))
    #expect(failure.code == "pack.path" || path.isEmpty, "\(failure)")
    #expect(failure.message.contains(rule) && !failure.mend.isEmpty, "\(failure)")
  }

  @Test(arguments: [
    "readme.md", "run.sh", "docs/a.html", "docs/a/b.md", "docs/.md", "docs/.a.md", "Docs/a.md",
    "Fixtures/a.json", "plugin.so/a", "other.so", "icon.gif",
  ])
  func `what does not belong into a pack is refused`(path: String) throws {
    let failure = try #require(Self.refusal([Self.file(path)]))
    #expect(failure.code == "pack.stranger" && failure.message.contains(path), "\(failure)")
    #expect(failure.mend.contains("docs/*.md"))
  }

  @Test(arguments: [
    ("docs/a.md", "docs/a.md"), ("docs/a.md", "docs/A.md"), ("docs/\u{E4}.md", "docs/a\u{308}.md"),
    ("docs/\u{C4}.md", "docs/a\u{308}.md"), ("icon.svg", "icon.png"),
  ])
  func `names that read alike are refused`(one: String, other: String) throws {
    let failure = try #require(Self.refusal([Self.file(one), Self.file(other)]))
    #expect(failure.code == "pack.twice", "\(failure)")
  }

  @Test func `a pack has bounds`() throws {
    let many = (0..<499).map { Self.file("docs/\($0).md") }
    #expect(Self.refusal(many)?.code == "pack.count")
    #expect(Self.refusal(Array(many.dropLast())) == nil)
    let icon = Pack.File(path: "icon.svg", bytes: .init(repeating: 0, count: 256 << 10))
    #expect(Self.refusal([icon]) == nil)
    #expect(Self.refusal([.init(path: icon.path, bytes: icon.bytes + [0])])?.code == "pack.size")
    var rules = PackRules()
    try rules.admit("plugin.so", size: 256 << 20)
    let large = #expect(throws: Failure.self) {
      try rules.admit("README.md", size: (44 << 20) + 1)
    }
    #expect(large?.code == "pack.size")
  }

  @Test func `a pack has a plugin, and a listing that is JSON`() {
    #expect(
      Self.refusal([], of: [Self.least[0]])?.message == "in the pack, listing.json is missing")
    #expect(Self.refusal([], of: [Self.least[1]])?.message == "in the pack, plugin.so is missing")
    let listing = Self.refusal([Self.file("listing.json", "{nope")], of: [Self.least[0]])
    #expect(listing?.code == "pack.listing")
  }
}
