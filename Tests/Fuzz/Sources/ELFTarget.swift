import PatchbayCore

@testable import PatchbayHost

extension FuzzTarget {
  /// The file of a plugin: reading ends soon and says within bounds what is there.
  static let elf = FuzzTarget(
    name: "elf", seeds: elfSeeds,
    words: [".patchbay.manifest", "patchbay_plugin_entry", "\u{7F}ELF", "libswiftCore.so"],
    run: checkELF)
}

/// The smallest files that are taken, with both tables by which symbols are found: one segment
/// holds all of the file, and the dynamic one what the loader is told.
@Sendable private func elfSeeds() -> [[UInt8]] { [elfSeed(isGNU: false), elfSeed(isGNU: true)] }

private func elfSeed(isGNU: Bool) -> [UInt8] {
  func number(_ value: Int, _ size: Int) -> [UInt8] {
    (0..<size).map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) }
  }
  let names = Array(
    "\0.patchbay.manifest\0patchbay_plugin_entry\0libc.so.6\0GLIBC_2.34\0".utf8)
  let symbols =
    [UInt8](repeating: 0, count: 24)
    + number(20, 4) + [0x12, 0] + number(4, 2) + number(0x1000, 8) + number(8, 8)
  let hash =
    isGNU
    ? number(1, 4) + number(1, 4) + number(1, 4) + number(6, 4) + number(-1, 8) + number(1, 4)
      + number(1, 4)
    : number(1, 4) + number(2, 4) + number(1, 4) + number(0, 8)
  let versions =
    number(1, 2) + number(1, 2) + number(42, 4) + number(16, 4) + number(0, 4)
    + number(0, 4) + number(0, 2) + number(2, 2) + number(52, 4) + number(0, 4)
  let manifest = Array("{}".utf8)
  let start = 64 + 2 * 56
  let places = [names, symbols, hash, versions].reduce(into: [start]) {
    $0.append(($0.last ?? 0) + $1.count)
  }
  let tags = [
    (1, 42), (5, places[0]), (10, names.count), (6, places[1]), (11, 24),
    (isGNU ? 0x6FFF_FEF5 : 4, places[2]), (0x6FFF_FFFE, places[3]), (0x6FFF_FFFF, 1), (0, 0),
  ]
  let dynamic = tags.flatMap { number($0.0, 8) + number($0.1, 8) }
  let dynamicAt = places[4]
  let manifestAt = dynamicAt + dynamic.count
  let sectionsAt = manifestAt + manifest.count
  func segment(_ kind: Int, _ at: Int, _ size: Int) -> [UInt8] {
    number(kind, 4) + number(6, 4) + number(at, 8) + number(at, 8) + number(at, 8)
      + number(size, 8) + number(size, 8) + number(4096, 8)
  }
  func section(_ name: Int, _ kind: Int, _ at: Int, _ size: Int) -> [UInt8] {
    number(name, 4) + number(kind, 4) + number(0, 16) + number(at, 8) + number(size, 8)
      + number(0, 8) + number(8, 8) + number(0, 8)
  }
  let ident: [UInt8] = [0x7F, 0x45, 0x4C, 0x46, 2, 1, 1] + [UInt8](repeating: 0, count: 9)
  let header =
    ident + number(3, 2) + number(Int(ELFFile.hostMachine), 2) + number(1, 4)
    + number(0, 8) + number(64, 8) + number(sectionsAt, 8) + number(0, 4) + number(64, 2)
    + number(56, 2) + number(2, 2) + number(64, 2) + number(3, 2) + number(1, 2)
  return header + segment(1, 0, manifestAt) + segment(2, dynamicAt, dynamic.count)
    + names + symbols + hash + versions + dynamic + manifest
    + section(0, 0, 0, 0) + section(0, 3, places[0], names.count)
    + section(1, 1, manifestAt, manifest.count)
}

private func checkELF(_ bytes: [UInt8]) {
  do throws(ELFFile.Flaw) {
    // Unsafe: the bytes are lent for the call.
    let found = unsafe bytes.withUnsafeBytes { bytes -> Result<ELFFile, ELFFile.Flaw> in
      do throws(ELFFile.Flaw) { return .success(unsafe try ELFFile(bytes)) } catch {
        return .failure(error)
      }
    }
    let file = try found.get()
    expect(file.exports.count <= 1001 && file.needed.count <= 1001, "too many names are read")
    expect((file.manifest?.count ?? 0) <= bytes.count, "a manifest larger than the file")
    expect((file.manifest == nil) == (file.manifestCount == 0), "a manifest is there, and not")
  } catch {
    expect(!error.wanted.isEmpty && !error.found.isEmpty && !error.mend.isEmpty, "no reason")
  }
}
