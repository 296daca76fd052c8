import Built
import PatchbayCore
import PatchbayEgress
import PatchbayHost
import PatchbayJSON
import PatchbayStore
import PatchbaySync
import Testing

/// A hub whose plugin `books` lies in a folder, or is signed.
private struct Shelf {
  let folder: TestFolder

  init() throws {
    folder = try TestFolder()
    Built.nameWorker()
    try FileBytes.makeFolder(folder.file("plugins"))
  }

  /// Stands for a marketplace: the files that it signed, and one that it took back.
  struct Signed: InstalledPlugins {
    var active: [PluginFile] = []
    var kept: [PluginFile] { [] }
    var refused: [(path: String, failure: Failure)] { [] }
    var revoked = false
    func admit(_ file: PluginFile) {}
    func objection(to file: PluginFile) -> Failure? {
      revoked
        ? Failure(.permission, "plugin.revoked", "\(file.manifest.fullName) was revoked") : nil
    }
  }

  static let auth: JSON = [
    [
      "scheme": "oauth2", "grant": "client_credentials", "token_url": "{token_url}",
      "client_id": "client_id", "client_secret": "client_secret",
    ]
  ]

  /// Puts a plugin there, under a name of its own or in the place of the one of before.
  @discardableResult
  func put(
    _ name: String = "books.so", tokenURL: String = "https://api.example.com/token",
    publisher: String = "acme", version: String = "1.0.0", hosts: JSON = ["api.example.com"]
  ) throws -> PluginFile {
    let manifest = try Built.manifest(
      "Zoo",
      [
        ("id", "books"), ("publisher", .string(publisher)), ("version", .string(version)),
        ("hosts", hosts), ("auth", Self.auth), ("secrets", ["client_secret": [:]]),
        (
          "settings",
          [
            "token_url": ["type": "text", "default": .string(tokenURL)],
            "client_id": ["type": "text", "default": "us"],
          ]
        ),
      ])
    FileBytes.removeTree(folder.file("plugins/\(name)"))
    return try PluginFile(
      reading: folder.embed(manifest.bytes, into: Built.path("zoo/good.so"), as: "plugins/\(name)"))
  }

  func hub(_ signed: Signed = Signed(), folders: [String] = ["plugins"]) throws -> Hub {
    try Hub(
      folder: folder.file("data"), pluginFolders: folders.map(folder.file), installed: signed,
      environment: [:])
  }

  func connect(_ hub: Hub, _ settings: [(String, JSON)] = []) async throws {
    var draft = ConnectionDraft(name: "shop", plugin: "books")
    draft.secrets["client_secret"] = "s3cret"
    for (name, value) in settings { draft.settings[name] = value }
    try await hub.save([hub.plan(draft, resets: false)], resets: false)
  }

  func signed(_ file: PluginFile, _ tier: Tier = .community) -> PluginFile {
    var file = file
    file.grant = Grant(tier: tier, memoryMB: 512, stepMS: 10_000)
    return file
  }
}

private func whatFails(_ body: () async throws -> Void) async throws -> Failure? {
  do {
    try await body()
    return nil
  } catch let failure as Failure {
    return failure
  }
}

@Suite("What a connection agreed to") struct ConsentTests {
  @Test func `a default that leads its secret elsewhere stops it until somebody agrees`()
    async throws
  {
    let shelf = try Shelf()
    try shelf.put()
    try await shelf.connect(shelf.hub())
    _ = try await shelf.hub().open("shop")
    try shelf.put(tokenURL: "https://api.example.com/elsewhere")
    let hub = try shelf.hub()
    let refusal = try await whatFails { _ = try await hub.open("shop") }
    #expect(refusal?.code == "connection.reach" && refusal?.kind == .permission)
    #expect(refusal?.message.contains("https://api.example.com/elsewhere") == true)
    #expect(refusal?.mend.contains("patchbay connection accept shop") == true)
    // Saying the same once more is no consent.
    try await shelf.connect(hub, [("client_id", "others")])
    #expect(try await whatFails { _ = try await hub.open("shop") }?.code == "connection.reach")
    #expect(try await hub.changes(of: "shop").count == 1)
    try await hub.accept("shop", actor: "tests")
    #expect(try await hub.changes(of: "shop") == [])
    _ = try await hub.open("shop")
    let entry = try #require(try await hub.store.auditLog(limit: 1).first)
    #expect(entry.action == "connection.accept" && entry.actor == "tests")
    #expect(entry.details["accepted"]?.array?.count == 1)
  }

  @Test func `its own settings, and what is narrower, need no consent`() async throws {
    let shelf = try Shelf()
    try shelf.put(hosts: ["api.example.com", "more.example.com"])
    try await shelf.connect(shelf.hub(), [("token_url", "https://login.example.org/token")])
    try shelf.put(tokenURL: "https://api.example.com/elsewhere", version: "1.1.0")
    _ = try await shelf.hub().open("shop")
    try shelf.put(version: "1.2.0", hosts: ["api.example.com", "other.example.com"])
    let refusal = try await whatFails { _ = try await shelf.hub().open("shop") }
    #expect(refusal?.message.contains("may reach other.example.com") == true)
  }

  @Test func `one that is older than consent keeps what it finds`() async throws {
    let shelf = try Shelf()
    try shelf.put()
    let hub = try shelf.hub()
    try await shelf.connect(hub)
    let made = try #require(try await hub.store.connection("shop"))
    var old = made
    old.accepted = nil
    try await hub.store.save([ConnectionChange(old, replaces: made)])
    _ = try await hub.open("shop")
    #expect(try await hub.store.connection("shop") == made)
    try shelf.put(tokenURL: "https://api.example.com/elsewhere")
    #expect(
      try await whatFails { _ = try await shelf.hub().open("shop") }?.code == "connection.reach")
  }

  @Test func `an upgrade that was agreed to takes along who agreed to the version before`()
    async throws
  {
    let shelf = try Shelf()
    let first = shelf.signed(try shelf.put("1.so"))
    let second = shelf.signed(
      try shelf.put("2.so", version: "2.0.0", hosts: ["api.example.com", "b.example.com"]))
    let third = shelf.signed(
      try shelf.put("3.so", version: "3.0.0", hosts: ["api.example.com", "c.example.com"]))
    func hub(_ file: PluginFile) throws -> Hub {
      try shelf.hub(Shelf.Signed(active: [file]), folders: [])
    }
    try await shelf.connect(hub(first))
    func carry(_ old: PluginFile, _ new: PluginFile) async throws -> [String] {
      try await hub(new).carryAcceptance(
        of: new.identity, from: old.manifest, to: new.manifest, actor: "tests")
    }
    // Who never agreed to the second is not taken along to the third.
    #expect(try await carry(second, third) == [])
    #expect(try await carry(first, second) == ["shop"])
    _ = try await hub(second).open("shop")
    #expect(
      try await whatFails { _ = try await hub(third).open("shop") }?.code == "connection.reach")
    #expect(try await carry(second, third) == ["shop"])
    _ = try await hub(third).open("shop")
  }

  @Test func `a default of the plugin's is no word of the admin's`() throws {
    let shelf = try Shelf()
    let manifest = try shelf.put(tokenURL: "https://login.example.net/token").manifest
    func own(_ settings: JSONObject) throws -> String? {
      try ConnectionTerms(
        connection: "shop", manifest: manifest, settings: settings, secrets: ["client_secret"]
      ).line.ownTokenURL
    }
    #expect(try own(JSONObject()) == nil)
    let mine = JSONObject([.init("token_url", "https://login.example.org/token")])
    #expect(try own(mine) == "https://login.example.org/token")
  }
}

@Suite("Whose plugin it is") struct PluginIdentityTests {
  @Test func `another publisher's file of the same id is not taken for it`() async throws {
    let shelf = try Shelf()
    try shelf.put()
    try await shelf.connect(shelf.hub())
    try shelf.put("newer.so", publisher: "mallory", version: "9.0.0")
    #expect(try await shelf.hub().open("shop").file.manifest.publisher == "acme")
    FileBytes.removeTree(shelf.folder.file("plugins/books.so"))
    let hub = try shelf.hub()
    let refusal = try await whatFails { _ = try await hub.open("shop") }
    #expect(refusal?.code == "plugin.publisher" && refusal?.kind == .permission)
    #expect(refusal?.message.contains("mallory/books (not signed)") == true)
    #expect(
      try await whatFails { try await shelf.connect(hub) }?.code == "plugin.publisher")
    let change = "is mallory/books (not signed), not acme/books (not signed)"
    #expect(try await hub.changes(of: "shop") == [change])
    try await hub.accept("shop", actor: "tests")
    #expect(try await hub.open("shop").file.manifest.publisher == "mallory")
  }

  @Test func `a file that only says so is not the signed one`() async throws {
    let shelf = try Shelf()
    let file = try shelf.put()
    let signed = Shelf.Signed(active: [shelf.signed(file)])
    try await shelf.connect(shelf.hub(signed, folders: []))
    #expect(try await shelf.hub(signed).open("shop").file.grant != nil)
    let refusal = try await whatFails { _ = try await shelf.hub().open("shop") }
    #expect(refusal?.code == "plugin.publisher", "\(refusal?.message ?? "it was taken")")
  }

  @Test func `of two publishers' files none is the one that is meant`() async throws {
    let shelf = try Shelf()
    try shelf.put()
    try shelf.put("newer.so", publisher: "mallory", version: "9.0.0")
    let refusal = try await whatFails { try await shelf.connect(shelf.hub()) }
    #expect(refusal?.code == "plugin.ambiguous" && refusal?.message.contains("mallory") == true)
  }

  // MARK: How far it is trusted

  @Test func `more trust holds for one file, and ends with the next`() async throws {
    let shelf = try Shelf()
    let file = try shelf.put()
    try await shelf.hub().trust("books", as: .core, actor: "tests")
    #expect(try await shelf.hub().tier(of: file) == .core)
    let next = try shelf.put(version: "1.0.1")
    #expect(try await shelf.hub().tier(of: next) == .community)
    // The name alone says nothing, whoever writes it.
    try await shelf.hub().store.setTrust(
      TrustDecision("core"), in: "acme/books",
      AuditEntry(atMS: 1, actor: "tests", action: "plugin.trust", details: [:]))
    #expect(try await shelf.hub().tier(of: next) == .community)
  }

  @Test func `less trust holds for all versions`() async throws {
    let shelf = try Shelf()
    let file = shelf.signed(try shelf.put(), .core)
    let hub = try shelf.hub(Shelf.Signed(active: [file]), folders: [])
    #expect(try await hub.tier(of: file) == .core)
    try await hub.trust("books", as: .community, actor: "tests")
    #expect(try await hub.tier(of: file) == .community)
    #expect(try await hub.tier(of: shelf.signed(shelf.put(version: "2.0.0"), .core)) == .community)
    try await hub.trust("books", as: .core, actor: "tests")
    #expect(try await hub.tier(of: file) == .core)
  }

  @Test func `a revoked version is trusted no further`() async throws {
    let shelf = try Shelf()
    let file = try shelf.put()
    for active in [[], [shelf.signed(file)]] {
      let signed = Shelf.Signed(active: active, revoked: true)
      let hub = try shelf.hub(signed, folders: active.isEmpty ? ["plugins"] : [])
      let refusal = try await whatFails {
        try await hub.trust("books", as: .core, actor: "tests")
      }
      #expect(refusal?.code == "plugin.revoked")
      #expect(try await hub.tier(of: file) == .community)
      // To be kept in a worker it may always be told.
      try await hub.trust("books", as: .community, actor: "tests")
    }
  }
}
