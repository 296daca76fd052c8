internal import PatchbayCore
internal import PatchbayHost
internal import PatchbayJSON
internal import PatchbayMarketplace
internal import PatchbayTerminal

/// What an admin is shown of a version before it is installed: what it may reach, what it costs.
struct MarketFacts {
  private let candidate: Candidate
  private var release: Release { candidate.release }

  init(_ candidate: Candidate) { self.candidate = candidate }

  func show(_ context: Context) {
    context.print(
      Table(
        [.init(""), .init("", mayShrink: true)],
        rows: rows.filter { !$0.1.isEmpty }.map { [$0.0, visible($0.1)] }))
    show(context, "What is new", release.json["notes"]?.string.map { [$0] } ?? [])
    show(
      context, "Breaks",
      (release.json["breaking"]?.array ?? []).map {
        "\($0["change"]?.string ?? "") (by \($0["deadline"]?.string ?? "?"))"
      })
    show(context, "Beyond what was accepted", candidate.wider + candidate.dearer)
    show(
      context, "The name looks like another", candidate.lookAlikes.map { "\($0.other): \($0.why)" })
  }

  private func show(_ context: Context, _ title: String, _ lines: [String]) {
    if lines.isEmpty { return }
    context.say("\n\(title)")
    for line in lines { context.say("  \(visible(line))") }
  }

  private var rows: [(String, String)] {
    let manifest = release.manifest
    let reach = release.reach
    let place = candidate.tier == .core ? "in the hub's process" : "in a worker that only computes"
    return [
      ("plugin", "\(release.name) \(release.version) (\(manifest.kind), ABI \(manifest.abi))"),
      ("about", manifest.about), ("publisher", publisher),
      ("trusted as", "\(candidate.tier.rawValue): runs \(place)"),
      (
        "may reach",
        (reach.hosts + ["where a connection's base_url leads"]).joined(separator: ", ")
          + (reach.baseURL.map { " (\($0) unless it says otherwise)" } ?? "")
      ),
      ("signs in by", reach.auth.compactMap { $0["scheme"]?.string }.joined(separator: ", ")),
      ("asks for", reach.secrets.isEmpty ? "no secrets" : reach.secrets.joined(separator: ", ")),
      ("can do", reach.operations.joined(separator: ", ")),
      ("takes", "up to \(reach.memoryMB) MiB, and \(reach.stepMS) ms for a step"),
      ("costs", costs), ("links", candidate.libraries.joined(separator: ", ")),
      ("licence", release.json["license"]?.string ?? ""),
      ("deprecated", deprecation),
      (
        "pack",
        "\(formatBytes(Int64(candidate.artifact.size))), sha256 \(candidate.artifact.sha256)"
      ),
    ]
  }

  private var publisher: String {
    guard let publisher = candidate.publisher else { return release.namespace }
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
    let part = Double(candidate.platformPPM) / 10_000
    return ([terms.summary(on: today)] + later + refund + ["\(part) % stay with the platform"])
      .joined(separator: "; ")
  }

  private var deprecation: String {
    guard let json = release.json["deprecation"] else { return "" }
    return (json["reason"]?.string ?? "")
      + (json["end"]?.string.map { ", ends on \($0)" } ?? "")
      + (json["replacement"]?.string.map { "; use \($0)" } ?? "")
  }

  var json: JSON {
    func texts(_ values: [String]) -> JSON { .array(values.map { .string($0) }) }
    return [
      "name": .string(release.name), "version": .string(release.version.description),
      "tier": .string(candidate.tier.rawValue), "reach": release.reach.json,
      "terms": release.terms.json, "terms_sha256": .string(release.terms.sha256),
      "platform_ppm": .integer(candidate.platformPPM),
      "pack": .string(candidate.artifact.sha256),
      "libraries": texts(candidate.libraries), "wider": texts(candidate.wider),
      "dearer": texts(candidate.dearer),
      "look_alikes": texts(candidate.lookAlikes.map(\.other)), "release": release.json,
    ]
  }
}
