import CPatchbay
import PatchbayHost
import PatchbayMessages
import Testing

@Suite("The C header")
struct HeaderTests {
  static let header = "Sources/CPatchbay/include/patchbay/patchbay.h"
  static let extensions = "Sources/CPatchbay/include/patchbay/extensions.h"

  /// The kinds that the header defines, between the first heading about kinds and the messages.
  private func defined() throws -> [String: UInt32] {
    var kinds: [String: UInt32] = [:]
    var isInside = false
    for line in try Files.lines(Self.header) {
      if line.hasPrefix("// ---- ") { isInside = line.hasPrefix("// ---- Message kinds") }
      let words = line.split(separator: " ")
      guard isInside, words.count >= 3, words[0] == "#define" else { continue }
      #expect(words[2].last == "u", "\(line)")
      let name = words[1].dropFirst("PATCHBAY_".count).lowercased()
      let number = UInt32(words[2].dropLast())
      #expect(number != nil, "\(line)")
      kinds[name] = number
    }
    return kinds
  }

  @Test("defines the message kinds that the host knows, with the same numbers")
  func sameNumbers() throws {
    var known: [String: UInt32] = [:]
    for kind in MessageKind.allCases {
      known[String(kind.name.map { $0 == "." ? "_" : $0 })] = kind.rawValue
    }
    #expect(try defined() == known)
  }

  @Test("is short enough to be read in one sitting")
  func short() throws {
    var count = 0
    for path in [Self.header, Self.extensions] {
      count += try Files.bytes(path).filter { $0 == UInt8(ascii: "\n") }.count
    }
    #expect(count <= 300)
  }

  @Test("keeps what a plugin sends apart from what it gets")
  func directions() {
    for kind in MessageKind.allCases {
      #expect(kind.isFromPlugin == (kind.rawValue >= 64), "\(kind.name)")
    }
    #expect(MessageKind.allCases.count == 26)
    #expect(PATCHBAY_ABI_VERSION == 0x0001_0000)
  }
}
