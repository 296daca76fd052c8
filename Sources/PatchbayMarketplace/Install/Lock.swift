package import PatchbayCore
package import PatchbayHost
package import PatchbayJSON

/// What is installed: `market/lock.json` of the data folder, the one file that a start reads. It
/// holds versions and hashes, so that another hub can install the very same (`--lock`).
package struct Lock: Sendable {
  /// A version of a plugin that lies in the store.
  package struct Version: Sendable {
    package let version: String
    /// SHA-256 of the pack, which is the name of its folder in the store.
    package let pack: String
    /// SHA-256 of the plugin's own file in it.
    package let library: String
    /// SHA-256 of the signed release.
    package let release: String
    package let tier: Tier
    package let installedMS: Int64
    /// What the admin accepted.
    package let reach: Reach
    package let terms: JSON
    /// The platform's part of what a use costs, in parts per million. It is between the registry
    /// and its partners, and follows the registry's signed policy.
    package internal(set) var platformPPM: Int64
    package let manifest: JSON
  }

  package struct Plugin: Sendable {
    /// NAMESPACE/ID.
    package let name: String
    /// The version in use.
    package var active: Version
    /// Whether upgrades pass it by.
    package var isPinned: Bool
    /// Versions that were in use before, the last one first.
    package var earlier: [Version]

    package var id: String { name.split(separator: "/").last.map(String.init) ?? name }
    var kind: String { active.manifest["kind"]?.string ?? "" }
    package var versions: [Version] { [active] + earlier }
  }

  package var plugins: [Plugin]

  /// Versions that are kept to go back to.
  static let keptLimit = 3

  package init(_ plugins: [Plugin] = []) { self.plugins = plugins }

  /// The plugin of an id or a whole name.
  package func plugin(_ name: String) -> Plugin? {
    plugins.first { $0.name == name || $0.id == name }
  }

  mutating func put(_ plugin: Plugin) {
    if let index = plugins.firstIndex(where: { $0.name == plugin.name }) {
      plugins[index] = plugin
    } else {
      plugins.append(plugin)
      plugins.sort { $0.name < $1.name }
    }
  }

  /// Takes over the platform's parts as the registry signed them. Returns whether any was another.
  mutating func follow(_ policy: Policy) -> Bool {
    var isOther = false
    for index in plugins.indices {
      let (name, kind) = (plugins[index].name, plugins[index].kind)
      let wanted = policy.platformPPM(of: name, kind: kind)
      isOther = isOther || plugins[index].versions.contains { $0.platformPPM != wanted }
      plugins[index].active.platformPPM = wanted
      for earlier in plugins[index].earlier.indices {
        plugins[index].earlier[earlier].platformPPM = wanted
      }
    }
    return isOther
  }

  mutating func remove(_ name: String) { plugins.removeAll { $0.name == name } }
}

// MARK: The file

extension Lock {
  /// What has to be asked for to have the very same elsewhere.
  package var requests: [InstallRequest] {
    plugins.map {
      .init(
        name: $0.name, version: $0.active.version, pack: $0.active.pack, isPinned: $0.isPinned)
    }
  }

  /// Reads the file; an empty lock where there is none, unless it must be there.
  package init(reading path: String, mustExist: Bool = false) throws(Failure) {
    guard mustExist || FileBytes.exists(path) else {
      self.init()
      return
    }
    func refuse(_ text: String) -> Failure { Self.damaged(path, text) }
    let bytes = try FileBytes.read(path, limit: 256 << 20)
    let json: JSON
    do {
      json = try JSON(reading: bytes)
    } catch {
      throw refuse("\(error)")
    }
    let problems = Self.shape.problems(in: json)
    if !problems.isEmpty { throw refuse(problems.map(\.description).joined(separator: "; ")) }
    self.init(
      (json["plugins"]?.array ?? []).map { plugin in
        Plugin(
          name: plugin["name"]?.string ?? "", active: Self.version(plugin["active"] ?? .null),
          isPinned: plugin["pinned"]?.bool ?? false,
          earlier: (plugin["earlier"]?.array ?? []).map(Self.version))
      })
    var ids: Set<String> = []
    for plugin in plugins where !ids.insert(plugin.id).inserted {
      throw refuse("\(plugin.id) stands there twice")
    }
  }

  static func damaged(_ path: String, _ text: String) -> Failure {
    Failure(
      .config, "market.lock", "\(path) does not say what is installed: \(text)",
      mend: "restore it from a backup; or remove it, and install the plugins again")
  }

  var json: JSON {
    [
      "lock": 1,
      "plugins": .array(
        plugins.map { plugin in
          [
            "name": .string(plugin.name), "pinned": .bool(plugin.isPinned),
            "active": Self.json(plugin.active), "earlier": .array(plugin.earlier.map(Self.json)),
          ]
        }),
    ]
  }

  private static func version(_ json: JSON) -> Version {
    let manifest = try? Manifest(json["manifest"] ?? .null, from: "lock.json")
    return Version(
      version: json["version"]?.string ?? "", pack: json["pack"]?.string ?? "",
      library: json["library"]?.string ?? "", release: json["release"]?.string ?? "",
      tier: json["tier"]?.string.flatMap(Tier.init) ?? .community,
      installedMS: json["installed_ms"]?.integer ?? 0,
      reach: Reach(json["reach"] ?? .null, manifest: manifest),
      terms: json["terms"] ?? .null, platformPPM: json["platform_ppm"]?.integer ?? 0,
      manifest: json["manifest"] ?? .null)
  }

  private static func json(_ version: Version) -> JSON {
    [
      "version": .string(version.version), "pack": .string(version.pack),
      "library": .string(version.library), "release": .string(version.release),
      "tier": .string(version.tier.rawValue), "installed_ms": .integer(version.installedMS),
      "reach": version.reach.json, "terms": version.terms,
      "platform_ppm": .integer(version.platformPPM), "manifest": version.manifest,
    ]
  }

  private static let versionShape = Shape.object([
    .required("version", Manifest.version), .required("pack", Release.hash),
    .required("library", Release.hash), .required("release", Release.hash),
    .required("tier", .text(.init(choices: Tier.allCases.map(\.rawValue)))),
    .required("installed_ms", .integer()), .required("reach", Reach.shape),
    .required("terms", Terms.shape), .required("platform_ppm", .integer(0...1_000_000)),
    .required("manifest", .any),
  ])

  static let shape = Shape.object([
    .required("lock", .integer(1...1), "version of this format"),
    .required(
      "plugins",
      .list(
        of: .object([
          .required("name", Listing.name), .required("pinned", .flag),
          .required("active", versionShape), .required("earlier", .list(of: versionShape)),
        ]))),
  ])
}
