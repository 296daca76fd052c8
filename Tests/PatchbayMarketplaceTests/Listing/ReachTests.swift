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

  static let known = Reach(json, manifest: nil)

  static func reach(_ name: String, _ value: JSON) -> Reach {
    var members = json.object ?? JSONObject()
    members[name] = value
    return Reach(.object(members), manifest: nil)
  }

  @Test func `it is read as it is written`() {
    #expect(Reach.shape.problems(in: Self.json).isEmpty)
    #expect(Self.known.json == Self.json)
    #expect(Self.known.beyond(Self.known) == [])
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
        "may sign in another way: api_key (in query, name k, secret token)"
      ),
      ("secrets", ["token", "password"], "asks for the secret “password”"),
      ("operations", ["read", "write"], "can be asked to write"),
      ("memory_mb", 513, "may take 513 MiB of memory, not 512"),
      ("step_ms", 10_001, "may compute 10001 ms a step, not 10000"),
    ] as [(String, JSON, String)])
  func `what is wider is named`(name: String, value: JSON, text: String) {
    #expect(Self.reach(name, value).beyond(Self.known) == [text])
  }

  @Test(
    arguments: [
      ("hosts", []), ("hosts", ["a.files.example.com", "*.b.files.example.com"]), ("secrets", []),
      ("hosts", ["*.files.example.com", "api.example.com"]), ("memory_mb", 16), ("step_ms", 100),
    ] as [(String, JSON)])
  func `what is narrower is nothing to tell of`(name: String, value: JSON) {
    #expect(Self.reach(name, value).beyond(Self.known) == [])
  }

  @Test func `it is that of the manifest, and what the listing asks for beyond`() throws {
    let draft = PluginDraft { $0.secrets = ["token"] }
    let manifest = try Manifest(draft.manifest, from: "acme/books")
    let reach = Reach(manifest, permissions: ["memory_mb": 64, "step_ms": 500])
    #expect(reach.destinations.hosts == ["api.example.com"] && reach.secrets == ["token"])
    #expect(reach.destinations.baseURL == manifest.baseURL && reach.operations == ["read"])
    #expect(reach.memoryMB == 64 && reach.stepMS == 500)
    #expect(Reach(manifest, permissions: nil).memoryMB == 512)
  }

  // MARK: Where secrets go

  private static let tokenURL: JSON = [
    "scheme": "oauth2", "grant": "client_credentials", "token_url": "{token_url}",
    "client_id": "client_id", "client_secret": "client_secret", "scope": "{scope}",
  ]
  private static let bearer: JSON = ["scheme": "bearer", "secret": "token"]

  /// The reach of a manifest with these ways to sign in, and these defaults of settings.
  private static func reach(
    _ auth: [JSON], _ defaults: JSON, _ settings: [String] = ["token_url", "scope"]
  ) throws -> Reach {
    let draft = PluginDraft {
      $0.secrets = ["token", "client_secret"]
      $0.auth = auth
      $0.settings = JSONObject(
        (settings + ["client_id", "unrelated"]).map { name in
          var setting = JSONObject([.init("type", "text")])
          setting["default"] = defaults[name]
          return .init(name, .object(setting))
        })
    }
    return Reach(try Manifest(draft.manifest, from: "acme/books"), permissions: nil)
  }

  @Test(
    arguments: [
      (
        ["token_url": "https://api.example.com/b"],
        #"signs in with "https://api.example.com/b" for the setting “token_url”, "#
          + #"not "https://api.example.com/a""#
      ),
      ([:], #"signs in with nothing for the setting “token_url”, not "https://api.example.com/a""#),
      (
        ["token_url": "https://api.example.com/a", "scope": "all"],
        #"signs in with "all" for the setting “scope”, which had no default"#
      ),
      (
        ["token_url": "https://api.example.com/a", "client_id": "ours"],
        #"signs in with "ours" for the setting “client_id”, which had no default"#
      ),
    ] as [(JSON, String)])
  func `a default that stands in how it signs in is a part of it`(defaults: JSON, text: String)
    throws
  {
    let before = try Self.reach(
      [Self.tokenURL], ["token_url": "https://api.example.com/a", "unrelated": "a"])
    var after = defaults.object ?? JSONObject()
    after["unrelated"] = "b"
    let now = try Self.reach([Self.tokenURL], .object(after))
    #expect(now.beyond(before) == [text])
    #expect(now.beyond(now) == [])
    #expect(Reach(now.json, manifest: nil) == now && Reach.shape.problems(in: now.json).isEmpty)
  }

  @Test func `the first way to sign in is the one that is used`() throws {
    let before = try Self.reach([Self.bearer, Self.tokenURL], [:])
    let after = try Self.reach([Self.tokenURL, Self.bearer], [:])
    let words = "prefers another way to sign in: oauth2 (grant client_credentials, token_url "
    #expect(after.beyond(before).count == 1 && after.beyond(before)[0].hasPrefix(words))
    #expect(try Self.reach([Self.bearer], [:]).beyond(before) == [])
  }

  @Test func `a connection's own settings are not the plugin's to change`() throws {
    let before = try Self.reach([Self.tokenURL], ["token_url": "https://api.example.com/a"])
    let after = try Self.reach([Self.tokenURL], ["token_url": "https://api.example.com/b"])
    let own = JSONObject([.init("token_url", "https://login.example.org/token")])
    #expect(after.destinations.beyond(before.destinations, settings: own) == [])
    #expect(after.destinations.beyond(before.destinations).count == 1)
    let elsewhere = Self.reach("base_url", "https://elsewhere.example").destinations
    let base = JSONObject([.init("base_url", "https://my.example.org")])
    #expect(elsewhere.beyond(Self.known.destinations, settings: base) == [])
  }

  @Test func `what was signed before defaults were told of has those of its manifest`() throws {
    let now = try Self.reach([Self.tokenURL], ["token_url": "https://api.example.com/a"])
    var members = try #require(now.json.object)
    #expect(members["defaults"] != nil)
    members["defaults"] = nil
    let draft = PluginDraft {
      $0.auth = [Self.tokenURL]
      $0.secrets = ["token", "client_secret"]
      $0.settings = JSONObject([
        .init("token_url", ["type": "text", "default": "https://api.example.com/a"])
      ])
    }
    let manifest = try Manifest(draft.manifest, from: "acme/books")
    #expect(Reach(.object(members), manifest: manifest) == now)
  }
}
