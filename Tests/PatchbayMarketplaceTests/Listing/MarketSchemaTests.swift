import Built
import Glibc
import PatchbayCore
import PatchbayHost
import PatchbayJSON
import Testing

@testable import PatchbayMarketplace

@Suite("The schemas of the marketplace") struct MarketSchemaTests {
  @Test(arguments: [
    ("listing", Listing.shape), ("release", Release.shape), ("policy", Policy.shape),
    ("publisher", Policy.publisherShape),
  ])
  func `are those of its files`(name: String, shape: Shape) throws {
    let path = "\(Built.root)/marketplace/schema/\(name).schema.json"
    let schema = Array((shape.schema(title: "\(name).json").prettyText + "\n").utf8)
    // Unsafe: the text is compared at once.
    if unsafe getenv("PATCHBAY_WRITE_SCHEMAS").map({ unsafe String(cString: $0) }) == "1" {
      try FileBytes.makeFolder("\(Built.root)/marketplace/schema", mode: 0o755)
      try FileBytes.replace(path, with: schema, mode: 0o644)
    }
    let stored = try? FileBytes.read(path)
    #expect(
      stored == schema,
      "\(path) is out of date: run PATCHBAY_WRITE_SCHEMAS=1 swift test --filter MarketSchemaTests")
  }

  /// Each file with `$schema` names a schema that is there, and fits it.
  @Test func `fit every file of the marketplace`() throws {
    let root = "\(Built.root)/marketplace"
    var fitted: [String] = []
    for path in FileBytes.tree(of: root) where path.hasSuffix(".json") && !path.hasPrefix("schema/")
    {
      let bytes = try FileBytes.read("\(root)/\(path)")
      let json = try JSON(reading: bytes)
      let named = try #require(json["$schema"]?.string, "\(path)")
      let folder = path.split(separator: "/").dropLast().joined(separator: "/")
      let schema = try #require(FileBytes.absolute("\(root)/\(folder)/\(named)"), "\(path)")
      switch schema.split(separator: "/").last {
      case "listing.schema.json":
        let listing = try Listing(reading: bytes, from: path)
        #expect(path == "plugins/\(listing.name)/listing.json")
      case "policy.schema.json": _ = try Policy(json)
      case "publisher.schema.json": #expect(Policy.publisherShape.problems(in: json).isEmpty)
      default: Issue.record("\(path) names \(named)")
      }
      fitted.append(path)
    }
    #expect(fitted.contains("policy.json") && fitted.contains("publishers/patchbay.json"))
    #expect(fitted.count { $0.hasPrefix("plugins/") } > 1)
  }
}
