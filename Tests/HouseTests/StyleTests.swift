import Foundation
import Testing

@Suite("House style") struct StyleTests {
  @Test func filesAreShort() {
    let counts = Tree.code.map { ($0.lines.count, $0.path) }
    for (count, path) in counts { #expect(count <= 501, "\(path) has \(count) lines") }
    let sorted = counts.map(\.0).sorted()
    #expect(sorted[sorted.count / 2] <= 150)
  }

  /// A function ends at the first brace that is indented as its beginning.
  @Test func functionsAreShort() {
    for file in Tree.swift {
      let lines = file.lines
      for (index, line) in lines.enumerated()
      where Self.beginsFunction(line) && Self.hasBody(lines[index...]) {
        let indent = String(line.prefix { $0 == " " })
        let end = lines[index...].firstIndex { $0 == indent + "}" } ?? index
        #expect(end - index < 70, "\(file):\(index + 1) has \(end - index + 1) lines")
      }
    }
  }

  /// What a protocol asks for has none: the next thing begins before any brace opens.
  private static func hasBody(_ lines: ArraySlice<Substring>) -> Bool {
    for (offset, line) in lines.prefix(8).enumerated() {
      if line.hasSuffix("{") { return true }
      let first = line.split(separator: " ").first ?? ""
      if offset > 0 && ["func", "///", "//", "}", ""].contains(first) { return false }
    }
    return false
  }

  private static func beginsFunction(_ line: Substring) -> Bool {
    let words = line.split(separator: " ").prefix(6)
    guard !line.hasSuffix("}"), let first = words.first, !first.hasPrefix("//") else {
      return false
    }
    return words.contains("func") || first.hasPrefix("init(")
      || words.contains { $0.hasPrefix("init(") }
  }

  @Test func linesFitTheirWidth() {
    for file in Tree.code {
      let width = file.path.hasSuffix(".swift") ? 100 : 120
      for (index, line) in file.lines.enumerated() {
        #expect(line.count <= width, "\(file):\(index + 1) has \(line.count) columns")
      }
    }
  }

  @Test func namesSayWhatThingsAre() {
    for file in Tree.code {
      for word in ["Utils", "Manager", "Common", "Helper", "Misc"] {
        #expect(!file.name.contains(word), "\(file)")
        for kind in ["struct", "class", "enum", "actor", "protocol"] {
          let pattern = "\(kind) [A-Za-z]*\(word)"
          let found = file.text.range(of: pattern, options: .regularExpression)
          #expect(found == nil, "\(file) declares a \(word)")
        }
      }
    }
  }

  /// Where the compiler is asked to trust us, a comment says why it may.
  @Test func everyTrustIsExplained() {
    for file in Tree.swift where file.name != "StyleTests.swift" {
      let isUnsafe = file.text.range(of: "\\bunsafe ", options: .regularExpression) != nil
      if isUnsafe && !file.isUnder("Tests") {
        let isExplained = file.text.contains("Unsafe:")
        #expect(isExplained, "\(file) says “unsafe”, and not why it may")
      }
      if file.text.contains("@unchecked Sendable") {
        let isExplained = file.text.contains("@unchecked:")
        #expect(isExplained, "\(file) does not explain its @unchecked")
      }
    }
  }

  @Test func nothingIsLeftForLater() {
    for file in Tree.files where file.name != "StyleTests.swift" {
      let words = ["TODO", "FIXME", "HACK", "/work/", "/Users/"]
      #expect(words.filter { file.text.contains($0) } == [], "\(file)")
    }
  }

  @Test func sourcesDoWithoutFoundation() {
    for file in Tree.swift where !file.isUnder("Tests") && !file.path.contains("/Tests/") {
      #expect(!file.text.contains("import Foundation"), "\(file)")
    }
  }

  @Test func testsDoNotWaitForTimeToPass() {
    let words = ["sleep(", "usleep(", "Task.sleep"]
    for file in Tree.swift where file.name != "StyleTests.swift" && file.path.contains("Tests/") {
      #expect(words.filter { file.text.contains($0) } == [], "\(file)")
    }
  }
}
