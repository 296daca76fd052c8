import Built
import PatchbayCore
import PatchbayHost
import PatchbayJSON
import Testing

/// What the loader would load is what is judged, whatever the sections of a file say: those are for
/// linkers and people.
@Suite("What the loader is told") struct DynamicSegmentTests {
  private let folder: TestFolder

  init() throws { folder = try TestFolder() }

  private func refusal(
    of variant: String = "contrary.bare", _ change: (Contrary) throws -> Void
  ) throws -> Failure? {
    let plugin = try Contrary(in: folder, variant: variant)
    try change(plugin)
    defer { #expect(!plugin.hasRun) }
    do {
      _ = try plugin.read()
      return nil
    } catch let failure as Failure {
      #expect(failure.code == "plugin.refused" && !failure.mend.isEmpty)
      return failure
    }
  }

  /// The headers of sections of a kind.
  private func sections(_ bytes: [UInt8], _ kind: UInt64) -> [Int] {
    let table = Int(bytes.number(at: 40))
    return (0..<Int(bytes[60])).map { table + 64 * $0 }
      .filter { bytes.number(at: $0 + 4) & 0xFFFF_FFFF == kind }
  }

  @Test func `libraries are found though no section tells of them`() throws {
    let refusal = try refusal(of: "contrary.sqlite") { plugin in
      try plugin.edit { bytes in
        for place in sections(bytes, 6) { bytes.put(1, at: place + 4, size: 4) }
      }
    }
    #expect(refusal?.params["found"] == "one that needs libsqlite3.so.0")
  }

  @Test func `symbols are found though their section is short`() throws {
    let refusal = try refusal(of: "contrary.talkative") { plugin in
      try plugin.edit { bytes in
        for place in sections(bytes, 11) { bytes.put(24, at: place + 32) }
      }
    }
    #expect(refusal?.params["found"]?.string?.contains("contrary_second_export") == true)
  }

  @Test func `sections that the loader does not see keep nothing away`() throws {
    let refusal = try refusal { plugin in
      try plugin.edit { bytes in
        for kind: UInt64 in [6, 11] {
          for place in sections(bytes, kind) { bytes.put(1, at: place + 4, size: 4) }
        }
      }
    }
    #expect(refusal == nil)
  }

  /// Makes an entry that nothing needs one of another kind, with the name of a library as its text.
  private func retag(_ tag: UInt64) -> (Contrary) throws -> Void {
    { plugin in
      let entries = try plugin.dynamicEntries()
      let spare = try #require(entries.first { [0x6FFF_FFF9, 0x15, 3].contains($0.tag) })
      let library = try #require(entries.first { $0.tag == 1 })
      try plugin.edit {
        $0.put(tag, at: spare.place)
        $0.put(library.value, at: spare.place + 8)
      }
    }
  }

  @Test(
    arguments: [
      (15, "RPATH"), (29, "RUNPATH"), (0x6FFF_FEFC, "AUDIT"), (0x6FFF_FEFB, "DEPAUDIT"),
      (0x7FFF_FFFF, "FILTER"), (0x7FFF_FFFD, "AUXILIARY"), (0x6FFF_FEFA, "CONFIG"),
    ] as [(UInt64, String)])
  func `nothing else is loaded, and from nowhere else`(tag: UInt64, name: String) throws {
    let refusal = try refusal(retag(tag))
    #expect(refusal?.params["wanted"] == "the system's own libraries")
    #expect(refusal?.params["found"]?.string?.hasPrefix("\(name) “") == true, "\(refusal as Any)")
  }

  @Test func `a library is named by no path`() throws {
    let refusal = try refusal { try $0.edit { try $0.overwrite("libc.so.6", with: "/tmp/x.so") } }
    #expect(refusal?.params["found"] == "the path of one, “/tmp/x.so”")
  }

  @Test(arguments: [4, 5, 6, 10, 0x6FFF_FEF5, 0x6FFF_FFFE] as [UInt64])
  func `what stands once stands once`(tag: UInt64) throws {
    let refusal = try refusal { plugin in
      let count = try plugin.dynamicEntries().count { $0.tag == tag }
      for _ in count..<2 where count > 0 { try retag(tag)(plugin) }
    }
    if let refusal {
      #expect(refusal.params["wanted"] == "one word for the loader of each kind")
    }
  }

  @Test(arguments: [0x6474_E551, 2] as [UInt64])
  func `there is one dynamic segment`(kind: UInt64) throws {
    let refusal = try refusal { plugin in
      let headers = try plugin.programHeaders()
      let wanted: UInt64 = kind == 2 ? 0x6474_E551 : 2
      let header = try #require(headers.first { $0.kind == wanted })
      try plugin.edit { $0.put(kind, at: header.place, size: 4) }
    }
    #expect(refusal?.params["wanted"] == "one dynamic segment")
    #expect(refusal?.params["found"] == (kind == 2 ? "2" : "none"))
  }

  @Test func `segments lie apart`() throws {
    let refusal = try refusal { plugin in
      let loads = try plugin.programHeaders().filter { $0.kind == 1 }
      try plugin.edit { bytes in
        let page = bytes.number(at: loads[1].place + 8) % 4096
        bytes.put(
          bytes.number(at: loads[0].place + 16) / 4096 * 4096 + page, at: loads[1].place + 16)
      }
    }
    #expect(refusal?.params["wanted"] == "segments that lie apart")
  }

  @Test func `the dynamic segment has an end`() throws {
    let refusal = try refusal { plugin in
      let range = try plugin.dynamicRange()
      let loads = try plugin.programHeaders().filter { $0.kind == 1 }
      try plugin.edit { bytes in
        for load in loads {
          let start = Int(bytes.number(at: load.place + 8))
          guard start <= range.lowerBound else { continue }
          let stored = bytes.number(at: load.place + 32)
          bytes.put(min(stored, UInt64(range.upperBound - 16 - start)), at: load.place + 32)
        }
      }
    }
    #expect(refusal != nil)
  }
}
