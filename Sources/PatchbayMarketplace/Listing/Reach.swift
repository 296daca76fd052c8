internal import PatchbayCore
internal import PatchbayEgress
internal import PatchbayHost
package import PatchbayJSON

/// What a plugin may do and take: shown before it is installed, and compared before it is upgraded.
package struct Reach: Sendable, Equatable {
  package let hosts: [String]
  /// Where requests go unless a connection says otherwise.
  package let baseURL: String?
  /// How it signs in, as its manifest says.
  package let auth: [JSON]
  package let secrets: [String]
  package let operations: [String]
  package let memoryMB: Int
  package let stepMS: Int64

  /// Of a plugin's manifest, and what its listing asks for beyond.
  init(_ manifest: Manifest, permissions: JSON?) {
    hosts = manifest.hosts
    baseURL = manifest.baseURL
    auth = manifest.json["auth"]?.array ?? []
    secrets = manifest.secrets.map(\.name)
    operations = manifest.operations
    memoryMB = Int(permissions?["memory_mb"]?.integer ?? 512)
    stepMS = permissions?["step_ms"]?.integer ?? 10_000
  }

  /// As it was signed, or accepted.
  package init(_ json: JSON) {
    func texts(_ name: String) -> [String] { json[name]?.array?.compactMap(\.string) ?? [] }
    hosts = texts("hosts")
    baseURL = json["base_url"]?.string
    auth = json["auth"]?.array ?? []
    secrets = texts("secrets")
    operations = texts("operations")
    memoryMB = Int(json["memory_mb"]?.integer ?? 512)
    stepMS = json["step_ms"]?.integer ?? 10_000
  }

  package var json: JSON {
    func texts(_ values: [String]) -> JSON { .array(values.map { .string($0) }) }
    var members = JSONObject([.init("hosts", texts(hosts))])
    if let baseURL { members["base_url"] = .string(baseURL) }
    members["auth"] = .array(auth)
    members["secrets"] = texts(secrets)
    members["operations"] = texts(operations)
    members["memory_mb"] = .integer(Int64(memoryMB))
    members["step_ms"] = .integer(stepMS)
    return .object(members)
  }

  /// What it may do that `other` may not, in words; empty where it is no wider.
  package func beyond(_ other: Reach) -> [String] {
    var wider: [String] = []
    for host in hosts where !other.hosts.contains(where: { Self.covers($0, host) }) {
      wider.append("may reach \(host)")
    }
    if let baseURL, baseURL != other.baseURL {
      wider.append(
        "sends requests and credentials to \(baseURL) unless a connection says otherwise")
    }
    for scheme in auth where !other.auth.contains(scheme) {
      wider.append("signs in in another way: \(scheme.text)")
    }
    for secret in secrets where !other.secrets.contains(secret) {
      wider.append("asks for the secret “\(secret)”")
    }
    for operation in operations where !other.operations.contains(operation) {
      wider.append("can be asked to \(operation)")
    }
    if memoryMB > other.memoryMB {
      wider.append("may take \(memoryMB) MiB of memory, not \(other.memoryMB)")
    }
    if stepMS > other.stepMS {
      wider.append("may compute \(stepMS) ms a step, not \(other.stepMS)")
    }
    return wider
  }

  /// Whether a host, or a pattern of hosts, is among those of a pattern.
  private static func covers(_ pattern: String, _ host: String) -> Bool {
    pattern == host || (pattern.hasPrefix("*.") && host.hasSuffix(pattern.dropFirst()))
  }

  static let shape = Shape.object([
    .required("hosts", .list(of: Manifest.line, count: 0...50)),
    .optional(
      "base_url", Manifest.httpsURL, "where requests go unless a connection says otherwise"),
    .required("auth", .list(of: AuthScheme.shape, count: 0...10), "how it signs in"),
    .required("secrets", .list(of: Manifest.line, count: 0...100)),
    .required("operations", .list(of: Manifest.line, count: 1...13)),
    .required("memory_mb", .integer(16...4096)), .required("step_ms", .integer(100...60_000)),
  ])
}
