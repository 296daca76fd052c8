import PatchbayCore
import PatchbayHost
import PatchbayJSON
import Testing

@testable import PatchbayMarketplace

@Suite("What a plugin may reach") struct ReachTests {
  static let json: JSON = [
    "hosts": ["api.example.com", "*.files.example.com"],
    "base_url": "https://api.example.com", "auth": [["scheme": "bearer", "secret": "token"]],
    "secrets": ["token"],
    "operations": ["read"], "memory_mb": 512, "step_ms": 10_000,
  ]

  static func reach(_ name: String, _ value: JSON) -> Reach {
    var members = json.object ?? JSONObject()
    members[name] = value
    return Reach(.object(members))
  }

  @Test func `it is read as it is written`() {
    #expect(Reach.shape.problems(in: Self.json).isEmpty)
    #expect(Reach(Self.json).json == Self.json)
    #expect(Reach(Self.json).beyond(Reach(Self.json)) == [])
  }

  @Test(
    arguments: [
      ("hosts", ["api.example.com", "other.example.com"], "may reach other.example.com"),
      ("hosts", ["*.example.com"], "may reach *.example.com"),
      ("hosts", ["files.example.com"], "may reach files.example.com"),
      ("hosts", ["evilfiles.example.com"], "may reach evilfiles.example.com"),
      (
        "base_url", "https://elsewhere.example",
        "sends requests and credentials to https://elsewhere.example unless a connection says "
          + "otherwise"
      ),
      (
        "auth", [["scheme": "api_key", "in": "query", "name": "k", "secret": "token"]],
        #"signs in in another way: {"scheme":"api_key","in":"query","name":"k","secret":"token"}"#
      ),
      ("secrets", ["token", "password"], "asks for the secret “password”"),
      ("operations", ["read", "write"], "can be asked to write"),
      ("memory_mb", 513, "may take 513 MiB of memory, not 512"),
      ("step_ms", 10_001, "may compute 10001 ms a step, not 10000"),
    ] as [(String, JSON, String)])
  func `what is wider is named`(name: String, value: JSON, text: String) {
    #expect(Self.reach(name, value).beyond(Reach(Self.json)) == [text])
  }

  @Test(
    arguments: [
      ("hosts", []), ("hosts", ["a.files.example.com", "*.b.files.example.com"]), ("secrets", []),
      ("hosts", ["*.files.example.com", "api.example.com"]), ("memory_mb", 16), ("step_ms", 100),
    ] as [(String, JSON)])
  func `what is narrower is nothing to tell of`(name: String, value: JSON) {
    #expect(Self.reach(name, value).beyond(Reach(Self.json)) == [])
  }

  @Test func `it is that of the manifest, and what the listing asks for beyond`() throws {
    let draft = PluginDraft { $0.secrets = ["token"] }
    let manifest = try Manifest(draft.manifest, from: "acme/books")
    let reach = Reach(manifest, permissions: ["memory_mb": 64, "step_ms": 500])
    #expect(reach.hosts == ["api.example.com"] && reach.secrets == ["token"])
    #expect(reach.baseURL == manifest.baseURL && reach.operations == ["read"])
    #expect(reach.memoryMB == 64 && reach.stepMS == 500)
    #expect(Reach(manifest, permissions: nil).memoryMB == 512)
  }
}
