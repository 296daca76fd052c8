internal import PatchbayCore
internal import PatchbayCrypto
internal import PatchbayJSON

/// Whom targets metadata trusts with which paths, in order of precedence.
package struct Delegations: Sendable, Equatable {
  package var keys: [String: PublicKey]
  package var roles: [Delegation]

  package init(keys: [PublicKey] = [], roles: [Delegation] = []) {
    self.keys = [:]
    self.roles = roles
    for key in keys { self.keys[key.id] = key }
  }

  static let shape = Shape.object(
    [
      .required("keys", .map(of: .any)),
      .required("roles", .list(of: Delegation.shape, count: 0...10_000)),
    ], isOpen: true)

  init(_ json: JSON) throws(Failure) {
    keys = try PublicKey.named(json["keys"])
    roles = []
    var names: Set<String> = []
    for element in json["roles"]?.array ?? [] {
      let role = try Delegation(element)
      guard names.insert(role.name).inserted else {
        throw Failure(
          .data, "tuf.delegations", "the role “\(role.name)” is delegated to twice",
          mend: "tell the owner of the repository: a name may stand there once")
      }
      roles.append(role)
    }
  }

  /// The keys of a role of these.
  package func keys(of role: Delegation) -> RoleKeys {
    RoleKeys(keys: role.keyIDs.compactMap { keys[$0] }, threshold: role.threshold)
  }

  var json: JSON {
    ["keys": PublicKey.json(keys), "roles": .array(roles.map(\.json))]
  }
}

/// A role that is trusted with some paths.
package struct Delegation: Sendable, Equatable {
  /// Which paths.
  package enum Paths: Sendable, Equatable {
    /// Patterns in which `*` and `?` stand for anything but `/`.
    case patterns([String])
    /// Beginnings of the hexadecimal SHA-256 of a path.
    case hashPrefixes([String])
  }

  package var name: String
  package var keyIDs: [String]
  package var threshold: Int
  /// Whether nobody after it is asked about its paths.
  package var isTerminating: Bool
  package var paths: Paths

  package init(
    name: String, keyIDs: [String], threshold: Int = 1, isTerminating: Bool = false, paths: Paths
  ) {
    self.name = name
    self.keyIDs = keyIDs
    self.threshold = threshold
    self.isTerminating = isTerminating
    self.paths = paths
  }

  static let shape = Shape.object(
    [
      .required("name", .text()), .required("keyids", .keyIDs),
      .required("threshold", .threshold), .optional("terminating", .flag),
      .optional("paths", .list(of: .text())), .optional("path_hash_prefixes", .list(of: .text())),
    ], isOpen: true)

  /// With the ending and what is added while a file is written, a file system takes names so long.
  private static let greatestNameLength = 200

  init(_ json: JSON) throws(Failure) {
    name = json["name"]?.string ?? ""
    let isReserved = TopLevelRole(rawValue: name) != nil
    let length = percentEncoded(name).utf8.count
    guard !isReserved, (1...Self.greatestNameLength).contains(length) else {
      throw Failure(
        .data, "tuf.delegations",
        "a role cannot be called “\(name.prefix(60))”: "
          + (isReserved ? "the root has one of that name" : "its name has \(length) bytes"),
        mend: "tell the owner of the repository to give it another name")
    }
    keyIDs = (json["keyids"]?.array ?? []).compactMap(\.string)
    // Says so where an id stands twice.
    threshold = try RoleKeys(json, [:], name: name).threshold
    isTerminating = json["terminating"]?.bool ?? false
    switch (json["paths"]?.array, json["path_hash_prefixes"]?.array) {
    case (let list?, nil): paths = .patterns(list.compactMap(\.string))
    case (nil, let list?): paths = .hashPrefixes(list.compactMap(\.string))
    default:
      throw Failure(
        .data, "tuf.delegations",
        "the role “\(name)” must have paths or path_hash_prefixes, and one of them only",
        mend: "tell the owner of the repository")
    }
  }

  var json: JSON {
    var object = JSONObject(
      [.init("name", .string(name)), .init("keyids", .array(keyIDs.map { .string($0) }))]
        + [.init("threshold", .integer(Int64(threshold)))]
        + [.init("terminating", .bool(isTerminating))])
    switch paths {
    case .patterns(let list): object["paths"] = .array(list.map { .string($0) })
    case .hashPrefixes(let list): object["path_hash_prefixes"] = .array(list.map { .string($0) })
    }
    return .object(object)
  }

  /// Whether the role may speak of this path.
  package func covers(_ path: String) -> Bool { covers(path, hash: Self.hash(of: path)) }

  /// `hash` is ``hash(of:)`` of the path: there may be thousands of roles to ask.
  func covers(_ path: String, hash: String) -> Bool {
    switch paths {
    case .patterns(let patterns): patterns.contains { PathPattern.matches($0, path) }
    case .hashPrefixes(let prefixes):
      prefixes.contains { hash.utf8.starts(with: $0.utf8) }
    }
  }

  /// What the prefixes are prefixes of: the SHA-256 of a path, in hexadecimal digits.
  package static func hash(of path: String) -> String { Hex.encode(Digest.sha256(path)) }
}

/// The patterns of the shell, byte by byte.
enum PathPattern {
  /// `*` stands for any run of bytes without `/`, `?` for one character but `/`.
  static func matches(_ pattern: String, _ path: String) -> Bool {
    // One look at what comes before the first wildcard: there may be thousands of patterns.
    let fixed = pattern.utf8.prefix { $0 != 0x2A && $0 != 0x3F }
    if !path.utf8.starts(with: fixed) { return false }
    let pattern = Array(pattern.unicodeScalars)
    let path = Array(path.unicodeScalars)
    var (p, t) = (0, 0)
    // Where to go on if it does not fit: the last star, and how far it reaches then.
    var star: (pattern: Int, path: Int)?
    while t < path.count {
      if p < pattern.count, pattern[p] == "*" {
        star = (p, t)
        p += 1
      } else if p < pattern.count,
        pattern[p] == path[t] || pattern[p] == "?" && path[t] != "/"
      {
        p += 1
        t += 1
      } else if let last = star, path[last.path] != "/" {
        star = (last.pattern, last.path + 1)
        p = last.pattern + 1
        t = last.path + 1
      } else {
        return false
      }
    }
    return pattern[p...].allSatisfy { $0 == "*" }
  }
}
