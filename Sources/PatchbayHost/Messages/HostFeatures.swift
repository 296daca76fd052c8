internal import PatchbayCore

/// What this host can do beyond the message kinds.
package enum HostFeatures {
  package static let all =
    ExtractPlan.features + [
      "catalog.fingerprint", "catalog.streams", "done.snapshot", "error.restart",
      "http.relative_to",
    ] + flows

  /// Bodies that are more than bytes of a message.
  private static let flows = ["http.blob", "http.capture", "http.frame", "http.parts"]

  /// What is done in a role: reading has pages alone.
  static func of(_ role: Role) -> [String] {
    role.operation == Role.read.operation ? all.filter { !flows.contains($0) } : all
  }
}
