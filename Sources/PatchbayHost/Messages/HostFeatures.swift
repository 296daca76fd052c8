internal import PatchbayCore

/// What this host can do beyond the message kinds.
package enum HostFeatures {
  package static let all =
    ExtractPlan.features + [
      "catalog.fingerprint", "catalog.streams", "done.snapshot", "error.restart",
      "http.relative_to",
    ]
}
