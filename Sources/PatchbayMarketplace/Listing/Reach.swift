internal import PatchbayCore
package import PatchbayHost
package import PatchbayJSON

/// What a plugin may do and take: shown before it is installed, and compared before it is upgraded.
package struct Reach: Sendable, Equatable {
  package let destinations: Destinations
  package let secrets: [String]
  package let operations: [String]
  package let memoryMB: Int
  package let stepMS: Int64

  /// Of a plugin's manifest, and what its listing asks for beyond.
  init(_ manifest: Manifest, permissions: JSON?) {
    destinations = Destinations(manifest)
    secrets = manifest.secrets.map(\.name)
    operations = manifest.operations
    memoryMB = Int(permissions?["memory_mb"]?.integer ?? 512)
    stepMS = permissions?["step_ms"]?.integer ?? 10_000
  }

  /// As it was signed, or accepted. What was signed before defaults were told of has those of the
  /// manifest beside it.
  package init(_ json: JSON, manifest: Manifest?) {
    func texts(_ name: String) -> [String] { json[name]?.array?.compactMap(\.string) ?? [] }
    destinations = Destinations(
      json, defaults: manifest.map { Destinations($0).defaults } ?? JSONObject())
    secrets = texts("secrets")
    operations = texts("operations")
    memoryMB = Int(json["memory_mb"]?.integer ?? 512)
    stepMS = json["step_ms"]?.integer ?? 10_000
  }

  package var json: JSON {
    func texts(_ values: [String]) -> JSON { .array(values.map { .string($0) }) }
    var members = destinations.json
    members["secrets"] = texts(secrets)
    members["operations"] = texts(operations)
    members["memory_mb"] = .integer(Int64(memoryMB))
    members["step_ms"] = .integer(stepMS)
    return .object(members)
  }

  /// What it may do that `other` may not, in words; empty where it is no wider.
  package func beyond(_ other: Reach) -> [String] {
    var wider = destinations.beyond(other.destinations)
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

  static let shape = Shape.object(
    Destinations.members + [
      .required("secrets", .list(of: Manifest.line, count: 0...100)),
      .required("operations", .list(of: Manifest.line, count: 1...13)),
      .required("memory_mb", .integer(16...4096)), .required("step_ms", .integer(100...60_000)),
    ])
}
