package import PatchbayCore
package import PatchbayJSON

/// The roles whose keys the root names.
package enum TopLevelRole: String, Sendable, CaseIterable {
  case root, timestamp, snapshot, targets
}

/// Which keys sign what: where all trust begins.
package struct RootMetadata: Sendable, Equatable {
  package var version: Int
  package var expiresMS: Int64
  /// Whether versions and hashes are part of the names of files.
  package var hasConsistentSnapshots: Bool
  private var roles: [TopLevelRole: RoleKeys]

  package init(
    version: Int, expiresMS: Int64, roles: [TopLevelRole: RoleKeys],
    hasConsistentSnapshots: Bool = true
  ) {
    self.version = version
    self.expiresMS = expiresMS
    self.roles = roles
    self.hasConsistentSnapshots = hasConsistentSnapshots
  }

  /// Reads what is signed. Throws `tuf.type`, `tuf.shape` or `tuf.keys`.
  package init(_ signed: JSON) throws(Failure) {
    let role = Shape.object(
      [.required("keyids", .keyIDs), .required("threshold", .threshold)], isOpen: true)
    let head = try MetadataHead(
      signed, type: "root",
      [
        .optional("consistent_snapshot", .flag),
        .required("keys", .map(of: .any)),
        .required(
          "roles",
          .object(
            TopLevelRole.allCases.map { .required($0.rawValue, role) }, isOpen: true)),
      ])
    version = head.version
    expiresMS = head.expiresMS
    hasConsistentSnapshots = signed["consistent_snapshot"]?.bool ?? false
    let keys = try PublicKey.named(signed["keys"])
    roles = [:]
    for role in TopLevelRole.allCases {
      roles[role] = try RoleKeys(signed["roles"]?[role.rawValue], keys, name: role.rawValue)
    }
  }

  /// The keys of a role; one that is not set can never be fulfilled.
  package subscript(role: TopLevelRole) -> RoleKeys {
    get { roles[role] ?? RoleKeys(keys: [], threshold: 1) }
    set { roles[role] = newValue }
  }

  /// The metadata as it is signed.
  package var json: JSON {
    var keys: [String: PublicKey] = [:]
    for role in TopLevelRole.allCases { for key in self[role].keys { keys[key.id] = key } }
    return MetadataHead(version: version, expiresMS: expiresMS).json(
      type: "root",
      [
        .init("consistent_snapshot", .bool(hasConsistentSnapshots)),
        .init("keys", PublicKey.json(keys)),
        .init(
          "roles",
          .object(
            JSONObject(
              TopLevelRole.allCases.map {
                .init($0.rawValue, .object(JSONObject(self[$0].members)))
              }
            ))),
      ])
  }
}

extension PublicKey {
  /// The keys of some metadata by their ids.
  static func named(_ json: JSON?) throws(Failure) -> [String: PublicKey] {
    var keys: [String: PublicKey] = [:]
    for member in json?.object?.members ?? [] {
      keys[member.name] = try PublicKey(member.value, id: member.name)
    }
    return keys
  }

  static func json(_ keys: [String: PublicKey]) -> JSON {
    .object(JSONObject(keys.sortedByName.map { .init($0.key, $0.value.json) }))
  }
}

extension RoleKeys {
  /// Reads `keyids` and `threshold`. An id without a key is passed over: nobody can sign with it.
  init(_ json: JSON?, _ keys: [String: PublicKey], name: String) throws(Failure) {
    let ids = (json?["keyids"]?.array ?? []).compactMap(\.string)
    guard Set(ids).count == ids.count else {
      throw Failure(
        .data, "tuf.keys", "the role “\(name)” names a key twice",
        mend: "tell the owner of the repository: each key may stand there once")
    }
    self.keys = ids.compactMap { keys[$0] }
    threshold = Int(json?["threshold"]?.integer ?? 1)
  }

  var members: [JSONObject.Member] {
    [
      .init("keyids", .array(keys.map { .string($0.id) })),
      .init("threshold", .integer(Int64(threshold))),
    ]
  }
}
