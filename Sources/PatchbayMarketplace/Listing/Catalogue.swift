package import PatchbayCore
internal import PatchbayHost
package import PatchbayJSON

/// Plugins of a marketplace in a list, to search in. It says what there is; what is installed is
/// looked up in what publishers signed.
package struct Catalogue: Sendable {
  package static let path = "catalogue.json"
  package static let sizeLimit = 32 << 20

  package struct Version: Sendable, Equatable {
    package let version: SemanticVersion
    package let abi: String
    package let hostRange: HostRange
    /// As “linux-x86_64”.
    package let platforms: [String]
    /// When it was published, in milliseconds.
    package let publishedMS: Int64
    /// Which entry of the log of releases it is; a hub looks there, and believes what is proven.
    package let logIndex: Int?
  }

  package struct Entry: Sendable {
    package let name: String
    package let kind: String
    package let title: String
    package let about: String
    package let categories: [String]
    /// What its price looks like today, in words.
    package let cost: String
    /// Why it should not be taken any more, and what instead.
    package let deprecation: String?
    package let versions: [Version]

    package var id: String { name.split(separator: "/").last.map(String.init) ?? name }
    package var namespace: String { name.split(separator: "/").first.map(String.init) ?? "" }
    /// The newest release; where there is none, the newest of what comes before one.
    package var newest: Version? {
      versions.filter { $0.version.isRelease }.max { $0.version < $1.version }
        ?? versions.max { $0.version < $1.version }
    }
  }

  package let entries: [Entry]

  package init(_ json: JSON) throws(Failure) {
    let problems = Self.shape.problems(in: json)
    if !problems.isEmpty {
      throw Failure(
        .config, "market.catalogue",
        "the marketplace's catalogue does not fit: "
          + problems.map(\.description).joined(separator: "; "),
        mend: "tell the marketplace; or use a newer Patchbay, if it is one of a newer format")
    }
    entries = (json["plugins"]?.array ?? []).map(Self.entry)
  }

  init(_ entries: [Entry]) { self.entries = entries }

  /// What is said of a plugin, put together of its releases.
  static func plugin(_ releases: [PublishedRelease], nowMS: Int64) -> JSON? {
    let today = String(Time.format(nowMS).prefix(10))
    let all = releases.sorted { $0.release.version < $1.release.version }
    guard let newest = all.last?.release else { return nil }
    var members = JSONObject([
      .init("name", .string(newest.name)), .init("kind", .string(newest.manifest.kind)),
      .init("title", .string(newest.manifest.name)),
      .init("about", .string(newest.manifest.about)),
      .init("categories", newest.json["categories"] ?? []),
      .init("cost", .string(brief(newest.terms.summary(on: today)))),
    ])
    if let deprecation = newest.json["deprecation"] {
      let instead = deprecation["replacement"]?.string.map { "; use \($0)" } ?? ""
      members["deprecation"] = .string((deprecation["reason"]?.string ?? "") + instead)
    }
    members["versions"] = .array(
      all.map { one in
        var version = JSONObject([
          .init("version", .string(one.release.version.description)),
          .init("abi", .string(one.release.manifest.abi)),
          .init("host", .string(one.release.hostRange.description)),
          .init(
            "platforms",
            .array(one.release.artifacts.map { .string("\($0.os)-\($0.arch)") })),
          .init("published_ms", .integer(one.publishedMS)),
        ])
        version["log"] = one.logIndex.map { .integer(Int64($0)) }
        return .object(version)
      })
    return .object(members)
  }

  /// A long price is told where the plugin is looked at.
  private static func brief(_ text: String) -> String {
    text.utf8.count <= 400 ? text : String(text.prefix(100)) + "…"
  }

  private static func entry(_ json: JSON) -> Entry {
    Entry(
      name: json["name"]?.string ?? "", kind: json["kind"]?.string ?? "",
      title: json["title"]?.string ?? "", about: json["about"]?.string ?? "",
      categories: json["categories"]?.array?.compactMap(\.string) ?? [],
      cost: json["cost"]?.string ?? "", deprecation: json["deprecation"]?.string,
      versions: (json["versions"]?.array ?? []).compactMap { version in
        guard let number = version["version"]?.string.flatMap(SemanticVersion.init),
          let range = version["host"]?.string.flatMap(HostRange.init)
        else { return nil }
        return Version(
          version: number, abi: version["abi"]?.string ?? "", hostRange: range,
          platforms: version["platforms"]?.array?.compactMap(\.string) ?? [],
          publishedMS: version["published_ms"]?.integer ?? 0,
          logIndex: version["log"]?.integer.map { Int($0) })
      })
  }

  private static let text = Shape.text(.init(length: 0...2000))

  static let shape = Shape.object([
    .required("catalogue", .integer(1...1)),
    .required(
      "plugins",
      .list(
        of: .object([
          .required("name", Listing.name), .required("kind", text), .required("title", text),
          .required("about", text), .required("categories", .list(of: text, count: 0...10)),
          .required("cost", text), .optional("deprecation", Listing.prose),
          .required(
            "versions",
            .list(
              of: .object([
                .required("version", Manifest.version), .required("abi", text),
                .required("host", Listing.range),
                .required("platforms", .list(of: text, count: 1...20)),
                .required("published_ms", .integer(0...Int64.max)),
                .optional("log", .integer(0...Int64(LogHead.entryLimit))),
              ]), count: 1...10_000)),
        ]), count: 0...50_000)),
  ])
}
