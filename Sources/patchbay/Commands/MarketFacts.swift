internal import PatchbayCore
internal import PatchbayHost
internal import PatchbayJSON
internal import PatchbayMarketplace
internal import PatchbayStore
internal import PatchbaySync
internal import PatchbayTerminal

/// What somebody is shown of a version before it is agreed to: what it may reach, what it costs. As
/// wide as the terminal, and never cut.
struct MarketFacts {
  private let disclosure: Disclosure
  /// The tier that will hold, and why it is not the marketplace's.
  private let tier: Tier
  private let override: String?
  private let use: UseComparison?
  private var release: Release { disclosure.release }

  /// As the registry sees it: what hubs say of the tier, each says for itself.
  init(_ disclosure: Disclosure) {
    self.disclosure = disclosure
    tier = disclosure.tier
    (override, use) = (nil, nil)
  }

  /// As it will be in a hub. `use` is what its use here would cost.
  init(_ candidate: Candidate, in hub: Hub, use: UseComparison? = nil) async throws(Failure) {
    disclosure = candidate.disclosure
    self.use = use
    let name = candidate.release.name
    let file = candidate.artifact.library?.sha256 ?? ""
    tier = try await hub.tier(of: name, sha256: file, granted: candidate.tier)
    let said = try await hub.store.trust(in: name)
    if tier != candidate.tier {
      override = "said by an admin (plugin trust); the marketplace says \(candidate.tier.rawValue)"
    } else if let said, let other = said.sha256, other != file {
      override = "\(said.tier) was said of another file (\(other)), and does not hold for this one"
    } else {
      override = nil
    }
  }

  func show(_ context: Context) {
    context.print(
      Table(
        [.init(""), .init("", wraps: true)],
        rows: rows.filter { !$0.1.isEmpty }.map { [$0.0, $0.1] }))
    show(context, "What is new", release.json["notes"]?.string.map { [$0] } ?? [])
    show(
      context, "Breaks",
      (release.json["breaking"]?.array ?? []).map {
        "\($0["change"]?.string ?? "") (by \($0["deadline"]?.string ?? "?"))"
      })
    let before = disclosure.before.map { " in \($0)" } ?? ""
    show(
      context, "Beyond what was accepted\(before)",
      disclosure.wider + disclosure.dearer + dearerUse)
    show(
      context, "The name looks like another",
      disclosure.lookAlikes.map { "\($0.other): \($0.why)" })
  }

  /// What the use here would cost, where that is more than before.
  var dearerUse: [String] { use.map { $0.isDearer ? [$0.text] : [] } ?? [] }

  private func show(_ context: Context, _ title: String, _ lines: [String]) {
    if lines.isEmpty { return }
    Output.line("\n\(title)")
    for line in lines { context.printWrapped(line, indent: 2) }
  }

  private var rows: [(String, String)] {
    let manifest = release.manifest
    let reach = release.reach
    return [
      ("plugin", "\(release.name) \(release.version) (\(manifest.kind), ABI \(manifest.abi))"),
      ("about", manifest.about), ("publisher", publisher), ("trusted as", trust),
    ] + reach.destinations.facts + [
      ("asks for", reach.secrets.isEmpty ? "no secrets" : reach.secrets.list),
      ("can do", reach.operations.list),
      ("takes", "up to \(reach.memoryMB) MiB, and \(reach.stepMS) ms for a step"),
      ("costs", costs), ("your use", use?.text ?? ""), ("split", split),
      ("links", disclosure.libraries.list),
      ("licence", release.json["license"]?.string ?? ""),
      ("deprecated", deprecation), ("terms", "sha256 \(release.terms.sha256)"),
    ] + disclosure.artifacts.flatMap(Self.hashes)
  }

  private static func hashes(_ artifact: Release.Artifact) -> [(String, String)] {
    [
      (
        "pack",
        "\(artifact.os)-\(artifact.arch), \(formatBytes(Int64(artifact.size))), sha256 "
          + artifact.sha256
      ), ("file", "sha256 \(artifact.library?.sha256 ?? "")"),
    ]
  }

  private var trust: String {
    let place =
      tier.isolation == .process
      ? "in the hub's process, where it can do all that the hub can"
      : "in a worker that only computes"
    return "\(tier.rawValue): runs \(place)" + (override.map { "; \($0)" } ?? "")
  }

  private var publisher: String {
    guard let publisher = disclosure.publisher else { return release.namespace }
    let proof =
      publisher.domain.map { domain in
        publisher.domainVerified.map { " (\(domain), verified \($0))" }
          ?? " (\(domain), not verified)"
      } ?? ""
    return publisher.name + proof
  }

  private var costs: String {
    let terms = release.terms
    if terms.isFree { return "nothing" }
    let today = String(Time.format(Time.nowMS()).prefix(10))
    let later = terms.prices.filter { $0.from > today }.map {
      "from \($0.from): \($0.text(terms.currency))"
    }
    let refund = terms.refundDays > 0 ? ["refunded within \(terms.refundDays) days"] : []
    return ([terms.summary(on: today)] + later + refund).joined(separator: "; ")
  }

  private var split: String {
    if release.terms.isFree { return "" }
    let parties = (release.json["terms"]?["shares"]?.array ?? []).map {
      "\(Self.percent($0["ppm"]?.integer ?? 0)) \($0["party"]?.string ?? "")"
    }
    return "\(Self.percent(disclosure.platformPPM)) stay with the platform; of the rest "
      + parties.list
  }

  private static func percent(_ ppm: Int64) -> String { "\(Double(ppm) / 10_000) %" }

  private var deprecation: String {
    guard let json = release.json["deprecation"] else { return "" }
    return (json["reason"]?.string ?? "")
      + (json["end"]?.string.map { ", ends on \($0)" } ?? "")
      + (json["replacement"]?.string.map { "; use \($0)" } ?? "")
  }

  var json: JSON {
    func texts(_ values: [String]) -> JSON { .array(values.map { .string($0) }) }
    var members = JSONObject([
      .init("name", .string(release.name)),
      .init("version", .string(release.version.description)),
      .init("tier", .string(tier.rawValue)), .init("reach", release.reach.json),
      .init("terms", release.terms.json), .init("terms_sha256", .string(release.terms.sha256)),
      .init("platform_ppm", .integer(disclosure.platformPPM)),
    ])
    if disclosure.artifacts.count == 1, let artifact = disclosure.artifacts.first {
      members["pack"] = .string(artifact.sha256)
    }
    members["libraries"] = texts(disclosure.libraries)
    members["wider"] = texts(disclosure.wider)
    members["dearer"] = texts(disclosure.dearer + dearerUse)
    if let use { members["use"] = .string(use.text) }
    members["look_alikes"] = texts(disclosure.lookAlikes.map(\.other))
    members["release"] = release.json
    return .object(members)
  }
}

extension Destinations {
  /// Where requests and credentials go, as it is shown; what is empty is not.
  var facts: [(String, String)] {
    let settings = defaults.members.map { "\($0.name) \($0.value.string ?? $0.value.text)" }
    return [
      ("may reach", (hosts + ["where a connection's base_url leads"]).list),
      ("base_url", baseURL.map { "\($0), unless a connection says otherwise" } ?? ""),
      ("signs in by", waysToSignIn.joined(separator: "; ")), ("with", settings.list),
    ]
  }
}

extension [String] {
  fileprivate var list: String { joined(separator: ", ") }
}
