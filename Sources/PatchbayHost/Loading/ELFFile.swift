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

  static let manifestSection: StaticString = ".patchbay.manifest"
  static let rebuild = "build the plugin again for this machine, and copy it whole"

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

  // Unsafe: reads within `bytes`, every offset checked by the reader.
  init(_ bytes: UnsafeRawBufferPointer) throws(Flaw) {
    let reader = unsafe ELFReader(bytes)
    guard reader.count >= 64, reader.number(0, 4) == 0x464C_457F else {
      throw Flaw(
        wanted: "an ELF shared object",
        found: reader.count == 0 ? "an empty file" : "another kind of file",
        mend: "give the .so file that the plugin's build made")
    }
    guard reader.number(4, 1) == 2, reader.number(5, 1) == 1 else {
      throw Flaw(
        wanted: "64 bits, little-endian", found: "another ELF class", mend: Self.rebuild)
    }
    guard reader.number(16, 2) == 3 else { throw Self.program }
    machine = UInt16(reader.number(18, 2) ?? 0)
    let manifests = try Self.manifests(reader)
    manifestCount = manifests.count
    manifest = manifests.first.flatMap { reader.slice($0.offset, $0.size) }
    let dynamic = try ELFDynamic(reader)
    (exports, needed, libc) = (dynamic.exports, dynamic.needed, dynamic.libc)
  }

  static let truncated = Flaw(
    wanted: "a whole file", found: "a truncated or damaged one", mend: rebuild)
  static let program = Flaw(
    wanted: "a shared object", found: "an executable or object file",
    mend: "link the plugin with -shared")

  /// The sections that hold a manifest. Nothing but this is asked of sections: the loader does not
  /// look at them.
  private static func manifests(_ reader: ELFReader) throws(Flaw) -> [(offset: Int, size: Int)] {
    let count = Int(reader.number(60, 2) ?? 0)
    guard let table = reader.number(40, 8), reader.number(58, 2) == 64, count > 0,
      reader.holds(Int(clamping: table), count * 64)
    else { throw truncated }
    func section(_ index: Int) throws(Flaw) -> (name: Int, offset: Int, size: Int) {
      let at = Int(clamping: table) + index * 64
      guard let name = reader.number(at, 4), let kind = reader.number(at + 4, 4),
        let offset = reader.number(at + 24, 8), let size = reader.number(at + 32, 8)
      else { throw truncated }
      // SHT_NULL and SHT_NOBITS have no bytes in the file.
      let isInFile = kind != 8 && kind != 0
      let place = (Int(clamping: offset), isInFile ? Int(clamping: size) : 0)
      if isInFile, !reader.holds(place.0, place.1) { throw truncated }
      return (Int(name), place.0, place.1)
    }
    let nameIndex = Int(reader.number(62, 2) ?? 0)
    guard nameIndex < count else { throw truncated }
    let names = try section(nameIndex)
    var found: [(offset: Int, size: Int)] = []
    for index in 0..<count {
      let (name, offset, size) = try section(index)
      if reader.isText(Self.manifestSection, names.offset, names.size, at: name) {
        found.append((offset, size))
      }
    }
    return found
  }
}
