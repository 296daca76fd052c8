package import PatchbayCore
package import PatchbayHost
package import PatchbayJSON

/// What the registry says of publishers: who they are, how far they are trusted, and which part of
/// the revenue stays with the platform. Signed by the registry's own key for targets.
package struct Policy: Sendable {
  package static let path = "policy.json"
  package static let sizeLimit = 4 << 20

  package struct Publisher: Sendable, Equatable {
    package let namespace: String
    package let name: String
    /// The domain that the publisher proved to own, and the day on which it was looked at.
    package let domain: String?
    package let domainVerified: String?
    package let homepage: String?
    fileprivate let json: JSON
  }

  package let json: JSON
  package let publishers: [Publisher]

  package init(_ json: JSON) throws(Failure) {
    let problems = Self.shape.problems(in: json)
    if !problems.isEmpty {
      throw Failure(
        .config, "market.policy",
        "the marketplace's policy does not fit: "
          + problems.map(\.description).joined(separator: "; "),
        mend: "tell the marketplace; or use a newer Patchbay, if it is one of a newer format")
    }
    self.json = json
    publishers = (json["publishers"]?.object?.members ?? []).map { member in
      Publisher(
        namespace: member.name, name: member.value["name"]?.string ?? member.name,
        domain: member.value["domain"]?.string,
        domainVerified: member.value["domain_verified"]?.string,
        homepage: member.value["homepage"]?.string, json: member.value)
    }
  }

  /// The policy of a marketplace that has no publisher yet.
  package static let initial: JSON = [
    "policy": 1, "platform_ppm": ["default": 300_000, "model": 200_000], "publishers": [:],
  ]

  /// The policy with a publisher added, or changed.
  package func with(_ namespace: String, _ publisher: JSON) throws(Failure) -> Policy {
    var members = json.object ?? JSONObject()
    var all = members["publishers"]?.object ?? JSONObject()
    all[namespace] = publisher
    members["publishers"] = .object(all)
    return try Policy(.object(members))
  }

  package func publisher(_ namespace: String) -> Publisher? {
    publishers.first { $0.namespace == namespace }
  }

  /// How far a plugin is trusted: as is said of itself, of its publisher, or not at all.
  package func tier(of name: String) -> Tier {
    let said = member("tier", of: name)?.string
    return said.flatMap(Tier.init) ?? .community
  }

  /// The platform's part of what a plugin's use costs, in parts per million.
  package func platformPPM(of name: String, kind: String) -> Int64 {
    let shares = json["platform_ppm"]
    return member("platform_ppm", of: name)?.integer ?? shares?[kind]?.integer
      ?? shares?["default"]?.integer ?? 0
  }

  private func member(_ member: String, of name: String) -> JSON? {
    let parts = name.split(separator: "/").map(String.init)
    guard parts.count == 2, let publisher = publisher(parts[0]) else { return nil }
    return publisher.json["plugins"]?[parts[1]]?[member] ?? publisher.json[member]
  }
}

extension Policy {
  private static let ppm = Shape.integer(0...1_000_000)
  private static let tier = Shape.text(.init(choices: Tier.allCases.map(\.rawValue)))

  /// What a publisher's file in the catalogue's source must look like.
  package static let publisherShape = Shape.object([
    .optional("$schema", .text(.init(length: 1...2000))),
    .required("name", Manifest.line), .optional("homepage", Manifest.httpsURL),
    .optional("domain", Manifest.host, "a domain that the publisher owns"),
    .optional("domain_verified", Terms.day, "the day on which that was looked at"),
    .optional("tier", tier, "how far its plugins are trusted; default community"),
    .optional("platform_ppm", ppm, "the platform's part, where it is another than usual"),
    .optional(
      "plugins",
      .map(of: .object([.optional("tier", tier), .optional("platform_ppm", ppm)])),
      "what is different for some of its plugins, by id"),
  ])

  /// What a policy must look like.
  package static let shape = Shape.object([
    .optional("$schema", .text(.init(length: 1...2000))),
    .required("policy", .integer(1...1)),
    .required("platform_ppm", .map(of: ppm), "by kind of plugin, and default"),
    .required("publishers", .map(of: publisherShape), "by namespace"),
  ])
}
