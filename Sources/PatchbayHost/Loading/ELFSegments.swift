/// How the loader lays a file in memory: its program headers, and nothing that sections say.
struct ELFSegments {
  private struct Segment {
    let address: UInt64
    /// Bytes of it that the file has.
    let stored: UInt64
    /// Bytes of it in memory.
    let size: UInt64
    let offset: Int
    var end: UInt64 { address + size }
  }

  /// A stretch of the file that is in memory as it is in the file.
  struct Stretch {
    let offset: Int
    /// Bytes up to the end of its segment.
    let room: Int
  }

  /// PT_LOAD, by growing addresses.
  private let loads: [Segment]
  /// Where the table for the loader begins.
  let dynamic: Stretch

  private static let countLimit = 200
  private static let pageSize: UInt64 = 4096
  private static let addressLimit: UInt64 = 1 << 47

  init(_ reader: ELFReader) throws(ELFFile.Flaw) {
    guard let table = reader.number(32, 8), let size = reader.number(54, 2),
      let count = reader.number(56, 2), size == 56, count > 0
    else { throw ELFFile.truncated }
    guard count <= Self.countLimit else {
      throw ELFFile.Flaw(
        wanted: "at most \(Self.countLimit) program headers", found: "\(count)",
        mend: ELFFile.rebuild)
    }
    var loads: [Segment] = []
    var tables: [UInt64] = []
    for index in 0..<Int(count) {
      let (at, overflow) = Int(clamping: table).addingReportingOverflow(index * 56)
      guard !overflow, let kind = reader.number(at, 4), let offset = reader.number(at + 8, 8),
        let address = reader.number(at + 16, 8), let stored = reader.number(at + 32, 8),
        let size = reader.number(at + 40, 8)
      else { throw ELFFile.truncated }
      if kind == 2 { tables.append(address) }
      if kind != 1 { continue }
      guard reader.holds(Int(clamping: offset), Int(clamping: stored)), stored <= size,
        address <= Self.addressLimit, size <= Self.addressLimit
      else { throw ELFFile.truncated }
      // The loader maps whole pages: of two that share one, the later would be there.
      let end = loads.last.map { ($0.end + Self.pageSize - 1) / Self.pageSize * Self.pageSize } ?? 0
      guard address / Self.pageSize * Self.pageSize >= end,
        address % Self.pageSize == offset % Self.pageSize
      else {
        throw ELFFile.Flaw(
          wanted: "segments that lie apart", found: "some that lie over each other",
          mend: ELFFile.rebuild)
      }
      loads.append(
        Segment(address: address, stored: stored, size: size, offset: Int(clamping: offset)))
    }
    guard tables.count == 1 else {
      throw ELFFile.Flaw(
        wanted: "one dynamic segment", found: tables.isEmpty ? "none" : "\(tables.count)",
        mend: "link the plugin with -shared")
    }
    self.loads = loads
    guard let dynamic = Self.stretch(tables[0], loads) else { throw ELFFile.truncated }
    self.dynamic = dynamic
  }

  /// Where the bytes at an address come from; `nil` where they come from no file.
  func stretch(at address: UInt64) -> Stretch? { Self.stretch(address, loads) }

  private static func stretch(_ address: UInt64, _ loads: [Segment]) -> Stretch? {
    for load in loads where address >= load.address && address - load.address < load.stored {
      let skipped = address - load.address
      return Stretch(offset: load.offset + Int(skipped), room: Int(load.stored - skipped))
    }
    return nil
  }
}
