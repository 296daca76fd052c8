internal import PatchbayCore

/// The little of an ELF file that decides whether it may be loaded. Reads bytes; maps and runs
/// nothing.
struct ELFFile {
  /// What is wrong with the file, in the words of a refusal.
  struct Flaw: Error, Equatable {
    let wanted: String
    let found: String
    let mend: String
  }

  let machine: UInt16
  let manifest: [UInt8]?
  let manifestCount: Int
  /// Symbols that the file offers to others.
  let exports: [String]
  /// Libraries that it needs.
  let needed: [String]
  /// The newest version of the C library that it needs something of, as in 2.36.
  let libc: LibcVersion?

  static let manifestSection = ".patchbay.manifest"
  private static let rebuild = "build the plugin again for this machine, and copy it whole"

  #if arch(x86_64)
    static let hostMachine: UInt16 = 62
  #elseif arch(arm64)
    static let hostMachine: UInt16 = 183
  #endif

  static func machineName(_ machine: UInt16) -> String {
    switch machine {
    case 3: "x86 (32 bits)"
    case 40: "arm (32 bits)"
    case 62: "x86_64"
    case 183: "aarch64"
    case 243: "riscv"
    default: "machine \(machine)"
    }
  }

  private struct Section {
    let name: UInt32
    let kind: UInt32
    let offset: Int
    let size: Int
    let link: Int
    let entrySize: Int
  }

  // Unsafe: reads within `bytes`, every offset checked by `Reader`.
  init(_ bytes: UnsafeRawBufferPointer) throws(Flaw) {
    let reader = unsafe Reader(bytes: bytes)
    guard bytes.count >= 64, reader.number(0, 4) == 0x464C_457F else {
      throw Flaw(
        wanted: "an ELF shared object",
        found: unsafe bytes.isEmpty ? "an empty file" : "another kind of file",
        mend: "give the .so file that the plugin's build made")
    }
    guard reader.number(4, 1) == 2, reader.number(5, 1) == 1 else {
      throw Flaw(
        wanted: "64 bits, little-endian", found: "another ELF class", mend: Self.rebuild)
    }
    guard reader.number(16, 2) == 3 else { throw Self.program }
    machine = UInt16(reader.number(18, 2) ?? 0)
    let sections = try Self.sections(reader)
    try Self.check(sections)
    let nameIndex = Int(reader.number(62, 2) ?? 0)
    guard sections.indices.contains(nameIndex) else { throw Self.truncated }
    let names = sections[nameIndex]
    var manifests: [Section] = []
    var exports: [String] = []
    var needed: [String] = []
    var versions: [LibcVersion] = []
    for section in sections {
      let name = reader.text(names.offset, names.size, Int(section.name))
      if name == Self.manifestSection { manifests.append(section) }
      if section.kind == 11 { exports += try Self.exports(reader, section, sections) }
      if section.kind == Self.versionsKind { versions = Self.versions(reader, section, sections) }
      if section.kind == 6 { needed += try Self.needed(reader, section, sections) }
      if exports.count > Self.countLimit || needed.count > Self.countLimit { break }
    }
    self.exports = exports
    self.needed = needed
    libc = versions.max()
    manifestCount = manifests.count
    manifest = manifests.first.flatMap { reader.slice($0.offset, $0.size) }
    if manifest == nil && !manifests.isEmpty { throw Self.truncated }
  }

  static let truncated = Flaw(
    wanted: "a whole file", found: "a truncated or damaged one", mend: rebuild)
  private static let program = Flaw(
    wanted: "a shared object", found: "an executable or object file",
    mend: "link the plugin with -shared")
  /// Symbols and libraries are counted so far: what has more is no plugin.
  private static let countLimit = 1000

  private static func sections(_ reader: Reader) throws(Flaw) -> [Section] {
    let count = Int(reader.number(60, 2) ?? 0)
    guard let table = reader.number(40, 8), reader.number(58, 2) == 64, count > 0 else {
      throw truncated
    }
    var sections: [Section] = []
    for index in 0..<count {
      let (at, overflow) = Int(clamping: table).addingReportingOverflow(index * 64)
      guard !overflow, let name = reader.number(at, 4),
        let kind = reader.number(at + 4, 4), let offset = reader.number(at + 24, 8),
        let size = reader.number(at + 32, 8), let link = reader.number(at + 40, 4),
        let entry = reader.number(at + 56, 8)
      else { throw truncated }
      let isInFile = kind != 8 && kind != 0
      if isInFile, !reader.holds(Int(clamping: offset), Int(clamping: size)) { throw truncated }
      sections.append(
        Section(
          name: UInt32(name), kind: UInt32(kind), offset: Int(clamping: offset),
          size: Int(clamping: size), link: Int(link), entrySize: Int(clamping: entry)))
    }
    return sections
  }

  /// SHT_GNU_verneed: versions of symbols, by the library that has them.
  private static let versionsKind: UInt32 = 0x6FFF_FFFE

  /// A library has one table of symbols, one of libraries and one of versions. Many that lie over
  /// each other would take hours to read.
  private static func check(_ sections: [Section]) throws(Flaw) {
    let kinds: [(UInt32, String)] = [
      (11, "symbols (.dynsym)"), (6, "libraries (.dynamic)"),
      (versionsKind, "versions (.gnu.version_r)"),
    ]
    for (kind, name) in kinds {
      let count = sections.count { $0.kind == kind }
      if count > 1 {
        throw Flaw(wanted: "one table of \(name)", found: "\(count)", mend: rebuild)
      }
    }
  }

  private static func exports(_ reader: Reader, _ table: Section, _ sections: [Section])
    throws(Flaw) -> [String]
  {
    guard sections.indices.contains(table.link) else { throw truncated }
    let names = sections[table.link]
    var exports: [String] = []
    for at in stride(from: table.offset, to: table.offset + table.size - 23, by: 24) {
      guard let name = reader.number(at, 4), let info = reader.number(at + 4, 1),
        let section = reader.number(at + 6, 2)
      else { throw truncated }
      let binding = info >> 4
      // Defined here (not SHN_UNDEF), and global, weak or unique.
      if section != 0 && (binding == 1 || binding == 2 || binding == 10) {
        exports.append(reader.text(names.offset, names.size, Int(name)) ?? "?")
        if exports.count > countLimit { break }
      }
    }
    return exports
  }

  private static func needed(_ reader: Reader, _ table: Section, _ sections: [Section])
    throws(Flaw) -> [String]
  {
    guard sections.indices.contains(table.link) else { throw truncated }
    let names = sections[table.link]
    var needed: [String] = []
    for at in stride(from: table.offset, to: table.offset + table.size - 15, by: 16) {
      guard let tag = reader.number(at, 8), let value = reader.number(at + 8, 8) else {
        throw truncated
      }
      if tag == 0 || needed.count > countLimit { break }
      // DF_1_PIE in DT_FLAGS_1: a program that may lie anywhere in memory.
      if tag == 0x6FFF_FFFB && value & 0x0800_0000 != 0 { throw program }
      if tag == 1 {
        needed.append(
          reader.text(names.offset, names.size, Int(clamping: value)) ?? "?")
      }
    }
    return needed
  }

  private static func versions(_ reader: Reader, _ table: Section, _ sections: [Section])
    -> [LibcVersion]
  {
    guard sections.indices.contains(table.link) else { return [] }
    let names = sections[table.link]
    var found: [LibcVersion] = []
    var left = countLimit
    var at = table.offset
    while left > 0 {
      left -= 1
      guard let count = reader.number(at + 2, 2), let first = reader.number(at + 8, 4),
        let next = reader.number(at + 12, 4)
      else { break }
      var entry = at + Int(first)
      for _ in 0..<min(Int(count), left) {
        left -= 1
        guard let name = reader.number(entry + 8, 4), let step = reader.number(entry + 12, 4) else {
          break
        }
        let text = reader.text(names.offset, names.size, Int(name)) ?? ""
        if let version = LibcVersion(symbol: text) { found.append(version) }
        entry += Int(step)
      }
      if next == 0 { break }
      at += Int(next)
    }
    return found
  }

  // Unsafe: borrows the bytes for as long as `init` runs.
  @safe private struct Reader {
    let bytes: UnsafeRawBufferPointer

    func holds(_ offset: Int, _ size: Int) -> Bool {
      unsafe offset >= 0 && size >= 0 && offset <= bytes.count && size <= bytes.count - offset
    }

    func number(_ offset: Int, _ size: Int) -> UInt64? {
      guard holds(offset, size) else { return nil }
      var value: UInt64 = 0
      for index in (0..<size).reversed() {
        value = unsafe value << 8 | UInt64(bytes[offset + index])
      }
      return value
    }

    func slice(_ offset: Int, _ size: Int) -> [UInt8]? {
      holds(offset, size) ? unsafe Array(bytes[offset..<(offset + size)]) : nil
    }

    /// The NUL-terminated text at an index of a string table.
    func text(_ table: Int, _ size: Int, _ index: Int) -> String? {
      guard holds(table, size), index >= 0, index < size else { return nil }
      let rest = unsafe bytes[(table + index)..<(table + size)]
      return unsafe String(
        decoding: rest.prefix(min(4096, rest.count)).prefix { $0 != 0 }, as: UTF8.self)
    }
  }
}
