import PatchbayCore
import PatchbayJSON
import PatchbayStore
import Testing

extension StoreCompat.Check {
  static let trust: [Self] = [
    .init("A tier is the whole hub's, and the organisation that set it has the entry", tiers),
    .init("Crashes in a row are those of one file, until it does well", crashes),
    .init("A new tier forgives crashes in every organisation", forgiven),
  ]

  static let audit: [Self] = [.init("The audit log has the latest first, as it was told", log)]

  private static func tiers(_ shelf: Shelf) async throws {
    let (store, other) = (shelf.store, try await shelf.organisation("acme"))
    #expect(try await store.trust(in: "acme/p") == nil)
    let (one, all) = (TrustDecision("trusted", sha256: "f1"), TrustDecision("blocked"))
    try await store.setTrust(one, in: "acme/p", .ofTests("plugin.trust"))
    #expect(try await other.trust(in: "acme/p") == one)
    try await other.setTrust(all, in: "acme/p", .ofTests("plugin.block"))
    for each in [store, other] { #expect(try await each.trust(in: "acme/p") == all) }
    #expect(try await store.trust(in: "acme/q") == nil)
    #expect(try await store.auditLog(limit: 9).map(\.action) == ["plugin.trust"])
    #expect(try await other.auditLog(limit: 9).map(\.action) == ["plugin.block"])
  }

  private static func crashes(_ shelf: Shelf) async throws {
    let store = shelf.store
    func note(_ reason: String?, _ sha256: String, _ plugin: String = "p") async throws {
      try await store.noteCrash(reason, of: plugin, sha256: sha256, nowMS: 1)
    }
    #expect(try await store.crashes(of: "p", sha256: "one") == (0, ""))
    try await note("first", "one")
    try await note("second", "one")
    try await note("own", "one", "q")
    #expect(try await store.crashes(of: "p", sha256: "one") == (2, "second"))
    #expect(try await store.crashes(of: "p", sha256: "two") == (0, ""))
    try await note("third", "two")
    #expect(try await store.crashes(of: "p", sha256: "two") == (1, "third"))
    #expect(try await store.crashes(of: "p", sha256: "one") == (0, ""))
    try await note(nil, "two")
    #expect(try await store.crashes(of: "p", sha256: "two") == (0, ""))
    #expect(try await store.crashes(of: "q", sha256: "one") == (1, "own"))
  }

  private static func forgiven(_ shelf: Shelf) async throws {
    let stores = [shelf.store, try await shelf.organisation("acme")]
    for store in stores {
      for plugin in ["p", "q"] {
        try await store.noteCrash("it fell", of: plugin, sha256: "s", nowMS: 1)
      }
    }
    try await stores[0].setTrust(TrustDecision("trusted"), in: "p", .ofTests())
    for store in stores {
      #expect(try await store.crashes(of: "p", sha256: "s").count == 0)
      #expect(try await store.crashes(of: "q", sha256: "s").count == 1)
    }
  }

  private static func log(_ shelf: Shelf) async throws {
    let store = shelf.store
    let entries = (0..<5).map { number in
      AuditEntry(
        atMS: Int64(number / 3), actor: "ä\(number)", action: "plugin.trust",
        details: ["n": .integer(Int64(number)), "text": "a'b\"", "none": .null])
    }
    for entry in entries { try await store.note(entry) }
    // One that is told of late is still the latest.
    try await store.note(.ofTests("late", atMS: -5))
    let found = try await shelf.another().auditLog(limit: 9)
    #expect(found == [.ofTests("late", atMS: -5)] + entries.reversed())
    #expect(try await store.auditLog(limit: 2) == Array(found.prefix(2)))
  }
}
