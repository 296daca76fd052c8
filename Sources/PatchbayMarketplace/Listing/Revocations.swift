package import PatchbayCore
internal import PatchbayHost
package import PatchbayJSON

/// Versions that must not run any more. Signed by the registry, so that it needs no publisher.
package struct Revocations: Sendable {
  package static let path = "revocations.json"
  package static let sizeLimit = 4 << 20

  package struct Entry: Sendable, Equatable {
    /// NAMESPACE/ID.
    package let name: String
    /// One version; `nil` for all.
    package let version: String?
    package let reason: String
    package let atMS: Int64
  }

  package let entries: [Entry]

  package init(_ json: JSON) throws(Failure) {
    let problems = Self.shape.problems(in: json)
    if !problems.isEmpty {
      throw Failure(
        .config, "market.revocations",
        "the marketplace's list of revoked plugins does not fit: "
          + problems.map(\.description).joined(separator: "; "),
        mend: "tell the marketplace; or use a newer Patchbay, if it is one of a newer format")
    }
    entries = (json["revoked"]?.array ?? []).map {
      Entry(
        name: $0["name"]?.string ?? "", version: $0["version"]?.string,
        reason: $0["reason"]?.string ?? "", atMS: $0["at_ms"]?.integer ?? 0)
    }
  }

  init(_ entries: [Entry]) { self.entries = entries }

  var json: JSON {
    [
      "revocations": 1,
      "revoked": .array(
        entries.map {
          var members = JSONObject([.init("name", .string($0.name))])
          if let version = $0.version { members["version"] = .string(version) }
          members["reason"] = .string($0.reason)
          members["at_ms"] = .integer($0.atMS)
          return .object(members)
        }),
    ]
  }

  /// Why a version must not run, or `nil`.
  package func refusal(of name: String, _ version: String) -> Failure? {
    guard
      let entry = entries.first(where: {
        $0.name == name && ($0.version == nil || $0.version == version)
      })
    else { return nil }
    return Failure(
      .permission, "plugin.revoked",
      "\(name) \(version) was revoked on \(Time.format(entry.atMS).prefix(10)): \(entry.reason)",
      mend: "patchbay market upgrade \(name), or remove it: patchbay market remove \(name)")
  }

  static let shape = Shape.object([
    .required("revocations", .integer(1...1)),
    .required(
      "revoked",
      .list(
        of: .object([
          .required("name", Listing.name), .optional("version", Manifest.version),
          .required("reason", Manifest.line), .required("at_ms", .integer(0...Int64.max)),
        ]))),
  ])
}
