import PatchbayCore

@testable import PatchbayMarketplace

extension FuzzTarget {
  /// A pack of a stranger: what is taken keeps the rules, and is the same when it is written.
  static let pack = FuzzTarget(
    name: "pack", seeds: packSeeds,
    words: ["ustar\u{0}00", "ustar  \u{0}", "plugin.so", "listing.json", "docs/", "../", "././@L"],
    run: checkPack)
}

@Sendable private func packSeeds() -> [[UInt8]] {
  func file(_ path: String, _ text: String) -> Pack.File {
    Pack.File(path: path, bytes: Array(text.utf8))
  }
  let least = [file("plugin.so", "\u{7F}ELF"), file("listing.json", "{}")]
  let more = [
    file("docs/\u{E4}.md", "# text"), file("Fixtures/a.ndjson", ""), file("LICENSE", "x"),
  ]
  let packs = [least, least + more].compactMap { try? Pack(files: $0).archived() }
  return packs + packs.map(inflated)
}

/// The archive that is in a pack.
private func inflated(_ bytes: [UInt8]) -> [UInt8] {
  // Unsafe: the bytes are lent for the call, and the pieces are copied.
  unsafe bytes.withUnsafeBufferPointer { input in
    let stream = unsafe GzipStream(input, limit: 1 << 20)
    var all: [UInt8] = []
    while true {
      let piece = unsafe stream.next()
      if piece.count == 0 { return all }
      unsafe all.append(contentsOf: piece)
    }
  }
}

/// The input is compressed, as packs are, or is what a pack is made of: the fuzzer does not find
/// its way through compression.
private func checkPack(_ bytes: [UInt8]) {
  for input in [bytes, stored(bytes)] {
    let pack: Pack
    do throws(Failure) { pack = try Pack(reading: input) } catch {
      expect(error.code.hasPrefix("pack.") && !error.mend.isEmpty, "a pack is refused: \(error)")
      expect(error.message.utf8.count < 2000, "a refusal of \(error.message.utf8.count) bytes")
      continue
    }
    let paths = pack.files.map(\.path)
    expect(pack["plugin.so"] != nil && pack["listing.json"] != nil, "a pack lacks a part")
    expect(Set(paths.map { $0.lowercased() }).count == paths.count, "a path is there twice")
    for path in paths {
      let parts = path.split(separator: "/", omittingEmptySubsequences: false)
      expect(!parts.contains { ["", ".", ".."].contains($0) }, "a path leads out: \(path)")
    }
    guard let written = try? pack.archived(), let again = try? Pack(reading: written) else {
      return expect(false, "a pack cannot be written and read: \(paths)")
    }
    expect(again.files == pack.files, "a pack is another when it is written")
  }
}

/// A gzip member that holds the bytes as they are.
private func stored(_ bytes: [UInt8]) -> [UInt8] {
  func number(_ value: Int, _ size: Int) -> [UInt8] {
    (0..<size).map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) }
  }
  var checksum: UInt32 = .max
  for byte in bytes {
    checksum ^= UInt32(byte)
    for _ in 0..<8 { checksum = checksum >> 1 ^ (checksum & 1 == 1 ? 0xEDB8_8320 : 0) }
  }
  let count = min(bytes.count, 0xFFFF)
  return [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3, 1] + number(count, 2) + number(~count, 2)
    + bytes.prefix(count) + number(Int(~checksum), 4) + number(count, 4)
}
