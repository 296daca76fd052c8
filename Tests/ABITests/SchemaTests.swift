import PatchbayCore
import PatchbayHost
import PatchbayMessages
import PatchbayJSON
import PatchbayMessages
import Testing

@Suite("The published schemas")
struct SchemaTests {
  @Test("are those of the message heads", arguments: MessageKind.allCases)
  func match(kind: MessageKind) throws {
    try expect(
      "\(Files.schemas)/\(kind.name).schema.json", Heads.shape(of: kind).schema(title: kind.name))
  }

  @Test("have one of plugin.json among them")
  func manifest() throws {
    try expect(
      "Sources/Patchbay.docc/plugin.schema.json", Manifest.shape.schema(title: "plugin.json"))
  }

  private func expect(_ path: String, _ json: JSON) throws {
    let schema = json.prettyText + "\n"
    if Files.environment("PATCHBAY_WRITE_SCHEMAS") == "1" { try Files.write(schema, to: path) }
    let stored = try? Files.text(path)
    #expect(
      stored == schema,
      "\(path) is out of date: run PATCHBAY_WRITE_SCHEMAS=1 swift test --filter SchemaTests")
  }

  @Test("are linked from the page that explains the messages", arguments: MessageKind.allCases)
  func linked(kind: MessageKind) throws {
    let page = try Files.text("Sources/Patchbay.docc/Messages.md")
    #expect(page.contains("(Messages/\(kind.name).schema.json)"))
  }
}
