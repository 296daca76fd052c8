import Glibc
import Built
import PatchbayCore
import PatchbayHost
import PatchbayJSON
import Testing

/// Files that arrived in part, or changed on their way. They are read, and never loaded.
@Suite struct DamagedFileTests {
  /// Repeatable: name the printed seed in PATCHBAY_TEST_SEED.
  private struct Dice: RandomNumberGenerator {
    private var state: UInt64

    init(_ name: String) {
      // Unsafe: the text is copied at once.
      let named = unsafe getenv("PATCHBAY_TEST_SEED").flatMap { unsafe UInt64(String(cString: $0)) }
      state = named ?? .random(in: .min ... .max)
      print("\(name): PATCHBAY_TEST_SEED=\(state)")
      // No stream means all of them. What is printed must be seen even if a test crashes.
      fflush(nil)
    }

    mutating func next() -> UInt64 {
      state &+= 0x9E37_79B9_7F4A_7C15
      var value = state
      value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
      value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
      return value ^ (value >> 31)
    }
  }

  /// Cuts a file ever shorter; each time it must be refused with a reason.
  private func expectRefusals(of file: String, cutTo sizes: [Int]) throws {
    let folder = try TestFolder()
    try folder.write(Built.bytes(file), to: "cut.so")
    for size in sizes.sorted(by: >) {
      try folder.cut("cut.so", to: size)
      do {
        _ = try PluginFile(reading: folder.file("cut.so"))
        Issue.record("\(file) was taken though only \(size) bytes of it are there")
      } catch {
        #expect(error.code == "plugin.refused" && !error.mend.isEmpty, "\(size) bytes: \(error)")
      }
    }
  }

  @Test(arguments: ["echomodel.so", "webhookverifier.so"])
  func aFileThatIsCutAtAPageIsRefused(file: String) throws {
    let size = try Built.bytes(file).count
    try expectRefusals(of: file, cutTo: Array(stride(from: 0, to: size, by: 4096)))
  }

  @Test func aSmallFileIsRefusedWhereverItIsCut() throws {
    try expectRefusals(
      of: "webhookverifier.so", cutTo: Array(0..<Built.bytes("webhookverifier.so").count))
  }

  @Test(arguments: ["echomodel.so", "tokenidentity.so"])
  func aLargeFileIsRefusedWhereverItIsCut(file: String) throws {
    var dice = Dice(file)
    let size = try Built.bytes(file).count
    let cuts = (0..<300).map { _ in Int.random(in: 0..<size, using: &dice) }
    try expectRefusals(of: file, cutTo: cuts + (1...64).map { size - $0 })
  }

  /// Property: whatever the bytes, reading answers with a plugin or a reason, and runs nothing.
  @Test(
    arguments: ["anywhere", "in the header", "in the section table", "in the dynamic segment"])
  func aFileWithFlippedBytesIsReadOrRefused(place: String) throws {
    var dice = Dice(place)
    let folder = try TestFolder()
    let plugin = try Contrary(in: folder)
    let good = try FileBytes.read(plugin.path)
    let table = (0..<8).reduce(0) { $0 | Int(good[40 + $1]) << (8 * $1) }
    let range =
      switch place {
      case "in the header": 0..<64
      case "in the section table": table..<good.count
      case "in the dynamic segment": try plugin.dynamicRange()
      default: 0..<good.count
      }
    var refused = 0
    for _ in 0..<1500 {
      var bytes = good
      for _ in 0..<Int.random(in: 1...6, using: &dice) {
        bytes[Int.random(in: range, using: &dice)] = .random(in: 0...255, using: &dice)
      }
      try folder.write(bytes, to: "flipped.so")
      do {
        _ = try PluginFile(reading: folder.file("flipped.so"))
      } catch {
        refused += 1
        #expect(!error.message.isEmpty)
      }
    }
    #expect(refused > 0)
    #expect(!plugin.hasRun)
  }

  /// Numbers at their limits, in each field of the headers, of what the loader is told and of every
  /// section.
  @Test func fieldsAtTheirLimitsAreReadOrRefused() throws {
    let folder = try TestFolder()
    let plugin = try Contrary(in: folder)
    let good = try FileBytes.read(plugin.path)
    let table = (0..<8).reduce(0) { $0 | Int(good[40 + $1]) << (8 * $1) }
    let places =
      try Array(stride(from: 16, to: 64, by: 2))
      + Array(stride(from: table, to: good.count - 8, by: 4))
      + Array(stride(from: 64, to: 64 + 56 * Int(good[56]), by: 4))
      + plugin.dynamicEntries().flatMap { [$0.place, $0.place + 8] }
    for place in places {
      for pattern: [UInt8] in [
        Array(repeating: 0xFF, count: 8), Array(repeating: 0xFF, count: 7) + [0x7F],
        Array(repeating: 0, count: 8), [0xFF, 0xFF, 0xFF, 0x7F],
      ] {
        var bytes = good
        for (index, byte) in pattern.enumerated() where place + index < bytes.count {
          bytes[place + index] = byte
        }
        try folder.write(bytes, to: "limits.so")
        _ = try? PluginFile(reading: folder.file("limits.so"))
      }
    }
    #expect(!plugin.hasRun)
  }
}
