import Foundation
import Testing

@Suite("Documents") struct DocumentTests {
  @Test func theContractFitsOnAFewPages() {
    let headers = Tree.files.filter {
      $0.isUnder("Sources/CPatchbay") && $0.path.hasSuffix(".h") && !$0.path.hasSuffix("shim.h")
    }
    #expect(!headers.isEmpty)
    #expect(headers.map { $0.lines.count - 1 }.reduce(0, +) <= 300)
  }

  @Test func theReadmeShowsThePluginThatIsBuilt() {
    let plugin = Tree.file("Tests/Plugins/Bookshop/Sources/Bookshop.swift")
    #expect(plugin.lines.count <= 16)
    let isShown = Tree.file("README.md").text.contains("```swift\n\(plugin.text)```")
    #expect(isShown)
  }

  @Test func everyLinkToAFileLeadsSomewhere() throws {
    let link = try Regex(#"\]\(([^)#:]+)(#[^)]*)?\)"#)
    for file in Tree.files where file.path.hasSuffix(".md") {
      let folder = file.path.split(separator: "/").dropLast().joined(separator: "/")
      for match in file.text.matches(of: link) {
        let target = String(match.output[1].substring ?? "")
        let place = folder.isEmpty ? target : "\(folder)/\(target)"
        #expect(Tree.exists(place), "\(file) links to \(target)")
      }
    }
  }

  @Test func decisionsAreNumbered() throws {
    let path = Tree.root.appending(path: "Sources/Patchbay.docc/Decisions").path
    let names = try FileManager.default.contentsOfDirectory(atPath: path).sorted()
    #expect(!names.isEmpty)
    for (index, name) in names.enumerated() {
      let number = String(index + 1)
      let wanted = String(repeating: "0", count: 4 - number.count) + number + "-"
      #expect(name.hasPrefix(wanted) && name.hasSuffix(".md"), "\(name)")
    }
  }
}
