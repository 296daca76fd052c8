import PatchbayCore
import PatchbayHost
import PatchbayJSON
import Testing

@testable import PatchbayMarketplace

@Suite("What a registry says of publishers and versions") struct PolicyTests {
  static let json: JSON = [
    "policy": 1, "platform_ppm": ["default": 300_000, "model": 200_000],
    "publishers": [
      "acme": [
        "name": "Acme", "domain": "acme.example", "domain_verified": "2030-01-01",
        "plugins": [
          "books": ["tier": "verified"], "films": ["platform_ppm": 50_000],
        ],
      ],
      "core-team": [
        "name": "Us", "tier": "core", "platform_ppm": 0, "plugins": ["toy": ["tier": "community"]],
      ],
    ],
  ]

  @Test(
    arguments: [
      ("acme/books", Tier.verified, 300_000, 200_000), ("acme/films", .community, 50_000, 50_000),
      ("acme/maps", .community, 300_000, 200_000), ("core-team/hub", .core, 0, 0),
      ("core-team/toy", .community, 0, 0), ("stranger/books", .community, 300_000, 200_000),
      // Names of nothing.
      ("books", .community, 300_000, 200_000), ("core-team", .community, 300_000, 200_000),
      ("core-team/hub/x", .community, 300_000, 200_000),
    ] as [(String, Tier, Int64, Int64)])
  func `what is said of a plugin goes before what is said of its publisher`(
    name: String, tier: Tier, connector: Int64, model: Int64
  ) throws {
    let policy = try Policy(Self.json)
    #expect(policy.tier(of: name) == tier)
    #expect(policy.platformPPM(of: name, kind: "connector") == connector)
    #expect(policy.platformPPM(of: name, kind: "model") == model)
  }

  @Test func `publishers are added and changed`() throws {
    let policy = try Policy(Self.json)
    #expect(policy.publisher("acme")?.domain == "acme.example")
    #expect(policy.publisher("acme")?.domainVerified == "2030-01-01")
    let more = try policy.with("ada", ["name": "Ada"]).with("acme", ["name": "Acme & Co."])
    #expect(more.publishers.map(\.namespace) == ["acme", "core-team", "ada"])
    #expect(
      more.publisher("acme")?.name == "Acme & Co." && more.tier(of: "acme/books") == .community)
    #expect(throws: Failure.self) { try policy.with("ada", ["tier": "best"]) }
  }

  @Test(
    arguments: [
      (
        "/platform_ppm/default",
        ["policy": 1, "platform_ppm": ["default": 1_000_001], "publishers": [:]]
      ),
      ("/publishers/acme", ["policy": 1, "platform_ppm": [:], "publishers": ["acme": [:]]]),
      (
        "/publishers/acme/plugins/books/tier",
        [
          "policy": 1, "platform_ppm": [:],
          "publishers": ["acme": ["name": "A", "plugins": ["books": ["tier": "root"]]]],
        ]
      ),
      ("/policy", ["policy": 2, "platform_ppm": [:], "publishers": [:]]),
    ] as [(String, JSON)])
  func `a policy that does not fit names its member`(place: String, json: JSON) {
    let failure = #expect(throws: Failure.self) { try Policy(json) }
    #expect(failure?.code == "market.policy" && failure?.message.contains(place) == true)
  }

  @Test func `a version is revoked alone, or with all others`() throws {
    let list = try Revocations(
      Revocations([
        .init(name: "acme/books", version: "1.0.0", reason: "leaks", atMS: Bazaar.nowMS),
        .init(name: "acme/films", version: nil, reason: "gone", atMS: 0),
      ]).json)
    let refusal = try #require(list.refusal(of: "acme/books", "1.0.0"))
    #expect(refusal.code == "plugin.revoked" && refusal.message.contains("2030-06-01: leaks"))
    #expect(refusal.mend.contains("upgrade acme/books"))
    #expect(list.refusal(of: "acme/books", "1.0.1") == nil)
    #expect(list.refusal(of: "acme/films", "7.0.0") != nil)
    #expect(list.refusal(of: "other/books", "1.0.0") == nil)
  }

  @Test(
    arguments: [
      ["revocations": 1], ["revocations": 2, "revoked": []],
      ["revocations": 1, "revoked": [["name": "books", "reason": "x", "at_ms": 0]]],
      ["revocations": 1, "revoked": [["name": "acme/books", "at_ms": 0]]],
    ] as [JSON])
  func `a list of revocations that does not fit is refused`(json: JSON) {
    let failure = #expect(throws: Failure.self) { try Revocations(json) }
    #expect(failure?.code == "market.revocations")
  }
}
