import Testing

@Suite("The pages about the contract")
struct DocumentTests {
  static let folder = "Sources/Patchbay.docc"
  static let pages = [
    "Messages", "Architecture", "Developing", "ThreatModel", "Marketplace", "Publishing", "Ledger",
    "Sources", "Views",
  ]

  @Test("link only to what is there", arguments: pages)
  func links(page: String) throws {
    let text = try Files.text("\(Self.folder)/\(page).md")
    for piece in text.split(separator: "](").dropFirst() {
      let target = piece.prefix { $0 != ")" }
      #expect(throws: Never.self) { _ = try Files.bytes("\(Self.folder)/\(target)") }
    }
    for piece in text.split(separator: "<doc:").dropFirst() {
      #expect(Self.pages.contains(String(piece.prefix { $0 != ">" })))
    }
  }

  @Test("name every transcript")
  func everyTranscript() throws {
    let text = try Files.text("\(Self.folder)/Messages.md")
    for name in Transcript.names {
      #expect(text.contains("(Transcripts/\(name).ndjson)"), "\(name)")
    }
  }
}
