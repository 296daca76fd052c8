package import PatchbayCore
package import PatchbayHost
package import PatchbayJSON

/// One version of a plugin as its publisher and the registry signed it.
package struct Release: Sendable {
  /// The pack for one kind of machine.
  package struct Artifact: Sendable, Equatable {
    package struct File: Sendable, Equatable {
      package let path: String
      package let size: Int
      package let sha256: String
    }

    package let os: String
    package let arch: String
    /// The oldest C library that will do.
    package let libc: LibcVersion?
    /// The target's path in the repository.
    package let path: String
    package let size: Int
    package let sha256: String
    package let files: [File]

    /// The plugin's file among them.
    package var library: File? { files.first { $0.path == Release.libraryName } }
  }

  package static let libraryName = "plugin.so"
  package static let sizeLimit = 4 << 20

  package let json: JSON
  package let name: String
  package let version: SemanticVersion
  package let hostRange: HostRange
  package let artifacts: [Artifact]
  package let terms: Terms
  package let manifest: Manifest
  package let reach: Reach

  package var id: String { manifest.id }
  package var namespace: String { manifest.publisher }

  /// Reads what was signed; what does not fit is refused, with its place.
  package init(reading bytes: [UInt8], from source: String) throws(Failure) {
    func refuse(_ text: String) -> Failure {
      Failure(
        .config, "release.shape", "the release \(source) does not fit: \(text)",
        mend: "tell the marketplace; or use a newer Patchbay, if it is one of a newer format")
    }
    let json: JSON
    do {
      json = try JSON(reading: bytes)
    } catch {
      throw refuse("\(error)")
    }
    let problems = Self.shape.problems(in: json)
    if !problems.isEmpty { throw refuse(problems.map(\.description).joined(separator: "; ")) }
    self.json = json
    name = json["name"]?.string ?? ""
    manifest = try Manifest(json["plugin"] ?? .null, from: source)
    guard let range = json["compatibility"]?["host"]?.string.flatMap(HostRange.init) else {
      throw refuse("/compatibility/host")
    }
    hostRange = range
    version = manifest.semantic
    artifacts = (json["artifacts"]?.array ?? []).map(Self.artifact)
    terms = try Terms(json["terms"] ?? .null, in: source)
    reach = Reach(json["permissions"] ?? .null, manifest: manifest)
    if name != "\(manifest.publisher)/\(manifest.id)" {
      throw refuse("/name is \(name), and the plugin is \(manifest.publisher)/\(manifest.id)")
    }
    for (place, wanted) in [
      ("/version", manifest.version), ("/kind", manifest.kind), ("/publisher", manifest.publisher),
      ("/compatibility/abi", manifest.abi),
    ] where json.at(place)?.string != wanted {
      throw refuse("\(place) is not the plugin's, which is \(wanted)")
    }
    if reach != Reach(manifest, permissions: json["permissions"]) {
      throw refuse("/permissions are not those of the plugin")
    }
    if artifacts.contains(where: { $0.library == nil }) {
      throw refuse("an artifact has no \(Self.libraryName)")
    }
  }

  /// Puts together what is to be signed.
  package init(_ listing: Listing, _ manifest: Manifest, artifacts: [Artifact]) throws(Failure) {
    try listing.check(against: manifest)
    let reach = Reach(manifest, permissions: listing.json["permissions"])
    var members = JSONObject([
      .init("release", 1), .init("version", .string(manifest.version)),
      .init("kind", .string(manifest.kind)), .init("publisher", .string(manifest.publisher)),
    ])
    for member in listing.json.object?.members ?? []
    where !["listing", "compatibility", "permissions", "$schema"].contains(member.name) {
      members[member.name] = member.value
    }
    members["compatibility"] = [
      "abi": .string(manifest.abi), "host": .string(listing.hostRange.description),
    ]
    members["permissions"] = reach.json
    members["artifacts"] = .array(artifacts.map(Self.json))
    members["plugin"] = manifest.json
    try self.init(reading: JSON.object(members).bytes, from: "\(listing.name) \(manifest.version)")
  }

  /// Where in the repository what belongs to a version lies.
  package static func folder(_ name: String, _ version: String) -> String {
    "plugins/\(name)/\(version)"
  }

  /// The path of the target that describes a version.
  package static func path(_ name: String, _ version: String) -> String {
    "\(folder(name, version))/release.json"
  }

  /// The plugin whose version a target belongs to.
  static func name(of path: String) -> String {
    path.split(separator: "/").dropFirst().prefix(2).joined(separator: "/")
  }

  private static func artifact(_ json: JSON) -> Artifact {
    Artifact(
      os: json["os"]?.string ?? "", arch: json["arch"]?.string ?? "",
      libc: json["libc"]?.string.flatMap { LibcVersion($0) }, path: json["path"]?.string ?? "",
      size: Int(json["size"]?.integer ?? 0), sha256: json["sha256"]?.string ?? "",
      files: (json["files"]?.array ?? []).map {
        Artifact.File(
          path: $0["path"]?.string ?? "", size: Int($0["size"]?.integer ?? 0),
          sha256: $0["sha256"]?.string ?? "")
      })
  }

  private static func json(_ artifact: Artifact) -> JSON {
    var members = JSONObject([
      .init("os", .string(artifact.os)), .init("arch", .string(artifact.arch)),
    ])
    if let libc = artifact.libc { members["libc"] = .string(libc.description) }
    members["path"] = .string(artifact.path)
    members["size"] = .integer(Int64(artifact.size))
    members["sha256"] = .string(artifact.sha256)
    members["files"] = .array(
      artifact.files.map {
        [
          "path": .string($0.path), "size": .integer(Int64($0.size)), "sha256": .string($0.sha256),
        ]
      })
    return .object(members)
  }
}

extension Release {
  static let hash = Shape.text(
    .init(length: 64...64, form: "a SHA-256 in hex, lower case") {
      $0.utf8.allSatisfy {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
          || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains($0)
      }
    })

  private static let path = Shape.text(.init(length: 1...300))

  /// What a signed release must look like.
  package static let shape = Shape.object(
    [
      .required("release", .integer(1...1), "version of this format"),
      .required("version", Manifest.version),
      .required("kind", .choice("connector", "model", "identity", "channel")),
      .required("publisher", Manifest.word(2...100)),
      .required(
        "compatibility",
        .object([.required("abi", .text(.init(length: 3...8))), .required("host", Listing.range)])),
      .required("permissions", Reach.shape),
      .required(
        "artifacts",
        .list(
          of: .object([
            .required("os", .choice("linux")), .required("arch", .choice("x86_64", "aarch64")),
            .optional("libc", .text(.init(length: 3...10)), "the oldest C library that will do"),
            .required("path", path), .required("size", .integer(1...400_000_000)),
            .required("sha256", hash),
            .required(
              "files",
              .list(
                of: .object([
                  .required("path", path), .required("size", .integer(0...400_000_000)),
                  .required("sha256", hash),
                ]), count: 1...500)),
          ]), count: 1...20)),
      .required("plugin", .any, "the plugin's own manifest, as in its file"),
    ] + Listing.alike)
}
