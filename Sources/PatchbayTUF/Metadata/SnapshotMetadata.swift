package import PatchbayCore
internal import PatchbayCrypto
package import PatchbayJSON

/// What one metadata file says of another: its version, and perhaps its size and hashes.
package struct MetadataFile: Sendable, Equatable {
  package var version: Int
  /// Bytes; `nil` where nothing is said.
  package var length: Int?
  package var hashes: [String: String]?

  package init(version: Int, length: Int? = nil, hashes: [String: String]? = nil) {
    self.version = version
    self.length = length
    self.hashes = hashes
  }

  /// What there is to say of a file that was written.
  package init(_ version: Int, contents: [UInt8]) {
    self.init(
      version: version, length: contents.count,
      hashes: ["sha256": Hex.encode(Digest.sha256(contents))])
  }

  static let shape = Shape.object(
    [
      .required("version", .integer(1...Int64.max)), .optional("length", .integer(0...Int64.max)),
      .optional("hashes", .hashes),
    ], isOpen: true)

  init(_ json: JSON?) {
    version = Int(json?["version"]?.integer ?? 0)
    length = json?["length"]?.integer.map { Int($0) }
    hashes = FileHashes.read(json?["hashes"])
  }

  var json: JSON {
    var object = JSONObject([.init("version", .integer(Int64(version)))])
    if let length { object["length"] = .integer(Int64(length)) }
    if let hashes { object["hashes"] = FileHashes.json(hashes) }
    return .object(object)
  }
}

/// Which snapshot is the newest: what is fetched most often, and lives shortest.
package struct TimestampMetadata: Sendable, Equatable {
  package var version: Int
  package var expiresMS: Int64
  package var snapshot: MetadataFile

  package init(version: Int, expiresMS: Int64, snapshot: MetadataFile) {
    self.version = version
    self.expiresMS = expiresMS
    self.snapshot = snapshot
  }

  /// Reads what is signed. Throws `tuf.type` or `tuf.shape`.
  package init(_ signed: JSON) throws(Failure) {
    let head = try MetadataHead(
      signed, type: "timestamp",
      [
        .required(
          "meta", .object([.required("snapshot.json", MetadataFile.shape)], isOpen: true))
      ])
    version = head.version
    expiresMS = head.expiresMS
    snapshot = MetadataFile(signed["meta"]?["snapshot.json"])
  }

  /// The metadata as it is signed.
  package var json: JSON {
    MetadataHead(version: version, expiresMS: expiresMS).json(
      type: "timestamp", [.init("meta", ["snapshot.json": snapshot.json])])
  }
}

/// Which versions of all targets metadata belong together.
package struct SnapshotMetadata: Sendable, Equatable {
  package var version: Int
  package var expiresMS: Int64
  /// By the names of the files: `targets.json`.
  package var files: [String: MetadataFile]

  package init(version: Int, expiresMS: Int64, files: [String: MetadataFile]) {
    self.version = version
    self.expiresMS = expiresMS
    self.files = files
  }

  /// Reads what is signed. Throws `tuf.type` or `tuf.shape`.
  package init(_ signed: JSON) throws(Failure) {
    let head = try MetadataHead(
      signed, type: "snapshot", [.required("meta", .map(of: MetadataFile.shape))])
    version = head.version
    expiresMS = head.expiresMS
    files = [:]
    for member in signed["meta"]?.object?.members ?? [] {
      files[member.name] = MetadataFile(member.value)
    }
  }

  /// What is said of a role; `nil` where the snapshot does not have it.
  package func file(of role: String) -> MetadataFile? { files.exact("\(role).json") }

  /// The metadata as it is signed.
  package var json: JSON {
    MetadataHead(version: version, expiresMS: expiresMS).json(
      type: "snapshot",
      [.init("meta", .object(JSONObject(files.sortedByName.map { .init($0.key, $0.value.json) })))])
  }
}
