import PatchbayCore

@testable import PatchbayHost

extension FuzzTarget {
  /// The file of a plugin: reading ends soon and says within bounds what is there.
  static let elf = FuzzTarget(
    name: "elf", seeds: elfSeeds,
    words: [".patchbay.manifest", "patchbay_plugin_entry", "\u{7F}ELF", "libswiftCore.so"],
    run: checkELF)
}

/// The smallest file that is taken: sections for names, symbols, libraries and the manifest.
@Sendable private func elfSeeds() -> [[UInt8]] {
  func number(_ value: Int, _ size: Int) -> [UInt8] {
    (0..<size).map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) }
  }
  let names = Array("\0.patchbay.manifest\0patchbay_plugin_entry\0libc.so.6\0".utf8)
  let symbols =
    [UInt8](repeating: 0, count: 24)
    + number(20, 4) + [0x12, 0] + number(4, 2) + number(0x1000, 8) + number(8, 8)
  let needed = number(1, 8) + number(42, 8) + number(0, 16)
  let manifest = Array("{}".utf8)
  var parts: [(kind: Int, bytes: [UInt8], link: Int, name: Int)] = []
  parts = [(0, [], 0, 0), (3, names, 0, 0), (11, symbols, 1, 0), (6, needed, 1, 0)]
  parts.append((1, manifest, 0, 1))
  var body: [UInt8] = []
  var headers: [UInt8] = []
  for part in parts {
    headers += number(part.name, 4) + number(part.kind, 4) + number(0, 16)
    headers += number(64 + body.count, 8) + number(part.bytes.count, 8) + number(part.link, 4)
    headers += number(0, 4) + number(8, 8) + number(0, 8)
    body += part.bytes
  }
  let ident: [UInt8] = [0x7F, 0x45, 0x4C, 0x46, 2, 1, 1] + [UInt8](repeating: 0, count: 9)
  let start = ident + number(3, 2) + number(Int(ELFFile.hostMachine), 2) + number(1, 4)
  let header =
    start + number(0, 16) + number(64 + body.count, 8) + number(0, 4) + number(64, 2)
    + number(0, 4) + number(64, 2) + number(parts.count, 2) + number(1, 2)
  return [header + body + headers]
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
