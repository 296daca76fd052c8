import PatchbayCore
import Seeded
import Testing

@testable import PatchbayMarketplace

/// Archives that a stranger made.
@Suite("Packs of strangers") struct HostilePackTests {
  static func refusal(_ bytes: [UInt8]) -> Failure? {
    do throws(Failure) {
      _ = try Pack(reading: bytes)
      return nil
    } catch {
      return error
    }
  }

  static func refusal(tar: [UInt8]) -> Failure? { refusal(Tape.gzip(tar)) }

  @Test func `are read where they are plain, also as tar rounds them up`() throws {
    #expect(try Pack(reading: Tape.gzip(Tape.least + Tape.end)).files.count == 2)
    let zeros = [UInt8](repeating: 0, count: 10_240 - Tape.least.count)
    #expect(try Pack(reading: Tape.gzip(Tape.least + zeros)).files.count == 2)
  }

  @Test(
    arguments: [
      ("1", "a link"), ("2", "a symbolic link"), ("3", "a device or a pipe"),
      ("4", "a device or a pipe"), ("5", "a folder"), ("6", "a device or a pipe"),
    ] as [(Character, String)])
  func `hold plain files alone`(kind: Character, name: String) throws {
    let path = Array("docs/a.md".utf8)
    let link = Tape.member(path, kind: kind, link: "/etc/passwd")
    let failure = try #require(Self.refusal(tar: Tape.least + link + Tape.end))
    #expect(failure.code == "pack.kind" && failure.message.contains("docs/a.md"), "\(failure)")
    #expect(failure.message.contains("is \(name)"), "\(failure)")
  }

  @Test func `are plain ustar: no extended header, no long name, no sparse file`() throws {
    let path = Array("docs/a.md".utf8)
    let extended = Tape.member(Array("x".utf8), Array("19 path=docs/b.md\n\n".utf8), kind: "x")
    let long = Tape.member(Array("././@LongLink".utf8), path + [0], kind: "L")
    let sparse = Tape.member(path, kind: "S", magic: "ustar  \u{0}")
    let gnu = Tape.member(path, magic: "ustar  \u{0}")
    for (what, before) in [
      ("pax", extended + Tape.member(path)), ("sparse", sparse), ("GNU", gnu),
      ("long", long + Tape.member(path)),
    ] {
      let failure = try #require(Self.refusal(tar: Tape.least + before + Tape.end), "\(what)")
      let codes = ["pack.format", "pack.broken"]
      #expect(codes.contains(failure.code) && !failure.mend.isEmpty, "\(what): \(failure)")
    }
  }

  @Test func `are refused a name that is no UTF-8, or that leads astray`() throws {
    let bytes = Tape.member(Array("docs/".utf8) + [0xFF] + Array(".md".utf8))
    #expect(Self.refusal(tar: Tape.least + bytes + Tape.end)?.code == "pack.broken")
    for path in ["../docs/a.md", "/docs/a.md", "docs/./a.md"] {
      let failure = Self.refusal(tar: Tape.least + Tape.member(path) + Tape.end)
      #expect(failure?.code == "pack.path", "\(path): \(String(describing: failure))")
    }
    let twice = Tape.least + Tape.member("listing.json", "[]") + Tape.end
    #expect(Self.refusal(tar: twice)?.code == "pack.twice")
  }

  @Test func `have nothing behind their end`() throws {
    let good = Tape.gzip(Tape.least + Tape.end)
    for tail in [[0], Array("x".utf8), good] {
      let failure = try #require(Self.refusal(good + tail))
      #expect(failure.message == "the pack has something behind its end")
    }
    let hidden = Tape.least + Tape.end + Tape.member("docs/a.md", "hidden") + Tape.end
    #expect(Self.refusal(tar: hidden)?.message == "the pack holds something besides its files")
    let zeros = Tape.least + [UInt8](repeating: 0, count: 20_000)
    #expect(Self.refusal(tar: zeros)?.message == "the pack holds something besides its files")
  }

  @Test func `are whole`() throws {
    let good = Tape.gzip(Tape.least + Tape.end)
    for count in 0..<good.count {
      let failure = try #require(Self.refusal(Array(good.prefix(count))), "\(count)")
      #expect(failure.code == "pack.broken", "\(count): \(failure)")
    }
    for count in stride(from: 0, to: Tape.least.count + Tape.end.count, by: 64) {
      let cut = Array((Tape.least + Tape.end).prefix(count))
      #expect(Self.refusal(tar: cut)?.code == "pack.broken", "\(count)")
    }
    // The checksum at the end of gzip's member.
    var damaged = good
    damaged[good.count - 8] ^= 1
    #expect(Self.refusal(damaged)?.message == "the pack is damaged")
    #expect(Self.refusal(Array("PK".utf8))?.message == "the pack is not compressed by gzip")
  }

  @Test func `say a size that can be there`() throws {
    let path = Array("README.md".utf8)
    let lie = Tape.least + Tape.member(path, kind: "0", size: 200 << 20) + Tape.end
    #expect(Self.refusal(tar: lie)?.message == "the pack is cut short")
    let large = Tape.least + Tape.member(path, kind: "0", size: 256 << 20 + 1) + Tape.end
    #expect(Self.refusal(tar: large)?.code == "pack.size")
  }

  @Test func `stop at the bound when they are bombs`() throws {
    // 320 MiB of zeros behind a header that is there, and behind one that is too large.
    let zeros = [UInt8](repeating: 0, count: 320 << 20)
    let behind = try #require(Self.refusal(tar: Tape.least + zeros))
    #expect(behind.message == "the pack becomes larger than 314572800 bytes")
    let inside = Tape.member(Array("README.md".utf8), size: 320 << 20) + zeros
    #expect(Self.refusal(tar: Tape.least + inside)?.code == "pack.size")
  }

  @Test func `are refused or read, whatever is changed in them`() throws {
    let seed = Scale.fresh
    var draw = Draw(seed)
    let tar = Tape.least + Tape.member("docs/a.md", "text") + Tape.end
    for _ in 0..<Scale.count(quick: 1000, nightly: 3000) {
      var changed = tar
      for _ in 0...draw.below(3) { changed[draw.below(tar.count)] = UInt8(draw.below(256)) }
      guard let pack = try? Pack(reading: Tape.gzip(changed)) else { continue }
      #expect(try Pack(reading: pack.archived()).files == pack.files, "seed \(seed)")
    }
  }
}
