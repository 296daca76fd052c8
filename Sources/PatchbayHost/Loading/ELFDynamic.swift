/// What the loader is told by a file's dynamic segment, read as the loader does.
struct ELFDynamic {
  /// Symbols that it offers to others.
  let exports: [String]
  /// Libraries that it needs.
  let needed: [String]
  /// The newest version of the C library that it needs something of.
  let libc: LibcVersion?

  /// DT_…, as far as they say where things are, or what else is loaded.
  fileprivate enum Tag {
    static let needed: UInt64 = 1
    static let hash: UInt64 = 4
    static let texts: UInt64 = 5
    static let symbols: UInt64 = 6
    static let textsSize: UInt64 = 10
    static let symbolSize: UInt64 = 11
    static let gnuHash: UInt64 = 0x6FFF_FEF5
    static let flags1: UInt64 = 0x6FFF_FFFB
    static let versions: UInt64 = 0x6FFF_FFFE
    static let versionCount: UInt64 = 0x6FFF_FFFF
    /// Each stands once at most: of two the loader would take one, and a reader the other.
    static let single: Set<UInt64> = [
      hash, texts, symbols, textsSize, symbolSize, gnuHash, flags1, versions, versionCount,
    ]
    /// Where the loader looks for libraries first.
    static let paths: [UInt64: String] = [15: "RPATH", 29: "RUNPATH"]
    /// What else the loader would load, or ask.
    static let others: [UInt64: String] = [
      0x6FFF_FEFA: "CONFIG", 0x6FFF_FEFB: "DEPAUDIT", 0x6FFF_FEFC: "AUDIT",
      0x7FFF_FFFD: "AUXILIARY", 0x7FFF_FFFF: "FILTER",
    ]
  }

  /// Entries, and names of a kind: what has more is no plugin.
  fileprivate static let countLimit = 1000
  fileprivate static let symbolLimit = 100_000
  /// DF_1_PIE: a program that may lie anywhere in memory.
  private static let isProgram: UInt64 = 0x0800_0000

  init(_ reader: ELFReader) throws(ELFFile.Flaw) {
    let segments = try ELFSegments(reader)
    let entries = try Self.entries(reader, segments.dynamic)
    var values: [UInt64: UInt64] = [:]
    for (tag, value) in entries where Tag.single.contains(tag) {
      guard values.updateValue(value, forKey: tag) == nil else {
        throw ELFFile.Flaw(
          wanted: "one word for the loader of each kind",
          found: "two of kind \(String(tag, radix: 16))", mend: ELFFile.rebuild)
      }
    }
    if values[Tag.flags1, default: 0] & Self.isProgram != 0 { throw ELFFile.program }
    let size = Int(clamping: values[Tag.textsSize] ?? 0)
    guard let table = values[Tag.texts].flatMap(segments.stretch(at:)), table.room >= size else {
      throw ELFFile.truncated
    }
    let texts = ELFSegments.Stretch(offset: table.offset, room: size)
    needed = try Self.libraries(entries, reader, texts)
    let tables = Tables(reader: reader, segments: segments, values: values, texts: texts)
    exports = try tables.exportedNames()
    libc = try tables.versions().max()
  }

  private static func entries(_ reader: ELFReader, _ place: ELFSegments.Stretch)
    throws(ELFFile.Flaw) -> [(tag: UInt64, value: UInt64)]
  {
    var entries: [(tag: UInt64, value: UInt64)] = []
    for index in 0..<min(countLimit, place.room / 16) {
      let at = place.offset + index * 16
      guard let tag = reader.number(at, 8), let value = reader.number(at + 8, 8) else { break }
      if tag == 0 { return entries }
      entries.append((tag, value))
    }
    throw ELFFile.Flaw(
      wanted: "a dynamic segment with an end", found: "one without", mend: ELFFile.rebuild)
  }

  /// The libraries that it needs, which must be the system's: found by name where the loader looks.
  private static func libraries(
    _ entries: [(tag: UInt64, value: UInt64)], _ reader: ELFReader, _ texts: ELFSegments.Stretch
  ) throws(ELFFile.Flaw) -> [String] {
    var needed: [String] = []
    for (tag, value) in entries {
      let other = Tag.others[tag] ?? Tag.paths[tag]
      if tag != Tag.needed && other == nil { continue }
      let index = Int(clamping: value)
      guard let text = reader.text(texts.offset, texts.room, at: index) else {
        throw ELFFile.truncated
      }
      // SwiftPM writes $ORIGIN, where a sealed file has no neighbours.
      if Tag.paths[tag] != nil && text == "$ORIGIN" { continue }
      if let other {
        throw ELFFile.Flaw(
          wanted: "the system's own libraries", found: "\(other) “\(text)”",
          mend: "link the plugin without -rpath, and without filters and auditors")
      }
      if text.contains("/") {
        throw ELFFile.Flaw(
          wanted: "the system's own libraries", found: "the path of one, “\(text)”",
          mend: "link libraries by their names")
      }
      needed.append(text)
    }
    return needed
  }

  /// The tables that its entries lead to.
  fileprivate struct Tables {
    let reader: ELFReader
    let segments: ELFSegments
    let values: [UInt64: UInt64]
    let texts: ELFSegments.Stretch
  }
}

extension ELFDynamic.Tables {
  /// The names by which others find something in it.
  func exportedNames() throws(ELFFile.Flaw) -> [String] {
    guard let range = try reachable() else { return [] }
    guard let table = values[ELFDynamic.Tag.symbols].flatMap(segments.stretch(at:)),
      values[ELFDynamic.Tag.symbolSize] ?? 24 == 24, range.upperBound <= table.room / 24
    else { throw ELFFile.truncated }
    var exports: [String] = []
    for index in range {
      let at = table.offset + index * 24
      guard let name = reader.number(at, 4), let info = reader.number(at + 4, 1),
        let section = reader.number(at + 6, 2)
      else { throw ELFFile.truncated }
      let binding = info >> 4
      // Defined here (not SHN_UNDEF), and global, weak or unique.
      guard section != 0 && (binding == 1 || binding == 2 || binding == 10) else { continue }
      guard let text = reader.text(texts.offset, texts.room, at: Int(name)) else {
        throw ELFFile.truncated
      }
      exports.append(text)
      if exports.count > ELFDynamic.countLimit { break }
    }
    return exports
  }

  /// The symbols that a search can come to: the loader prefers the table in GNU's form.
  private func reachable() throws(ELFFile.Flaw) -> Range<Int>? {
    if let address = values[ELFDynamic.Tag.gnuHash] { return try reachable(gnu: address) }
    guard let address = values[ELFDynamic.Tag.hash] else { return nil }
    guard let table = segments.stretch(at: address), table.room >= 8,
      let count = reader.number(table.offset + 4, 4)
    else { throw ELFFile.truncated }
    return 0..<(try Self.bounded(count))
  }

  private func reachable(gnu address: UInt64) throws(ELFFile.Flaw) -> Range<Int>? {
    guard let table = segments.stretch(at: address), table.room >= 16,
      let buckets = reader.number(table.offset, 4), let first = reader.number(table.offset + 4, 4),
      let bloom = reader.number(table.offset + 8, 4)
    else { throw ELFFile.truncated }
    let start = try Self.bounded(first)
    let bucketsAt = 16 + 8 * Int(bloom)
    let chainsAt = bucketsAt + 4 * (try Self.bounded(buckets))
    guard chainsAt <= table.room else { throw ELFFile.truncated }
    var last = 0
    for at in stride(from: bucketsAt, to: chainsAt, by: 4) {
      last = max(last, Int(reader.number(table.offset + at, 4) ?? 0))
    }
    if last < start { return nil }
    // The chain that begins last ends last: its last link has its lowest bit set.
    while true {
      let at = chainsAt + 4 * (try Self.bounded(UInt64(last)) - start)
      guard at <= table.room - 4, let link = reader.number(table.offset + at, 4) else {
        throw ELFFile.truncated
      }
      last += 1
      if link & 1 != 0 { return start..<last }
    }
  }

  private static func bounded(_ count: UInt64) throws(ELFFile.Flaw) -> Int {
    if count <= ELFDynamic.symbolLimit { return Int(count) }
    throw ELFFile.Flaw(
      wanted: "at most \(ELFDynamic.symbolLimit) symbols", found: "\(count)",
      mend: "link with a version script that exports patchbay_plugin_entry alone")
  }

  // MARK: Versions

  /// Versions of the C library that it needs.
  func versions() throws(ELFFile.Flaw) -> [LibcVersion] {
    guard let address = values[ELFDynamic.Tag.versions] else { return [] }
    guard let table = segments.stretch(at: address) else { throw ELFFile.truncated }
    let end = table.offset + table.room
    func number(_ at: Int, _ size: Int) throws(ELFFile.Flaw) -> Int {
      guard at >= table.offset, at <= end - size, let value = reader.number(at, size) else {
        throw ELFFile.truncated
      }
      return Int(value)
    }
    var found: [LibcVersion] = []
    var left = ELFDynamic.countLimit
    var at = table.offset
    while true {
      var entry = at + (try number(at + 8, 4))
      for _ in 0..<(try number(at + 2, 2)) {
        left -= 1
        guard left > 0,
          let name = reader.text(texts.offset, texts.room, at: try number(entry + 8, 4))
        else { throw ELFFile.truncated }
        if let version = LibcVersion(symbol: name) { found.append(version) }
        let step = try number(entry + 12, 4)
        if step == 0 { break }
        entry += step
      }
      let next = try number(at + 12, 4)
      left -= 1
      if next == 0 { return found }
      if left <= 0 { throw ELFFile.truncated }
      at += next
    }
  }
}
